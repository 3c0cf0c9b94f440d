package omega.flock.transport.flow;

/**
 * The sending half of a stream.
 *
 * <pre>
 *   OPEN ──end()──► ENDING ──END gets a number──► END_SENT ──END acknowledged──► ENDED
 * </pre>
 */
public enum SendState {
    /** The user may write. */
    OPEN,
    /** The user ended; bytes or at least the END itself wait to be sent (libudx ENDING). */
    ENDING,
    /** The END is on its way; it is repeated like any packet until it is acknowledged. */
    END_SENT,
    /** END and everything before it were acknowledged (libudx ENDED). Terminal. */
    ENDED;

    /** {@return whether the user said that nothing more will be written} */
    public boolean isClosedForWriting() {
        return this != OPEN;
    }
}

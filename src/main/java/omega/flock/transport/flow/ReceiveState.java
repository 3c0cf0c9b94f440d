package omega.flock.transport.flow;

/**
 * The receiving half of a stream.
 *
 * <pre>
 *   OPEN ──END out of order──► END_KNOWN ──gap closed──► ENDED ──user read everything──► DRAINED
 *     └────────────────END in order─────────────────────────▲
 * </pre>
 */
public enum ReceiveState {
    /** Bytes may arrive without a known end. */
    OPEN,
    /** The peer's END is here, something before it is missing; packets numbered behind it are dropped. */
    END_KNOWN,
    /** END and everything before it arrived (libudx ENDED_REMOTE); the user has bytes left to read. */
    ENDED,
    /** Nothing left to read: end of stream. Terminal. */
    DRAINED;

    /** {@return whether the peer's END and everything before it arrived} */
    public boolean hasEnded() {
        return this == ENDED || this == DRAINED;
    }
}

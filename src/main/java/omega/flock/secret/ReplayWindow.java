package omega.flock.secret;

/**
 * Which of the newest datagrams were here already (RFC 4303 §3.4.3, with the numbers of {@link DatagramBox}). Pure; not thread-safe.
 *
 * <pre>
 *      too old             within the window                    newer
 *   ─────────────┼───────────────────────────────────────┼────────────────►  number, modulo 2^64
 *     refused     1 bit each: here before or not  newest    the window moves
 * </pre>
 *
 * <p>"The receive packet MUST NOT [move the window] until the ICV is verified": only numbers that a valid tag goes with come here.
 * Whoever holds the keys can move the window far ahead and so silence the peer's datagrams; whoever also knows the stream's id,
 * which that takes, can reset the whole stream.
 */
final class ReplayWindow {

    private static final int SIZE = SecretConstants.REPLAY_WINDOW;
    private static final long[] NOTHING = {};

    private long[] here = NOTHING; // a bit each; most connections never see a datagram
    private long newest;

    /** {@return whether the number is new; it is not any more} */
    boolean admit(long number) {
        if (here == NOTHING) {
            here = new long[SIZE / Long.SIZE];
            newest = number;
        }
        long ahead = number - newest; // right across the wrap of the numbers too
        if (ahead > 0) {
            forget(Math.min(ahead, SIZE));
            newest = number;
        } else if (ahead <= -SIZE) {
            return false;
        }
        long bit = 1L << number; // a shift takes the lowest six bits of the distance
        boolean isNew = (here[word(number)] & bit) == 0;
        here[word(number)] |= bit;
        return isNew;
    }

    /** Frees the places of numbers that follow the newest. */
    private void forget(long count) {
        for (long number = newest + 1; number != newest + 1 + count; number++) {
            here[word(number)] &= ~(1L << number);
        }
    }

    private static int word(long number) {
        return (int) (number & SIZE - 1) / Long.SIZE;
    }
}

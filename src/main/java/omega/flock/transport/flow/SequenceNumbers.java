package omega.flock.transport.flow;

/** Packet numbers: "arithmetic is mod 2³² with signed difference comparison". */
final class SequenceNumbers {
    private SequenceNumbers() {}

    /** {@return how far {@code to} lies behind {@code from}; negative if before it} */
    static int distance(int from, int to) {
        return to - from;
    }

    static boolean before(int a, int b) {
        return a - b < 0;
    }

    static boolean atOrAfter(int a, int b) {
        return a - b >= 0;
    }
}

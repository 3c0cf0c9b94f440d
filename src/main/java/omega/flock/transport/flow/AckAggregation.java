package omega.flock.transport.flow;

/**
 * How much more than the path's rate acknowledges within a moment: radio links, busy receivers and readers that wake seldom let
 * acknowledgements pile up. The window is wider by so much, or sending would stop until the next lump
 * (draft-ietf-ccwg-bbr §5.5.9).
 */
final class AckAggregation {
    /** "BBRExtraAckedFilterLen = 10": kept as the greater of two spans of half that length, like Linux and libudx. */
    private static final int SPAN_ROUNDS = 5;

    private long since = Long.MIN_VALUE;
    private double acknowledged;
    private double current;
    private double previous;
    private int rounds;

    /** {@return bytes that may be acknowledged beyond the estimate} */
    double bytes() {
        return Math.max(current, previous);
    }

    void onSample(RateSample sample, boolean roundStarted, double bandwidth, double window) {
        if (roundStarted && ++rounds >= SPAN_ROUNDS) {
            rounds = 0;
            previous = current;
            current = 0;
        }
        if (sample.acknowledged <= 0) {
            return;
        }
        double expected = since == Long.MIN_VALUE ? 0 : Math.max(0, sample.now - since) * bandwidth;
        if (since == Long.MIN_VALUE || acknowledged <= expected) {
            restart(sample.now);
            expected = 0;
        }
        acknowledged += sample.acknowledged;
        current = Math.max(current, Math.min(acknowledged - expected, window));
    }

    /** Nothing was expected meanwhile: the user was silent. */
    void restart(long nowNanos) {
        since = nowNanos;
        acknowledged = 0;
    }
}

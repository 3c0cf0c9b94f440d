package omega.flock.transport.flow;

/**
 * Leaves slow start before the bottleneck's queue overflows: HyStart++ (RFC 9406).
 *
 * <p>When the smallest round trip of a round rises by an eighth over the round before, growth slows to a quarter (conservative
 * slow start); if that lasts five rounds the exit is final, if the round trip shrinks again it was a false alarm.
 */
final class HyStart {
    // RFC 9406 §4.2 and §4.3
    private static final long MIN_RTT_THRESH_NANOS = 4_000_000L;
    private static final long MAX_RTT_THRESH_NANOS = 16_000_000L;
    private static final int MIN_RTT_DIVISOR = 8;
    private static final int N_RTT_SAMPLE = 8;
    private static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;

    private long lastRoundMin = Long.MAX_VALUE;
    private long currentRoundMin = Long.MAX_VALUE;
    private long cssBaselineMin = Long.MAX_VALUE;
    private int samples;
    private int cssRounds;
    private boolean conservative;

    /** {@return the divisor of growth: 1 in slow start, 4 while it is doubted} */
    int growthDivisor() {
        return conservative ? CSS_GROWTH_DIVISOR : 1;
    }

    void onSample(long rttNanos) {
        currentRoundMin = Math.min(currentRoundMin, rttNanos);
        if (++samples < N_RTT_SAMPLE) {
            return;
        }
        if (conservative) {
            if (currentRoundMin < cssBaselineMin) {
                conservative = false;
                cssBaselineMin = Long.MAX_VALUE;
            }
        } else if (lastRoundMin != Long.MAX_VALUE) {
            long threshold = Math.clamp(lastRoundMin / MIN_RTT_DIVISOR, MIN_RTT_THRESH_NANOS, MAX_RTT_THRESH_NANOS);
            if (currentRoundMin >= lastRoundMin + threshold) {
                cssBaselineMin = currentRoundMin;
                conservative = true;
                cssRounds = 0;
            }
        }
    }

    /** {@return whether slow start is over} */
    boolean onRoundEnd() {
        boolean over = conservative && ++cssRounds >= CSS_ROUNDS;
        lastRoundMin = currentRoundMin;
        currentRoundMin = Long.MAX_VALUE;
        samples = 0;
        return over;
    }

    void reset() {
        lastRoundMin = Long.MAX_VALUE;
        currentRoundMin = Long.MAX_VALUE;
        cssBaselineMin = Long.MAX_VALUE;
        samples = 0;
        cssRounds = 0;
        conservative = false;
    }
}

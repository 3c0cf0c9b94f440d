package omega.flock.transport.flow;

/** Notices that the path gives no more although more is asked of it (draft-ietf-ccwg-bbr §5.3.1.2). */
final class FullPipe {
    /** "BBR.full_bw grows by at least 25%" if the pipe is not full. */
    private static final double GROWTH = 1.25;
    /** "three rounds without growth". */
    private static final int ROUNDS = 3;

    private double best;
    private int roundsWithoutGrowth;
    private boolean full;

    boolean isFull() {
        return full;
    }

    /** {@return whether the last round brought no growth} */
    boolean isDoubtful() {
        return roundsWithoutGrowth > 0;
    }

    /** {@return whether three rounds since the {@link #restart} brought no growth} */
    boolean isStalled() {
        return roundsWithoutGrowth >= ROUNDS;
    }

    void onSample(RateSample sample, boolean roundStarted) {
        if (sample.applicationLimited || !sample.hasRate()) {
            return;
        }
        if (sample.rate() >= best * GROWTH) {
            best = sample.rate();
            roundsWithoutGrowth = 0;
        } else if (roundStarted) {
            roundsWithoutGrowth++;
            full |= isStalled();
        }
    }

    /** The queue overflows: there is no more to be had. */
    void onExcessiveLoss() {
        full = true;
    }

    /** Looks for growth again; what was full stays full. */
    void restart() {
        best = 0;
        roundsWithoutGrowth = 0;
    }
}

package omega.flock.transport.flow;

/**
 * What losses taught about the path: how much it holds at most, and what it lost of that for the moment
 * (draft-ietf-ccwg-bbr §5.5.10: "inflight_hi", "inflight_lo" and "bw_lo"; later drafts say long-term and short-term).
 *
 * <p>Not every loss is congestion. Where packets wait in no queue, what is lost was lost by chance, and a quarter of it has to go
 * before a path is taken for full all the same (a policer drops without queueing); where they do wait, BBR's two hundredths and what
 * the path loses by chance anyway.
 */
final class BbrBounds {
    /** "BBRLossThresh: 2%". */
    private static final double LOSS_THRESHOLD = 0.02;
    /** The threshold while round trips show no queue of ours: beside a BBRv1 that overfills the line a fifth is lost for good. */
    private static final double LOSS_THRESHOLD_WITHOUT_QUEUE = 0.25;
    /** "BBRBeta: 0.7". */
    private static final double BETA = 0.7;
    /** "BBRHeadroom: 0.15". */
    private static final double HEADROOM = 0.15;
    /** "BBRStartupFullLossCnt: 6": fewer losses in a round are too few to tell of a rate. */
    private static final long LEAST_LOSS_BYTES = 6 * FlowConstants.MTU_BASE;
    /** In a small flight one loss is a large part of it. */
    private static final long LEAST_PROBE_LOSS_BYTES = 3 * FlowConstants.MTU_BASE;

    /** What a path is taken to lose by chance, at most. */
    private static final double MOST_BY_CHANCE = 0.05;
    /** Few losses in a round scatter widely: so often their mean is allowed on top of the threshold. */
    private static final double CHANCE_SPREAD = 2;
    /** Weight of a new round in the mean. */
    private static final double CHANCE_WEIGHT = 0.125;

    private double high = Double.POSITIVE_INFINITY;
    private double low = Double.POSITIVE_INFINITY;
    private double bandwidthLow = Double.POSITIVE_INFINITY;
    private double savedHigh;
    private double savedLow;
    private double savedBandwidthLow;

    // The present round.
    private double fastest;
    private long mostDelivered;
    private long acknowledged;
    private long lost;

    private double byChance; // part of a round that is lost while no packets wait, on average

    private double raise; // bytes by which the upper bound may grow in this round of probing

    /** {@return bytes in flight that the path was seen to lose of; infinite while it was not} */
    double high() {
        return high;
    }

    /** {@return the upper bound with room left for others} */
    double highWithHeadroom() {
        return high * (1 - HEADROOM);
    }

    double low() {
        return low;
    }

    double bandwidthLow() {
        return bandwidthLow;
    }

    /** {@return whether a probe lost more than the path loses by chance} */
    boolean isProbeExcessive(long lostBytes, long ofBytes, boolean queueEvident) {
        return lostBytes >= LEAST_PROBE_LOSS_BYTES && isExcessive(lostBytes, ofBytes, queueEvident);
    }

    private boolean isExcessive(long lostBytes, long ofBytes, boolean queueEvident) {
        return lostBytes > ofBytes * (queueEvident ? LOSS_THRESHOLD + CHANCE_SPREAD * byChance : LOSS_THRESHOLD_WITHOUT_QUEUE);
    }

    /** {@return whether more than chance explains was lost in the round that ends} */
    boolean isRoundExcessive(boolean queueEvident) {
        return lost >= LEAST_LOSS_BYTES && isExcessive(lost, lost + acknowledged, queueEvident);
    }

    void onSample(RateSample sample) {
        acknowledged += sample.acknowledged;
        lost += sample.lost;
        if (sample.hasRate()) {
            fastest = Math.max(fastest, sample.rate());
            mostDelivered = Math.max(mostDelivered, sample.delivered);
        }
    }

    /** {@return the part of the round so far that was lost} */
    double loss() {
        return lost + acknowledged > 0 ? (double) lost / (lost + acknowledged) : 0;
    }

    void startRound(boolean queueEvident) {
        if (!queueEvident && lost + acknowledged > 0) {
            byChance += (Math.min(loss(), MOST_BY_CHANCE) - byChance) * CHANCE_WEIGHT;
        }
        fastest = 0;
        mostDelivered = 0;
        acknowledged = 0;
        lost = 0;
    }

    /** While nothing was probed, more was lost than the path used to lose: it has become narrower, or others came. */
    void lower(double bandwidth, double product) {
        bandwidthLow = Math.max(fastest, BETA * Math.min(bandwidthLow, bandwidth));
        low = Math.max(mostDelivered, BETA * Math.min(low, product));
    }

    void forgetLow() {
        low = Double.POSITIVE_INFINITY;
        bandwidthLow = Double.POSITIVE_INFINITY;
    }

    /** Probing found the limit: with so much in flight too much was lost. */
    void reach(double inFlight, double target) {
        high = Math.max(inFlight, BETA * target);
    }

    /** So much was in flight, and too little of it was lost to call it the limit. */
    void survived(long inFlight) {
        high = Math.max(high, inFlight);
    }

    void startProbe() {
        raise = FlowConstants.MTU_MAX;
    }

    /** A round of probing that used all it might: "growing by 1, 2, 4, 8, … packets". */
    void probeUp(boolean roundStarted, long acknowledgedBytes, double window) {
        if (roundStarted) {
            raise *= 2;
        }
        high += raise * acknowledgedBytes / Math.max(window, 1);
    }

    void save() {
        savedHigh = high;
        savedLow = low;
        savedBandwidthLow = bandwidthLow;
    }

    /** The losses since {@link #save} were none. */
    void restore() {
        high = Math.max(high, savedHigh);
        low = Math.max(low, savedLow);
        bandwidthLow = Math.max(bandwidthLow, savedBandwidthLow);
        lost = 0;
    }
}

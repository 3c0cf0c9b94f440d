package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.RTO_MAX_NANOS;
import static omega.flock.transport.flow.FlowConstants.RTO_MIN_NANOS;
import static omega.flock.transport.flow.FlowConstants.RTT_SUSPICIOUS_NANOS;

/** Smoothed round trip time and retransmission timeout (RFC 6298 with libudx's clamps), in nanoseconds. */
final class RttEstimator {
    private final WindowedMinimum minimum = new WindowedMinimum(FlowConstants.MIN_RTT_WINDOW_NANOS);
    private long smoothed;
    private long variation;
    private long latest;
    private boolean sampled;

    /**
     * Takes the round trip of a packet that was sent once only: "samples only from packets never retransmitted". A peer may acknowledge
     * as late as it likes; more than the longest timeout is not believed.
     */
    void onSample(long nowNanos, long rttNanos) {
        long rtt = Math.clamp(rttNanos, 1, RTO_MAX_NANOS);
        minimum.add(nowNanos, rtt);
        latest = rtt;
        if (!sampled) {
            sampled = true;
            smoothed = rtt;
            variation = smoothed / 2;
            return;
        }
        if (rtt > RTT_SUSPICIOUS_NANOS && rtt > smoothed + 5 * variation) {
            rtt = smoothed + 5 * variation;
        }
        variation = (3 * variation + Math.abs(smoothed - rtt)) / 4;
        smoothed = (7 * smoothed + rtt) / 8;
    }

    boolean hasSample() {
        return sampled;
    }

    /** {@return the smoothed round trip; 0 before the first sample} */
    long smoothed() {
        return smoothed;
    }

    long variation() {
        return variation;
    }

    /** {@return the last sample; 0 before the first} */
    long latest() {
        return latest;
    }

    /** {@return the smallest sample of the last 300 s; 0 before the first} */
    long minimum() {
        return minimum.value();
    }

    /** {@return srtt + 4·rttvar, at least 1 s and at most 30 s; 1 s before the first sample} */
    long timeout() {
        return Math.clamp(smoothed + 4 * variation, RTO_MIN_NANOS, RTO_MAX_NANOS);
    }
}

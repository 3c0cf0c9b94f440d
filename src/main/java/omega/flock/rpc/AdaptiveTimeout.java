package omega.flock.rpc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import omega.flock.base.PeerAddress;

/**
 * Learns for each node how long its answers take, as adaptive-timeout 1.0.1 does. Pure; not thread-safe.
 *
 * <p>It is off unless configured: a fixed second is what the nodes of the public network use.
 */
final class AdaptiveTimeout {

    /** The jitter that {@link #timeoutMillis} takes is below this, in milliseconds. */
    static final int JITTER_BOUND = 256;

    private static final int[] UNKNOWN_MILLIS = {250, 500, 1000, 2000, 4000};
    private static final long MIN_MILLIS = 300;
    private static final long MAX_MILLIS = 4000;
    private static final int MAX_NODES = 65_536;
    private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();

    private record Estimate(long average, long deviation, long takenNanos) {}

    private final Map<PeerAddress, Estimate> estimates = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerAddress, Estimate> eldest) {
            return size() > MAX_NODES;
        }
    };

    /** Takes the round-trip time of a request that was transmitted at most twice. */
    void sample(PeerAddress node, long rttMillis, long nowNanos) {
        Estimate before = estimates.get(node);
        if (before == null) {
            estimates.put(node, new Estimate(rttMillis, rttMillis >> 1, nowNanos));
            return;
        }
        long average = before.average + ((rttMillis - before.average) >> 3);
        long deviation = before.deviation + ((Math.abs(average - rttMillis) - before.deviation) >> 2);
        estimates.put(node, new Estimate(average, deviation, nowNanos));
    }

    /**
     * Returns how long to wait after a transmission.
     *
     * @param attempt 1 for the first
     * @param jitter 0 to {@link #JITTER_BOUND} - 1, which is the caller's randomness
     */
    long timeoutMillis(PeerAddress node, int attempt, int jitter, long nowNanos) {
        Estimate estimate = estimates.get(node);
        if (estimate == null || nowNanos - estimate.takenNanos > FORGET_NANOS) {
            return UNKNOWN_MILLIS[Math.min(attempt, UNKNOWN_MILLIS.length) - 1] + jitter;
        }
        long wanted = (estimate.average + 2 * estimate.deviation) * attempt + jitter;
        return Math.clamp(wanted, MIN_MILLIS, MAX_MILLIS);
    }
}

package omega.flock.transport.flow;

/**
 * The round trip of the empty path, and when it has to be looked for again (draft-ietf-ccwg-bbr §5.3.4.3).
 *
 * <p>Two windows: if nothing near the smallest round trip came for 5 s, PROBE_RTT empties the queue; what that finds replaces the
 * estimate once that is 10 s old. A sample within a thirty-second of the smallest counts as having seen it again, so that a flow
 * alone on its path, whose queue runs empty in every cycle, never has to slow down for the measurement.
 */
final class RoundTripFloor {
    /** "MinRTTFilterLen: 10 secs". */
    private static final long FILTER_NANOS = 10_000_000_000L;
    /** "ProbeRTTInterval: 5 secs". */
    private static final long PROBE_NANOS = 5_000_000_000L;
    private static final int NEAR = 32;
    /** A queue is evident when it adds an eighth of the round trip (the threshold of HyStart++, RFC 9406). */
    private static final int EVIDENT = 8;
    /** Spans over which the present round trip is judged: a quarter of the smallest. */
    private static final int SPAN = 4;

    private long minimum; // 0 before the first sample
    private long minimumAt;
    private long recent;
    private long recentAt;
    private long present; // the smallest since presentSince
    private long presentSince;
    private long before; // the smallest of the span before that
    private boolean expired;

    /** {@return the estimate; 0 before the first sample} */
    long nanos() {
        return minimum;
    }

    /**
     * {@return whether packets wait in a queue} Told by the smallest round trip of the last quarter or half of one, since single
     * ones are long for many reasons: readers that wake late, radio links.
     */
    boolean isQueueEvident() {
        return Math.min(present, before) - minimum > minimum / EVIDENT;
    }

    /** {@return whether the estimate is so old that it should be measured anew} */
    boolean isExpired() {
        return expired;
    }

    void onSample(long nowNanos, long roundTripNanos) {
        expired = minimum > 0 && nowNanos - recentAt > PROBE_NANOS;
        if (roundTripNanos <= 0) {
            return;
        }
        if (nowNanos - presentSince > minimum / SPAN) {
            before = present == 0 ? roundTripNanos : present;
            present = roundTripNanos;
            presentSince = nowNanos;
        } else {
            present = Math.min(present, roundTripNanos);
        }
        if (minimum == 0 || roundTripNanos < recent || expired) {
            recent = roundTripNanos;
            recentAt = nowNanos;
        } else if (roundTripNanos - recent <= recent / NEAR) {
            recentAt = nowNanos;
        }
        if (minimum == 0 || recent <= minimum || nowNanos - minimumAt > FILTER_NANOS) {
            minimum = recent;
            minimumAt = recentAt;
        }
    }

    /** PROBE_RTT is over: the next is due an interval from now. */
    void probed(long nowNanos) {
        recentAt = nowNanos;
        expired = false;
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.MAX_PACING_DELAY_NANOS;
import static omega.flock.transport.flow.FlowConstants.MTU_MAX;
import static omega.flock.transport.flow.FlowConstants.PACING_BURST_PACKETS;
import static omega.flock.transport.flow.FlowConstants.PACING_QUANTUM_NANOS;

/**
 * Spreads a window over the round trip, so that a long path's small buffers see a stream and not bursts.
 *
 * <p>A bucket of bytes that fills at the pacing rate; a packet may go while it is not empty and may overdraw it. The bucket holds
 * what flows in one millisecond, at least 16 packets, because a thread cannot be woken more precisely anyway: below a round
 * trip of a millisecond the congestion window alone decides. What a thread that was woken late could not send in time it makes up
 * for; what an idle one did not send is lost.
 */
final class Pacer {
    private static final double MIN_BURST_BYTES = PACING_BURST_PACKETS * (double) MTU_MAX;

    private double bytesPerNano = Double.POSITIVE_INFINITY;
    private double tokens = MIN_BURST_BYTES;
    private long filledAt = Long.MIN_VALUE;
    private boolean heldBack;
    private long wakeAt; // when the sender that is held back is to go on

    /** Sets the rate in bytes a nanosecond; at an infinite one nothing is held back. */
    void rate(double rate) {
        bytesPerNano = rate;
    }

    /** Something else than the pacer holds the sender back, or it has nothing to send: there is no delay to make up for. */
    void release() {
        heldBack = false;
    }

    boolean allows(long nowNanos) {
        fill(nowNanos);
        return tokens > 0;
    }

    void onSent(int bytes) {
        if (bytesPerNano != Double.POSITIVE_INFINITY) {
            tokens -= bytes;
        }
    }

    /** {@return when to try again after {@link #allows} said no} */
    long nextAttempt(long nowNanos) {
        heldBack = true;
        wakeAt = nowNanos + Math.max(PACING_QUANTUM_NANOS / 2, (long) (-tokens / bytesPerNano) + 1);
        return wakeAt;
    }

    private void fill(long nowNanos) {
        if (bytesPerNano == Double.POSITIVE_INFINITY) {
            tokens = MIN_BURST_BYTES;
        } else if (filledAt != Long.MIN_VALUE && nowNanos > filledAt) {
            long late = heldBack ? Math.clamp(nowNanos - wakeAt, 0, MAX_PACING_DELAY_NANOS) : 0;
            double burst = Math.max(MIN_BURST_BYTES, bytesPerNano * PACING_QUANTUM_NANOS) + bytesPerNano * late;
            tokens = Math.min(burst, tokens + (nowNanos - filledAt) * bytesPerNano);
        }
        filledAt = nowNanos;
        heldBack &= nowNanos - wakeAt < 0;
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.INITIAL_CWND_PACKETS;
import static omega.flock.transport.flow.FlowConstants.MIN_CWND_PACKETS;

/**
 * CUBIC (RFC 9438), counted in packets, with HyStart++ to leave slow start.
 *
 * <p>libudx shapes its own traffic with BBR; which controller a sender uses is invisible to its peer. On short round trips the
 * Reno-friendly region of CUBIC carries the growth, on long ones the cubic function.
 */
final class Cubic implements CongestionController {
    // RFC 9438 §5.1 and §4.6
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    // RFC 9438 §4.3
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double SLOW_START_GAIN = 2.0;
    private static final double AVOIDANCE_GAIN = 1.25;

    private final HyStart hyStart = new HyStart();
    private double cwnd = INITIAL_CWND_PACKETS;
    private double threshold = Double.POSITIVE_INFINITY;
    private double maximum; // W_max
    private double renoWindow; // W_est
    private double k; // seconds until the cubic function reaches W_max again
    private double priorCwnd; // before the last reduction
    private double priorThreshold;
    private double priorMaximum;
    private long epochStart;
    private boolean inEpoch;

    @Override
    public int window() {
        return (int) cwnd;
    }

    @Override
    public double pacingGain() {
        return inSlowStart() ? SLOW_START_GAIN : AVOIDANCE_GAIN;
    }

    @Override
    public boolean inSlowStart() {
        return cwnd < threshold;
    }

    @Override
    public void onAcknowledged(
            long nowNanos, int packets, long latestRttNanos, long smoothedRttNanos, boolean windowLimited, boolean roundEnded) {
        if (inSlowStart()) {
            if (latestRttNanos > 0) {
                hyStart.onSample(latestRttNanos);
            }
            if (windowLimited) {
                cwnd = Math.min(threshold, cwnd + (double) packets / hyStart.growthDivisor());
            }
            if (roundEnded && hyStart.onRoundEnd()) {
                threshold = cwnd;
            }
        } else if (windowLimited) {
            avoidCongestion(nowNanos, packets, smoothedRttNanos);
        } else {
            // "An application-limited period must not count" (RFC 9438 §5.8): the cubic clock stands still meanwhile.
            inEpoch = false;
        }
        cwnd = Math.min(cwnd, FlowConstants.MAX_IN_FLIGHT);
    }

    @Override
    public void onCongestion(long nowNanos) {
        remember();
        // Fast convergence (RFC 9438 §4.7): a flow that lost its ground early leaves room for others.
        maximum = cwnd < maximum ? cwnd * (1 + BETA) / 2 : cwnd;
        cwnd = Math.max(MIN_CWND_PACKETS, cwnd * BETA);
        threshold = cwnd;
        inEpoch = false;
    }

    @Override
    public void onTimeout(int inFlight) {
        // A second timeout of the same episode finds a small window already; the threshold of the first stays.
        if (cwnd > MIN_CWND_PACKETS) {
            remember();
            maximum = cwnd;
            threshold = Math.max(MIN_CWND_PACKETS, cwnd * BETA);
        }
        cwnd = inFlight + 1;
        inEpoch = false;
        hyStart.reset();
    }

    /** "If the congestion event turns out to be spurious, restore" (RFC 9438 §4.9.2). */
    @Override
    public void onSpuriousCongestion() {
        if (priorCwnd > cwnd) {
            cwnd = priorCwnd;
            threshold = priorThreshold;
            maximum = priorMaximum;
            inEpoch = false;
        }
    }

    @Override
    public void onPathChange() {
        priorCwnd = 0;
        cwnd = Math.min(cwnd, INITIAL_CWND_PACKETS);
        threshold = Double.POSITIVE_INFINITY;
        maximum = 0;
        inEpoch = false;
        hyStart.reset();
    }

    @Override
    public String name() {
        return "cubic";
    }

    private void remember() {
        priorCwnd = cwnd;
        priorThreshold = threshold;
        priorMaximum = maximum;
    }

    private void avoidCongestion(long nowNanos, int packets, long smoothedRttNanos) {
        if (!inEpoch) {
            inEpoch = true;
            epochStart = nowNanos;
            maximum = Math.max(maximum, cwnd);
            k = Math.cbrt((maximum - cwnd) / C);
            renoWindow = cwnd;
        }
        double seconds = (nowNanos - epochStart + smoothedRttNanos) / NANOS_PER_SECOND;
        double target = Math.clamp(maximum + C * Math.pow(seconds - k, 3), cwnd, 1.5 * cwnd);
        double reno = renoWindow >= maximum ? 1 : ALPHA;
        renoWindow += reno * packets / cwnd;
        cwnd = Math.max(cwnd + (target - cwnd) / cwnd * packets, renoWindow);
    }
}

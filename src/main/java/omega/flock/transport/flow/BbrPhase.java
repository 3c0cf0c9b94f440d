package omega.flock.transport.flow;

import java.util.Arrays;

/**
 * What BBR is about (draft-ietf-ccwg-bbr §4.3), with the gains on bandwidth and on the bandwidth-delay product that belong to it.
 *
 * <pre>
 *   STARTUP ──bandwidth no longer grows──► DRAIN ──queue empty──► DOWN ──► CRUISE ──► REFILL ──► UP ─┐
 *                                                                 ▲ └─────────────────►              │
 *                                                                 └──────────────────────────────────┘
 *   any ──no round trip near the smallest for 5 s──► PROBE_RTT ──► CRUISE, or STARTUP if the pipe was never full
 * </pre>
 */
enum BbrPhase {
    /** Doubles the rate each round trip until the path gives no more. 4·ln 2: "the smallest gain that doubles" (§5.6.2). */
    STARTUP(2.77, 2.0),
    /** Lets the queue run empty that STARTUP made. */
    DRAIN(0.5, 2.0),
    /** Gives back what UP queued, and leaves room for others: within a round trip, like BBRv1 and v2 (the draft takes 0.9). */
    DOWN(0.75, 2.0),
    /** Sends at the rate of the path. */
    CRUISE(1.0, 2.0),
    /** Fills the pipe for one round trip, so that UP measures the path and not the hole that DOWN left. */
    REFILL(1.0, 2.0),
    /** Looks for more bandwidth. */
    UP(1.25, 2.25),
    /** Keeps little in flight, so that everybody's queue empties and the true round trip shows. */
    PROBE_RTT(1.0, 0.5);

    private final double pacingGain;
    private final double windowGain;

    BbrPhase(double pacingGain, double windowGain) {
        this.pacingGain = pacingGain;
        this.windowGain = windowGain;
    }

    double pacingGain() {
        return pacingGain;
    }

    double windowGain() {
        return windowGain;
    }

    boolean mayBecome(BbrPhase next) {
        return switch (this) {
            case STARTUP -> is(next, DRAIN, PROBE_RTT);
            case DRAIN -> is(next, DOWN, PROBE_RTT);
            case DOWN -> is(next, CRUISE, REFILL, PROBE_RTT);
            case CRUISE -> is(next, REFILL, PROBE_RTT);
            case REFILL -> is(next, UP, PROBE_RTT);
            case UP -> is(next, DOWN, PROBE_RTT);
            case PROBE_RTT -> is(next, STARTUP, CRUISE);
        };
    }

    /** {@return whether the phase belongs to the cycle that looks for bandwidth again and again} */
    boolean isInCycle() {
        return is(this, DOWN, CRUISE, REFILL, UP);
    }

    private static boolean is(BbrPhase phase, BbrPhase... phases) {
        return Arrays.asList(phases).contains(phase);
    }
}

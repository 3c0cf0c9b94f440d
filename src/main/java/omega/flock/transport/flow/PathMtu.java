package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.MTU_BASE;
import static omega.flock.transport.flow.FlowConstants.MTU_MAX;
import static omega.flock.transport.flow.FlowConstants.MTU_MAX_PROBES;
import static omega.flock.transport.flow.FlowConstants.MTU_STEP;

import omega.flock.transport.packet.PacketConstants;

/**
 * Looks for the largest packet that the path carries (RFC 8899), from 1200 bytes up to 1500; sizes count IP and UDP headers.
 *
 * <pre>
 *   DISABLED            BASE ──first acknowledgement──► SEARCHING ──limits met──► COMPLETE
 *                        ▲                                                            │
 *                        └───────────────────────reset(): the remote changed──────────┘
 * </pre>
 *
 * <p>A probe is an ordinary DATA packet with zero bytes between header and payload, at most 255 of them, so one step is at most
 * that long. libudx climbs by 32 bytes; this search leaps as far as padding reaches and halves the gap when a size failed
 * three times. A lost probe says nothing about congestion and its payload is repeated without padding.
 */
final class PathMtu {
    private enum State { DISABLED, BASE, SEARCHING, COMPLETE }

    private State state;
    private int size = MTU_BASE;
    private int ceiling = MTU_MAX; // largest size that has not failed
    private int target;
    private int failures;
    private boolean outstanding;

    PathMtu(boolean enabled) {
        state = enabled ? State.BASE : State.DISABLED;
    }

    /** {@return the size that packets may have now} */
    int size() {
        return size;
    }

    boolean isComplete() {
        return state == State.COMPLETE;
    }

    /** Some packet of the base size came through: the path works, the search may begin. */
    void onAcknowledgement() {
        if (state == State.BASE) {
            state = State.SEARCHING;
            chooseTarget();
        }
    }

    /**
     * {@return padding that turns a packet of {@code packetSize} bytes into a probe; 0 if none is wanted or padding cannot reach}
     */
    int padding(int packetSize) {
        if (state != State.SEARCHING || outstanding) {
            return 0;
        }
        int missing = target - packetSize;
        return missing > 0 && missing <= PacketConstants.MAX_DATA_OFFSET ? missing : 0;
    }

    void onProbeSent() {
        outstanding = true;
    }

    void onProbeAcknowledged() {
        if (!outstanding) {
            return;
        }
        outstanding = false;
        size = target;
        failures = 0;
        chooseTarget();
    }

    void onProbeLost() {
        if (!outstanding) {
            return;
        }
        outstanding = false;
        if (++failures >= MTU_MAX_PROBES) {
            failures = 0;
            ceiling = target - 1;
            chooseTarget();
        }
    }

    /** Begins again at the base size on a new path. Probes of the old one no longer matter. */
    void reset() {
        size = MTU_BASE;
        ceiling = MTU_MAX;
        failures = 0;
        outstanding = false;
        if (state != State.DISABLED) {
            state = State.BASE;
        }
    }

    private void chooseTarget() {
        int reach = size + PacketConstants.MAX_DATA_OFFSET / MTU_STEP * MTU_STEP;
        if (ceiling == MTU_MAX) {
            target = Math.min(reach, MTU_MAX);
        } else {
            // Halve the gap, rounded up to the grid that begins at the base size.
            int middle = (size + ceiling + 1) / 2;
            int onGrid = MTU_BASE + (middle - MTU_BASE + MTU_STEP - 1) / MTU_STEP * MTU_STEP;
            target = Math.min(onGrid, reach);
            if (target > ceiling) {
                target = MTU_BASE + (ceiling - MTU_BASE) / MTU_STEP * MTU_STEP;
            }
        }
        state = target > size ? State.SEARCHING : State.COMPLETE;
    }
}

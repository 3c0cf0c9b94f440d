package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.DUPLICATE_THRESHOLD;
import static omega.flock.transport.flow.FlowConstants.MIN_REORDER_WINDOW_NANOS;
import static omega.flock.transport.flow.SequenceNumbers.before;

/**
 * RACK (RFC 8985 §6 without DSACK): a packet is lost when one that was sent later has been delivered and a reordering window passed.
 */
final class RackDetector {
    private final RttEstimator rtt;
    private long sentAt; // RACK.xmit_ts
    private int seq; // RACK.end_seq
    private long rttNanos; // RACK.rtt
    private int highestDelivered; // RACK.fack
    private boolean anyDelivered;
    private boolean reorderingSeen;
    private int windowSteps = 1; // RACK.reo_wnd_mult

    RackDetector(RttEstimator rtt) {
        this.rtt = rtt;
    }

    /**
     * A packet was acknowledged, cumulatively or selectively (RFC 8985 §6.2 steps 2 and 3).
     *
     * @return whether its retransmission turned out to be needless
     */
    boolean onDelivered(long nowNanos, int packet, long packetSentAt, boolean retransmitted) {
        detectReordering(packet, retransmitted);
        long packetRtt = nowNanos - packetSentAt;
        if (retransmitted && packetRtt < rtt.minimum()) {
            // Too fast to answer the retransmission: the original was late, not lost. RFC 8985 widens its window by DSACK, which
            // UDX does not have; this tells the same.
            reorderingSeen = true;
            windowSteps = Math.min(windowSteps + 1, FlowConstants.MAX_REORDER_STEPS);
            return true;
        }
        rttNanos = packetRtt;
        if (!anyDelivered || sentAfter(packetSentAt, packet, sentAt, seq)) {
            sentAt = packetSentAt;
            seq = packet;
            anyDelivered = true;
        }
        return false;
    }

    /**
     * Marks packets lost (RFC 8985 §6.2 step 5).
     *
     * @param sink told of each lost packet after it was marked
     * @return when the next packet in the network would count as lost, or {@link Long#MAX_VALUE}
     */
    long detectLoss(long nowNanos, InFlight table, boolean inRecovery, LossSink sink) {
        if (!anyDelivered) {
            return Long.MAX_VALUE;
        }
        long window = reorderWindow(inRecovery, table.sackedCount());
        for (int slot = table.oldestSentSlot(); slot != InFlight.NONE; ) {
            int packet = table.seqOf(slot);
            long packetSentAt = table.sentAt(packet);
            if (!sentAfter(sentAt, seq, packetSentAt, packet)) {
                break; // the list is in the order of transmission
            }
            long lostAt = packetSentAt + rttNanos + window;
            if (lostAt > nowNanos) {
                return lostAt;
            }
            slot = table.newerSlot(slot);
            markLost(table, packet, sink);
        }
        return Long.MAX_VALUE;
    }

    /** The retransmission timer expired: "mark the oldest unacked packet and every packet older than rack_rtt + window as lost". */
    void onTimeout(long nowNanos, InFlight table, LossSink sink) {
        long age = rttNanos + reorderWindow(true, table.sackedCount());
        for (int slot = table.oldestSentSlot(); slot != InFlight.NONE; ) {
            int packet = table.seqOf(slot);
            slot = table.newerSlot(slot);
            if (packet == table.first() || table.sentAt(packet) + age <= nowNanos) {
                markLost(table, packet, sink);
            }
        }
    }

    private static void markLost(InFlight table, int packet, LossSink sink) {
        boolean probe = table.isProbe(packet);
        table.markLost(packet);
        sink.onLost(packet, probe);
    }

    private void detectReordering(int packet, boolean retransmitted) {
        if (!anyDelivered || before(highestDelivered, packet)) {
            highestDelivered = packet;
        } else if (before(packet, highestDelivered) && !retransmitted) {
            reorderingSeen = true;
        }
    }

    /** "0 if no reordering has been seen and (in recovery, or ≥ 3 packets are SACKed); else min(steps · min_rtt/4, srtt)". */
    private long reorderWindow(boolean inRecovery, int sacked) {
        if (!reorderingSeen && (inRecovery || sacked >= DUPLICATE_THRESHOLD)) {
            return 0;
        }
        return Math.max(MIN_REORDER_WINDOW_NANOS, Math.min(windowSteps * (rtt.minimum() / 4), rtt.smoothed()));
    }

    private static boolean sentAfter(long time, int packet, long otherTime, int otherPacket) {
        return time > otherTime || (time == otherTime && before(otherPacket, packet));
    }
}

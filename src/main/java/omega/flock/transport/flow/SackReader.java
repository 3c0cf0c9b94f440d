package omega.flock.transport.flow;

import static omega.flock.transport.flow.SequenceNumbers.before;

import java.nio.ByteBuffer;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.SackBlocks;

/**
 * Reads the selective acknowledgements of a packet. What one datagram can cost is bounded by what was sent: the blocks ascend, so no
 * packet is named twice, and what is known to be there is leapt over, whichever blocks named it before.
 */
final class SackReader {
    private final InFlight table;
    private final LossRecovery recovery;
    private final FlowCounters counters;
    private final AddressProof proof;

    SackReader(InFlight table, LossRecovery recovery, FlowCounters counters, AddressProof proof) {
        this.table = table;
        this.recovery = recovery;
        this.counters = counters;
        this.proof = proof;
    }

    /**
     * Step 11: "bad blocks are skipped one by one". "Ascending from the lowest, at most 50 pairs": what a datagram names beyond that, or
     * out of order, no honest receiver wrote.
     *
     * @param payload position at the first block
     */
    void read(long nowNanos, ByteBuffer payload, int blocks) {
        int from = table.first();
        for (int i = 0; i < blocks; i++) {
            int start = SackBlocks.start(payload, i);
            int end = SackBlocks.end(payload, i);
            // "start < end, end ≤ sender's next seq, start < next seq, start ≥ cumulative ack after this packet"
            if (i >= PacketConstants.MAX_SACK_BLOCKS || before(start, from) || !before(start, end) || !table.contains(start)
                    || before(table.next(), end)) {
                counters.drop(DropReason.BAD_SACK_BLOCK);
                continue;
            }
            take(nowNanos, start, end);
            from = end;
        }
    }

    private void take(long nowNanos, int start, int end) {
        int seq = start;
        while (before(seq, end)) {
            counters.packetsVisited++;
            if (table.state(seq) == InFlight.SACKED) {
                seq = table.endOfSackedRun(seq);
            } else {
                proof.onAcknowledged(table.path(seq));
                recovery.onDelivered(nowNanos, seq);
                table.markSacked(seq);
                seq++;
            }
        }
        table.joinSackedRuns(start, seq);
    }
}

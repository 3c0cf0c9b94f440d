package omega.flock.transport.flow;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketFlags;

/** The packets that carry no bytes of the stream: messages, ACKs, heartbeats and the last DESTROY. They go where a packet may go now. */
final class ControlPackets {
    private final Sender sender;
    private final Receiver receiver;
    private final PacketWriter writer;
    private final FlowCounters counters;
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>(0);
    private boolean destroyWanted;

    ControlPackets(Sender sender, Receiver receiver, PacketWriter writer, FlowCounters counters) {
        this.sender = sender;
        this.receiver = receiver;
        this.writer = writer;
        this.counters = counters;
    }

    boolean queueMessage(byte[] message) {
        return messages.size() < FlowConstants.MAX_OUTBOUND_MESSAGES && messages.add(message.clone());
    }

    void dropMessages() {
        messages.clear();
    }

    void wantDestroy() {
        destroyWanted = true;
    }

    /** {@return whether one of the packets of a living stream is to be written and has where to go} */
    boolean isWanted() {
        return (receiver.isAckDue() || sender.isHeartbeatWanted()) && mayGo(0) || isMessageWanted();
    }

    /** {@return whether a DESTROY or a last ACK is to be written and has where to go} */
    boolean isLastWanted() {
        return (destroyWanted || receiver.isAckDue()) && mayGo(0);
    }

    boolean isMessageWanted() {
        return !messages.isEmpty() && mayGo(messages.peek().length);
    }

    boolean mayGo(int payloadBytes) {
        return sender.proof().route(sender.path(), PacketConstants.HEADER_BYTES + payloadBytes) != null;
    }

    void writeMessage(ByteBuffer out) {
        byte[] message = messages.remove();
        begin(out, PacketFlags.MESSAGE, message.length);
        out.put(message);
    }

    void writeAck(ByteBuffer out) {
        AckRanges ranges = receiver.buffer().outOfOrder();
        StreamPath to = begin(out, ranges.isEmpty() ? PacketFlags.STATE : PacketFlags.SACK, 0);
        int limit = out.limit();
        out.limit(Math.min(limit, out.position() + sender.proof().room(to.address())));
        int began = out.position();
        ranges.writeTo(out);
        out.limit(limit);
        sender.proof().onSent(to.address(), out.position() - began);
        receiver.ackSent();
    }

    /** {@return whether a heartbeat was due} */
    boolean writeHeartbeat(ByteBuffer out) {
        boolean due = sender.takeHeartbeat();
        if (due) {
            begin(out, PacketFlags.HEARTBEAT, 0);
            counters.heartbeatsSent++;
        }
        return due;
    }

    /** {@return whether a packet of a stream that is over was written} */
    boolean writeLast(ByteBuffer out) {
        if (!mayGo(0)) {
            return false;
        }
        if (destroyWanted) {
            destroyWanted = false;
            receiver.ackSent();
            begin(out, PacketFlags.DESTROY, 0);
            return true;
        }
        if (receiver.isAckOwed()) {
            writeAck(out);
            return true;
        }
        return false;
    }

    private StreamPath begin(ByteBuffer out, int flags, int payloadBytes) {
        int bytes = PacketConstants.HEADER_BYTES + payloadBytes;
        StreamPath to = sender.proof().route(sender.path(), bytes);
        writer.begin(out, flags, 0, to, sender.table().next());
        sender.proof().onSent(to.address(), bytes);
        return to;
    }
}

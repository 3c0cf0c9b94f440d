package omega.flock.sim;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamView;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/** One end of a {@link StreamPair}: a machine, what its user still wants to write, what it has read, and what it sent. */
public final class SimulatedPeer {
    /** A packet as it left, in words. */
    public record Sent(long atNanos, int flags, int seq, int ack, long window, int dataOffset, int payloadBytes, int streamId) {
        public boolean has(int bits) {
            return (flags & bits) != 0;
        }

        @Override
        public String toString() {
            return atNanos / 1_000 + "us " + PacketFlags.describe(flags) + " seq=" + seq + " ack=" + ack + " window=" + window
                    + " offset=" + dataOffset + " payload=" + payloadBytes;
        }
    }

    private final StreamMachine machine;
    private final int id;
    private final PacketHeader header = new PacketHeader();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<Sent> sent = new ArrayList<>();
    private final byte[] scratch = new byte[65_536];
    private byte[] pending = {};
    private int pendingAt;
    private boolean endWhenWritten;
    private int readLimit = Integer.MAX_VALUE;
    private boolean endOfStream;

    SimulatedPeer(int id, StreamConfig config) {
        this.id = id;
        this.machine = new StreamMachine(config);
    }

    public int id() {
        return id;
    }

    public StreamMachine machine() {
        return machine;
    }

    public StreamView view() {
        return machine.view();
    }

    /** Writes all of it, as the machine has room. */
    public SimulatedPeer write(byte[] bytes) {
        pending = bytes;
        pendingAt = 0;
        return this;
    }

    /** Ends the output once everything was written. */
    public SimulatedPeer endWhenWritten() {
        endWhenWritten = true;
        return this;
    }

    /** The user reads so many bytes more and then stops. */
    public SimulatedPeer readAtMost(int bytes) {
        readLimit = bytes;
        return this;
    }

    public byte[] received() {
        return received.toByteArray();
    }

    public int receivedBytes() {
        return received.size();
    }

    public boolean sawEndOfStream() {
        return endOfStream;
    }

    public List<Sent> sent() {
        return sent;
    }

    public long sentWith(int flags) {
        return sent.stream().filter(packet -> packet.has(flags)).count();
    }

    /** {@return packets without any flag, or with SACK only} */
    public long acksSent() {
        return sent.stream().filter(packet -> (packet.flags() & ~PacketFlags.SACK) == 0).count();
    }

    void arrive(long nowNanos, byte[] datagram) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram);
        header.decode(buffer);
        if (header.streamId() == id) {
            machine.onPacket(nowNanos, header, buffer);
        }
    }

    void act(long nowNanos) {
        machine.onDeadline(nowNanos);
        if (!machine.isOver() && !machine.view().sendState().isClosedForWriting()) {
            pendingAt += machine.write(pending, pendingAt, pending.length - pendingAt);
            if (endWhenWritten && pendingAt == pending.length) {
                machine.endOutput();
            }
        }
        readAll();
    }

    boolean poll(long nowNanos, ByteBuffer out) {
        if (!machine.pollPacket(nowNanos, out)) {
            return false;
        }
        ByteBuffer copy = out.duplicate().flip();
        PacketHeader left = new PacketHeader();
        left.decode(copy);
        sent.add(new Sent(nowNanos, left.flags(), left.seq(), left.ack(), left.window(), left.dataOffset(),
                copy.remaining() - left.dataOffset(), left.streamId()));
        return true;
    }

    private void readAll() {
        while (readLimit > 0) {
            int count = machine.read(scratch, 0, Math.min(scratch.length, readLimit));
            if (count < 0) {
                endOfStream = true;
            }
            if (count <= 0) {
                return;
            }
            received.write(scratch, 0, count);
            readLimit -= count;
        }
    }
}

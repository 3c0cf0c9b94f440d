package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import omega.flock.fuzz.FuzzInput;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/** One stream whose peer sends any packets and whose user does anything, in any order. */
public final class StreamMachineFuzz {

    private static final int[] WINDOWS = {FlowConstants.MIN_WINDOW_BYTES, 20_000, 1 << 20, FlowConstants.DEFAULT_WINDOW_BYTES};
    private static final int[] FIRST_NUMBERS = {0, -3, Integer.MAX_VALUE - 2, 5};
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];
    private static final long MILLISECOND = 1_000_000L;
    private static final int STEPS = 400;

    private final FuzzInput in;
    private final int window;
    private final StreamMachine machine;
    private final byte[] buffer = new byte[4096];
    private long now = -7; // of arbitrary origin
    private int paths;

    private StreamMachineFuzz(FuzzInput in) {
        this.in = in;
        int choice = in.next();
        this.window = WINDOWS[choice & 3];
        this.machine = new StreamMachine(
                new StreamConfig(window, (choice & 4) != 0, FIRST_NUMBERS[choice >> 3 & 3], FIRST_NUMBERS[choice >> 5 & 3]));
        if ((choice & 128) == 0) {
            machine.connect(now, path());
        }
    }

    /** Does what the input says, then lets time pass until nothing is due any more; the figures stay sane all along. */
    public static void program(byte[] input) {
        StreamMachineFuzz run = new StreamMachineFuzz(new FuzzInput(input));
        for (int step = 0; run.in.hasMore() && step < STEPS; step++) {
            run.step();
            run.assertSane();
        }
        run.end();
    }

    private void step() {
        switch (in.next() & 15) {
            case 0, 1, 2, 3 -> packet(in.next(), 0, in.next() * 6);
            case 4, 5, 6 -> packet(in.next(), in.next(), in.next());
            case 7 -> acknowledge();
            case 8 -> write(in.next() << (in.next() & 15));
            case 9 -> assertTrue(machine.read(buffer, 0, buffer.length) >= -1);
            case 10 -> pass(machine.nextDeadline());
            case 11 -> pass(now + (in.next() << (in.next() & 7)) * MILLISECOND / 16);
            case 12 -> poll(1 + in.next());
            case 13 -> close(in.next());
            case 14 -> user(in.next());
            default -> move(in.next());
        }
    }

    /** A packet near what is expected, or far from it. */
    private void packet(int flags, int dataOffset, int length) {
        int seq = machine.view().expectedSeq() + in.nextDistance();
        int ack = machine.view().nextSeq() + in.nextDistance();
        long peerWindow = (long) in.next() << (in.next() & 31);
        ByteBuffer payload = ByteBuffer.allocate(length);
        payload.put(in.nextBytes(Math.min(length, 16))).clear();
        machine.onSource(at(paths - (length & 1)), PacketConstants.HEADER_BYTES + length);
        machine.onPacket(now, new PacketHeader().set(flags, dataOffset, 1, peerWindow & 0xFFFFFFFFL, seq, ack), payload);
    }

    /** An ACK with blocks that mean something. */
    private void acknowledge() {
        int first = machine.view().nextSeq() - machine.view().packetsInFlight();
        int count = in.next() & 63;
        ByteBuffer payload = ByteBuffer.allocate(count * PacketConstants.SACK_BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int start = first + in.nextDistance();
            payload.putInt(start).putInt(start + in.nextDistance());
        }
        PacketHeader header = new PacketHeader();
        header.set(PacketFlags.SACK, 0, 1, 1 << 20, machine.view().expectedSeq(), first + in.nextDistance());
        machine.onSource(at(paths), PacketConstants.HEADER_BYTES + payload.position());
        machine.onPacket(now, header, payload.flip());
    }

    private void write(int length) {
        if (!machine.isOver() && !machine.view().sendState().isClosedForWriting()) {
            int taken = machine.write(ZEROS, 0, Math.min(length, ZEROS.length));
            assertTrue(taken >= 0 && taken <= length);
        }
    }

    private void pass(long until) {
        if (until != TimerTable.NEVER && until > now) {
            now = until;
        }
        machine.onDeadline(now);
        assertTrue(machine.nextDeadline() > now, "a deadline that was acted on is over");
    }

    private void poll(int atMost) {
        ByteBuffer out = ByteBuffer.allocate(PacketConstants.MAX_DATAGRAM_BYTES);
        for (int i = 0; i < atMost && machine.pollPacket(now, out.clear()); i++) {
            PacketHeader header = new PacketHeader();
            header.decode(out.flip());
            assertEquals(machine.packetPath().remoteId(), header.streamId());
        }
    }

    private void close(int how) {
        switch (how & 15) {
            case 0 -> machine.destroy();
            case 1 -> machine.linger(now);
            case 2, 3 -> machine.endOutput();
            default -> assertTrue(machine.read(buffer, 0, 1) >= -1);
        }
    }

    private void user(int what) {
        switch (what & 7) {
            case 0 -> machine.queueMessage(new byte[what]);
            case 1 -> machine.pollMessage();
            case 3 -> machine.heap().limitWritten(FlowConstants.GUARANTEED_BYTES + (what << 6));
            case 4 -> machine.heap().limitArrived(FlowConstants.GUARANTEED_BYTES + (what << 6), FlowConstants.GUARANTEED_BYTES + (what << 8));
            case 5 -> machine.heap().mayGrow((what & 8) != 0);
            case 6 -> machine.limitUnproven(what << 2);
            default -> machine.deferAck(now + what * MILLISECOND);
        }
    }

    private void move(int how) {
        if (!machine.isConnected()) {
            machine.connect(now, path());
        } else if ((how & 1) == 0) {
            machine.changePath(path());
        } else {
            machine.retarget(path());
        }
    }

    private StreamPath path() {
        paths++;
        return new StreamPath(paths, at(paths));
    }

    private static InetSocketAddress at(int path) {
        return new InetSocketAddress("192.0.2.1", 1000 + path);
    }

    private void end() {
        if (!machine.isConnected()) {
            machine.connect(now, path());
        }
        int packets = 0;
        ByteBuffer out = ByteBuffer.allocate(PacketConstants.MAX_DATAGRAM_BYTES);
        for (int i = 0; i < 50; i++) {
            while (machine.pollPacket(now, out.clear())) {
                assertTrue(++packets < 1 << 17, "it comes to an end");
            }
            pass(machine.nextDeadline());
            assertSane();
        }
    }

    private void assertSane() {
        StreamView view = machine.view();
        assertTrue(view.readableBytes() >= 0 && view.readableBytes() <= 2L * (window + FlowConstants.WINDOW_TOLERANCE_BYTES), "readable");
        assertTrue(view.backlogBytes() >= 0 && view.backlogBytes() <= FlowConstants.SEND_HIGH_WATER_BYTES, "backlog");
        assertTrue(view.acknowledgedBytes() >= 0 && view.acknowledgedBytes() <= view.writtenBytes(), "acknowledged");
        assertTrue(view.packetsInFlight() >= 0 && view.packetsInFlight() <= FlowConstants.MAX_IN_FLIGHT, "in flight");
        assertTrue(view.congestionWindowBytes() > 0, "congestion window");
        assertTrue(view.smoothedRttNanos() >= 0 && view.smoothedRttNanos() <= FlowConstants.RTO_MAX_NANOS, "round trip");
        assertTrue(view.mtu() >= FlowConstants.MTU_BASE && view.mtu() <= FlowConstants.MTU_MAX, "MTU");
        assertTrue(machine.heap().arrived() >= 0 && machine.heap().written() >= 0, "heap");
        assertTrue(view.receivedBytes() >= 0 && view.peerWindowBytes() >= 0, "counts");
        assertTrue(machine.isOver() || machine.nextStep() >= machine.nextDeadline(), "steps are deadlines");
    }
}

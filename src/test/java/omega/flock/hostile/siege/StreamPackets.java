package omega.flock.hostile.siege;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import omega.flock.crypto.SecretBox;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/** What one packet of a stream can cost its machine, of a peer that has let it send as much as ever waits for an acknowledgement. */
final class StreamPackets {

    private static final long MS = 1_000_000L;
    private static final long WINDOW = 0xFFFF_FFFFL;
    private static final int PAYLOAD = 1_400;
    private static final int MOST_BLOCKS = 50;
    private static final int PACKETS = 2_000;
    private static final int WINDOWS = 12; // full ones, of which each takes long
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(8 << 20, false));
    private final ByteBuffer out = ByteBuffer.allocate(1472);
    private long now = MS;
    private int first;

    private StreamPackets() {
        machine.connect(now, new StreamPath(1, new InetSocketAddress("192.0.2.1", 1001)));
    }

    /** Prints the costs; false if one of them, as a rule, is more than so many microseconds. */
    static boolean run(double mostMicros) {
        byte[] key = new byte[32];
        byte[] box = new byte[PAYLOAD];
        boolean holds = print("MESSAGE that nobody sealed", PACKETS, mostMicros, i -> {
            long start = System.nanoTime();
            SecretBox.open(key, new byte[24], box);
            return System.nanoTime() - start;
        });
        holds &= print("DATA in order", PACKETS, mostMicros, new IntToLongFunction() {
            private final StreamPackets packets = new StreamPackets();

            @Override
            public long applyAsLong(int i) {
                return packets.receive(PacketFlags.DATA, i, 0, PAYLOAD);
            }
        });
        holds &= print("DATA behind a gap", PACKETS, mostMicros, new IntToLongFunction() {
            private final StreamPackets packets = new StreamPackets();

            @Override
            public long applyAsLong(int i) {
                return packets.receive(PacketFlags.DATA, 2 + 2 * i, 0, PAYLOAD);
            }
        });
        holds &= print("50 SACK blocks, all known", WINDOWS, mostMicros, i -> new StreamPackets().fill().storm());
        holds &= print("SACK of all that may wait", WINDOWS, mostMicros, i -> {
            StreamPackets packets = new StreamPackets().fill();
            return packets.sack(packets.first + 1, packets.machine.view().nextSeq());
        });
        holds &= print("ACK of all that may wait", WINDOWS, mostMicros, i -> {
            StreamPackets packets = new StreamPackets().fill();
            return packets.receive(PacketFlags.STATE, 0, packets.machine.view().nextSeq(), 0);
        });
        return holds;
    }

    private static boolean print(String name, int times, double mostMicros, IntToLongFunction packet) {
        long[] nanos = IntStream.range(0, times).mapToLong(packet::applyAsLong).skip(times / 2).sorted().toArray();
        double median = nanos[nanos.length / 2] / 1e3;
        System.out.printf(Locale.ROOT, "%-32s %8.1f %8.1f %8.1f%n", name, median, nanos[nanos.length * 99 / 100] / 1e3,
                nanos[nanos.length - 1] / 1e3);
        return median <= mostMicros;
    }

    /** Sends until nothing more may wait for an acknowledgement: the peer first opens the window by acknowledging, and then is silent. */
    private StreamPackets fill() {
        for (int round = 0; round < 60; round++) {
            sendAll();
            now += MS;
            receive(PacketFlags.STATE, 0, machine.view().nextSeq(), 0);
            machine.onDeadline(now);
        }
        first = machine.view().nextSeq();
        for (int before = -1; before != machine.view().nextSeq(); ) {
            before = machine.view().nextSeq();
            for (int round = 0; round < 20; round++) {
                sendAll();
                now += MS / 10;
                machine.onDeadline(now);
            }
        }
        return this;
    }

    private void sendAll() {
        do {
            machine.write(ZEROS, 0, ZEROS.length);
        } while (machine.pollPacket(now, out.clear()));
    }

    /** Fifty blocks that begin one behind the other and each reach to the end, after all of it was acknowledged so. */
    private long storm() {
        int next = machine.view().nextSeq();
        sack(first + 1, next);
        return sack(IntStream.range(0, MOST_BLOCKS).flatMap(i -> IntStream.of(first + 1 + i, next)).toArray());
    }

    private long sack(int... numbers) {
        ByteBuffer packet = ByteBuffer.allocate(20 + numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        new PacketHeader().set(PacketFlags.SACK, 0, 2, WINDOW, 0, first).encode(packet);
        Arrays.stream(numbers).forEach(packet::putInt);
        return arrive(packet.flip());
    }

    private long receive(int flags, int seq, int ack, int payload) {
        ByteBuffer packet = ByteBuffer.allocate(20 + payload);
        new PacketHeader().set(flags, 0, 2, WINDOW, seq, ack).encode(packet);
        return arrive(packet.position(20 + payload).flip());
    }

    private long arrive(ByteBuffer packet) {
        PacketHeader header = new PacketHeader();
        header.decode(packet);
        long start = System.nanoTime();
        machine.onPacket(now, header, packet);
        return System.nanoTime() - start;
    }
}

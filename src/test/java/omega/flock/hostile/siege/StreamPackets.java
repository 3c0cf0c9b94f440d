package omega.flock.hostile.siege;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import omega.flock.crypto.SecretBox;
import omega.flock.transport.Chunks;
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
    private static final int WINDOWS = 300; // full ones, of which each takes milliseconds
    private static final long ENOUGH = 11 << 20; // to be in flight: more than may wait
    private static final int LARGE = FlowConstants.SEND_HIGH_WATER_BYTES;
    private static final int SMALL = 100;
    private static final byte[] ZEROS = new byte[LARGE];

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(8 << 20, false).withChunks(Chunks.pool()));
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
        holds &= print("50 SACK blocks, all known", WINDOWS, mostMicros, window(LARGE, StreamPackets::storm));
        holds &= print("SACK of all that may wait", WINDOWS, mostMicros, window(LARGE, StreamPackets::sackAll));
        holds &= print("SACK of the last, others lost", WINDOWS, mostMicros, window(LARGE, StreamPackets::sackLast));
        holds &= print("ACK of all that may wait", WINDOWS, mostMicros, window(LARGE, StreamPackets::ackAll));
        holds &= print("ACK of all, each sent twice", WINDOWS, mostMicros, window(LARGE, packets -> {
            packets.sackLast();
            packets.sendAllThereIs(LARGE);
            return packets.ackAll();
        }));
        holds &= print("SACK of all, small packets", WINDOWS, mostMicros, window(SMALL, StreamPackets::sackAll));
        holds &= print("ACK of all, small packets", WINDOWS, mostMicros, window(SMALL, StreamPackets::ackAll));
        return holds;
    }

    private static boolean print(String name, int times, double mostMicros, IntToLongFunction packet) {
        long[] nanos = IntStream.range(0, times).mapToLong(packet::applyAsLong).skip(times / 2).sorted().toArray();
        double median = nanos[nanos.length / 2] / 1e3;
        System.out.printf(Locale.ROOT, "%-32s %8.1f %8.1f %8.1f%n", name, median, nanos[nanos.length * 99 / 100] / 1e3,
                nanos[nanos.length - 1] / 1e3);
        return median <= mostMicros;
    }

    /** {@return what a packet costs a stream in which all waits that may, in packets that hold so many bytes, if they have room} */
    private static IntToLongFunction window(int bytes, ToLongFunction<StreamPackets> packet) {
        return i -> {
            StreamPackets packets = new StreamPackets();
            packets.open();
            packets.first = packets.machine.view().nextSeq();
            packets.sendAllThereIs(bytes);
            return packet.applyAsLong(packets);
        };
    }

    /** The peer opens the window by acknowledging, until as much may be in flight as may ever wait. */
    private void open() {
        for (int round = 0; machine.view().congestionWindowBytes() < ENOUGH && round < 60; round++) {
            sendAll(LARGE);
            now += MS;
            ackAll();
            machine.onDeadline(now);
        }
    }

    /** Sends until nothing more may wait for an acknowledgement: the peer is silent. */
    private void sendAllThereIs(int bytes) {
        for (long before = -1; before != machine.view().counters().packetsSent(); ) {
            before = machine.view().counters().packetsSent();
            for (int round = 0; round < 20; round++) {
                sendAll(bytes);
                now += MS / 10;
                machine.onDeadline(now);
            }
        }
    }

    private void sendAll(int bytes) {
        do {
            machine.write(ZEROS, 0, bytes);
        } while (machine.pollPacket(now, out.clear()));
    }

    /** Fifty blocks that begin one behind the other and each reach to the end, after all of it was acknowledged so. */
    private long storm() {
        int next = machine.view().nextSeq();
        sack(first + 1, next);
        return sack(IntStream.range(0, MOST_BLOCKS).flatMap(i -> IntStream.of(first + 1 + i, next)).toArray());
    }

    private long sackAll() {
        return sack(first + 1, machine.view().nextSeq());
    }

    private long sackLast() {
        return sack(machine.view().nextSeq() - 3, machine.view().nextSeq());
    }

    private long ackAll() {
        return receive(PacketFlags.STATE, 0, machine.view().nextSeq(), 0);
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

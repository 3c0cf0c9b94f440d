package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/**
 * Row 5: a peer acknowledges everything but the first packet, and has us walk over all the rest again with each block of each packet.
 *
 * <p>Before: 65,536 packets (75 MB) waited for the first one, and 90 overlapping blocks in 740 bytes had us look at 5.9 million of them, 5.5
 * ms under the stream's lock and more, as often as the peer liked. Now 6,144 wait, and no packet is looked at twice.
 */
class SackStormTest {
    private static final long MS = 1_000_000L;
    private static final long WINDOW = 0xFFFF_FFFFL;
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(1 << 20, false));
    private long now = MS;

    private int leaveOneHole() {
        return leaveOneHole(ZEROS.length);
    }

    /**
     * Everything but packet 0 is acknowledged at once, by SACK; so the window opens as far as it ever does.
     *
     * @param bytes that the user writes at a time
     * @return the next number
     */
    private int leaveOneHole(int bytes) {
        machine.connect(now, new StreamPath(1, new InetSocketAddress("192.0.2.1", 1001)));
        ByteBuffer out = ByteBuffer.allocate(1472);
        for (int rounds = 0; rounds < 500; rounds++) {
            do {
                machine.write(ZEROS, 0, bytes);
            } while (machine.pollPacket(now, out.clear()));
            now += MS;
            sack(1, machine.view().nextSeq());
            machine.onDeadline(now);
        }
        return machine.view().nextSeq();
    }

    /** {@return how many packets were looked at} */
    private long sack(int... numbers) {
        ByteBuffer packet = ByteBuffer.allocate(20 + numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        PacketHeader header = new PacketHeader();
        header.set(PacketFlags.SACK, 0, 2, WINDOW, 0, 0).encode(packet);
        IntStream.of(numbers).forEach(packet::putInt);
        packet.flip();
        header.decode(packet);
        long before = machine.view().counters().packetsVisited();
        machine.onPacket(now, header, packet);
        return machine.view().counters().packetsVisited() - before;
    }

    @Test
    void whatWaitsForOneHoleIsBounded() {
        int last = leaveOneHole();
        long held = machine.view().counters().bytesSent() - machine.view().acknowledgedBytes();
        assertTrue(held > 6 << 20, "the attack went as far as it could: " + held);
        assertEquals(6_144, last, held + " bytes wait");
    }

    @Test
    void soIsWhatWaitsInSmallPackets() {
        assertEquals(6_144, leaveOneHole(10));
    }

    @Test
    void overlappingBlocksAreWalkedOnce() {
        int last = leaveOneHole();
        int[] blocks = IntStream.range(0, 90).flatMap(i -> IntStream.of(2 + i, last)).toArray();
        long visited = sack(blocks);
        assertTrue(visited <= 50, visited + " packets were looked at");
        assertEquals(89, machine.view().counters().drops(DropReason.BAD_SACK_BLOCK));
    }

    @Test
    void descendingBlocksAreIgnored() {
        int last = leaveOneHole();
        int[] blocks = IntStream.range(0, 50).flatMap(i -> IntStream.of(last - 2 * i - 1, last - 2 * i)).toArray();
        assertEquals(1, sack(blocks));
        assertEquals(49, machine.view().counters().drops(DropReason.BAD_SACK_BLOCK));
    }

    @Test
    void moreThanFiftyBlocksAreTooMany() {
        int last = leaveOneHole();
        assertTrue(last > 200);
        int[] blocks = IntStream.range(0, 180).flatMap(i -> IntStream.of(2 + i, 3 + i)).toArray();
        assertTrue(sack(blocks) <= 50);
        assertEquals(130, machine.view().counters().drops(DropReason.BAD_SACK_BLOCK));
    }

    @Test
    void blocksThatMoveByOneWithEachDatagramAreLeaptOver() {
        int last = leaveOneHole();
        long visited = IntStream.range(2, 2_000).mapToLong(start -> sack(start, last)).sum();
        assertTrue(visited <= 3 * 2_000, visited + " packets were looked at for 1,998 datagrams");
    }
}

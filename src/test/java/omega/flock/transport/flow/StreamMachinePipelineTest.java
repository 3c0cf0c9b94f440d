package omega.flock.transport.flow;

import static omega.flock.transport.flow.Packets.blocks;
import static omega.flock.transport.flow.Packets.feed;
import static omega.flock.transport.flow.Packets.isSilent;
import static omega.flock.transport.flow.Packets.next;
import static omega.flock.transport.flow.Packets.packet;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** What one machine does with single packets: the receive pipeline of libudx, step by step. */
class StreamMachinePipelineTest {
    private static final int ID = 202;
    private static final int WINDOW = 4_194_304;
    private static final StreamPath PATH = new StreamPath(101, new InetSocketAddress("192.0.2.1", 1));
    private static final byte[] HELLO = {1, 2, 3, 4, 5};

    private final StreamMachine machine = connected();

    private static StreamMachine connected() {
        StreamMachine machine = new StreamMachine(StreamConfig.of(WINDOW, false));
        machine.connect(0, PATH);
        return machine;
    }

    private byte[] read() {
        byte[] bytes = new byte[100_000];
        int count = machine.read(bytes, 0, bytes.length);
        return count < 0 ? new byte[0] : Arrays.copyOf(bytes, count);
    }

    private long drops(DropReason reason) {
        return machine.view().counters().drops(reason);
    }

    private void write(int packets) {
        machine.write(new byte[packets * 1152], 0, packets * 1152);
        for (int i = 0; i < packets; i++) {
            assertEquals(i, next(machine, 1).seq());
        }
    }

    @Test
    void dataIsDeliveredAndAcknowledgedAtOnceWithOurTrueNextSeq() {
        write(3);
        feed(machine, 2, packet(PacketFlags.DATA, 0, ID, WINDOW, 0, 0, HELLO));
        assertArrayEquals(HELLO, read());
        PacketHeader ack = next(machine, 2);
        assertEquals(PacketFlags.STATE, ack.flags());
        assertEquals(101, ack.streamId());
        assertEquals(3, ack.seq());
        assertEquals(1, ack.ack());
        assertTrue(isSilent(machine, 2));
    }

    @Test
    void aDuplicateIsAcknowledgedAgain() {
        feed(machine, 1, packet(PacketFlags.DATA, 0, ID, WINDOW, 0, 0, HELLO));
        next(machine, 1);
        feed(machine, 2, packet(PacketFlags.DATA, 0, ID, WINDOW, 0, 0, HELLO));
        assertEquals(1, next(machine, 2).ack());
        assertEquals(1, drops(DropReason.DUPLICATE));
        assertArrayEquals(HELLO, read());
    }

    @Test
    void aHeartbeatIsAnsweredAndNothingElseInItIsLookedAt() {
        write(1);
        feed(machine, 2, packet(PacketFlags.HEARTBEAT | PacketFlags.DATA, 0, ID, 0, 0, 1, HELLO));
        PacketHeader answer = next(machine, 2);
        assertEquals(PacketFlags.STATE, answer.flags());
        assertEquals(0, answer.ack());
        assertEquals(0, machine.view().acknowledgedBytes());
        assertEquals(WINDOW, machine.view().peerWindowBytes());
        assertEquals(0, read().length);
    }

    @Test
    void paddingBetweenHeaderAndDataIsSkipped() {
        feed(machine, 1, packet(PacketFlags.DATA, 3, ID, WINDOW, 0, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 7));
        assertArrayEquals(new byte[] {7}, read());
    }

    @Test
    void anOffsetBeyondThePayloadDropsThePacketWithoutAnAck() {
        feed(machine, 1, packet(PacketFlags.DATA, 6, ID, WINDOW, 0, 0, HELLO));
        assertEquals(1, drops(DropReason.BAD_DATA_OFFSET));
        assertTrue(isSilent(machine, 1));
        assertEquals(0, machine.view().expectedSeq());
    }

    @Test
    void anAckBeyondWhatWasSentStopsThePipelineAfterTheDataWasTaken() {
        feed(machine, 1, packet(PacketFlags.DATA, 0, ID, 77, 0, 1, HELLO));
        assertEquals(1, drops(DropReason.ACK_BEYOND_NEXT));
        assertArrayEquals(HELLO, read());
        assertEquals(WINDOW, machine.view().peerWindowBytes(), "no window update");
    }

    @Test
    void anInvertedSackBlockIsCountedWhileTheDataOfThePacketIsDelivered() {
        write(4);
        ByteBuffer payload = ByteBuffer.allocate(8 + 5).put(blocks(3, 2)).put(HELLO);
        feed(machine, 2, packet(PacketFlags.DATA | PacketFlags.SACK, 8, ID, WINDOW, 0, 0, payload.array()));
        assertEquals(1, drops(DropReason.BAD_SACK_BLOCK));
        assertArrayEquals(HELLO, read());
    }

    @Test
    void sackBlocksAreTakenOneByOneAndOnlyWithinWhatIsInFlight() {
        write(6);
        feed(machine, 2, packet(PacketFlags.SACK, 0, ID, WINDOW, 0, 1, blocks(0, 2, 2, 4, 5, 7, 6, 6, 9, 10)));
        assertEquals(4, drops(DropReason.BAD_SACK_BLOCK));
        // 0 acknowledged, 2 and 3 SACKed, 1, 4 and 5 in the network
        assertEquals(3, machine.view().packetsInFlight());
    }

    @Test
    void everythingWhatIsStoredBehindAGapIsSackedInAscendingOrder() {
        for (int seq : new int[] {7, 1, 2, 4}) {
            feed(machine, 1, packet(PacketFlags.DATA, 0, ID, WINDOW, seq, 0, HELLO));
        }
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(machine.pollPacket(1, out));
        PacketHeader header = new PacketHeader();
        header.decode(out.flip());
        assertEquals(PacketFlags.SACK, header.flags());
        assertEquals(0, header.dataOffset());
        assertEquals(0, header.ack());
        byte[] rest = new byte[out.remaining()];
        out.get(rest);
        assertArrayEquals(blocks(1, 3, 4, 5, 7, 8), rest);
    }

    @Test
    void moreThanFiftyBlocksAreNeverSent() {
        for (int seq = 1; seq < 301; seq += 2) {
            feed(machine, 1, packet(PacketFlags.DATA, 0, ID, WINDOW, seq, 0, HELLO));
        }
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(machine.pollPacket(1, out));
        assertEquals(420, out.position());
    }

    @Test
    void messagesAreDeliveredWhateverTheirSeqAndTheirHeaderCounts() {
        write(1);
        feed(machine, 2, packet(PacketFlags.MESSAGE, 2, ID, 5000, 0, 1, (byte) 0, (byte) 0, (byte) 9));
        assertArrayEquals(new byte[] {9}, machine.pollMessage().orElseThrow());
        assertEquals(1152, machine.view().acknowledgedBytes());
        assertEquals(5000, machine.view().peerWindowBytes());
        assertTrue(isSilent(machine, 2), "a message is not acknowledged");
        feed(machine, 3, packet(PacketFlags.MESSAGE, 0, ID, 5000, 0, 1));
        assertEquals(0, machine.pollMessage().orElseThrow().length);
    }

    @Test
    void undeliveredMessagesAreBounded() {
        for (int i = 0; i < 70; i++) {
            feed(machine, 1, packet(PacketFlags.MESSAGE, 0, ID, WINDOW, 0, 0, HELLO));
        }
        assertEquals(6, drops(DropReason.MESSAGE_OVERFLOW));
    }

    @Test
    void aMessageLeavesAtOnceWithoutConsumingANumberAndHasAMaximum() {
        assertTrue(machine.queueMessage(HELLO));
        PacketHeader header = next(machine, 1);
        assertEquals(PacketFlags.MESSAGE, header.flags());
        assertEquals(0, header.seq());
        assertEquals(0, machine.view().nextSeq());
        assertThrows(IllegalArgumentException.class, () -> machine.queueMessage(new byte[1453]));
    }

    @Test
    void destroyWithTheExpectedNumberOrALaterOneResetsAnOlderOneDoesNot() {
        feed(machine, 1, packet(PacketFlags.DATA, 0, ID, WINDOW, 0, 0, HELLO));
        feed(machine, 1, packet(PacketFlags.DESTROY, 0, ID, WINDOW, 0, 0));
        assertFalse(machine.isOver());
        assertEquals(1, drops(DropReason.STALE_DESTROY));
        feed(machine, 1, packet(PacketFlags.DESTROY, 0, ID, WINDOW, 5, 0));
        assertEquals(StreamEnd.RESET_BY_PEER, machine.end().orElseThrow());
        assertArrayEquals(HELLO, read(), "what had arrived in order is still there");
        assertTrue(isSilent(machine, 2));
    }

    @Test
    void destroySendsOnePacketWithTheNextSeqAndDropsTheRest() {
        write(2);
        machine.write(new byte[5000], 0, 5000);
        machine.destroy();
        PacketHeader header = next(machine, 2);
        assertEquals(PacketFlags.DESTROY, header.flags());
        assertEquals(2, header.seq());
        assertTrue(isSilent(machine, 2));
        assertEquals(Long.MAX_VALUE, machine.nextDeadline());
    }

    @Test
    void anUnconnectedStreamIsDestroyedSilently() {
        StreamMachine fresh = new StreamMachine(StreamConfig.of(WINDOW, false));
        fresh.destroy();
        assertEquals(StreamEnd.DESTROYED, fresh.end().orElseThrow());
        assertTrue(isSilent(fresh, 1));
    }

    @Test
    void dataBeforeConnectIsDeliveredAndAcknowledgedOnConnect() {
        StreamMachine fresh = new StreamMachine(StreamConfig.of(WINDOW, false));
        feed(fresh, 1, packet(PacketFlags.DATA, 0, ID, WINDOW, 0, 0, HELLO));
        assertEquals(5, fresh.view().readableBytes());
        assertTrue(isSilent(fresh, 1));
        fresh.connect(2, PATH);
        assertEquals(1, next(fresh, 2).ack());
        assertThrows(IllegalStateException.class, () -> fresh.connect(3, PATH));
    }

    @Test
    void smallWritesAreMergedIntoOnePacketAndNeverWaitForMore() {
        for (int i = 0; i < 100; i++) {
            machine.write(HELLO, 0, 5);
        }
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(machine.pollPacket(1, out));
        assertEquals(520, out.position());
        assertTrue(isSilent(machine, 1));
        machine.write(HELLO, 0, 1);
        assertEquals(1, next(machine, 1).seq());
    }

    @Test
    void endSharesAPacketWithDataThatFitsAndFollowsAloneBehindAFullOne() {
        machine.write(new byte[1151], 0, 1151);
        machine.endOutput();
        assertEquals(PacketFlags.DATA | PacketFlags.END, next(machine, 1).flags());
        assertTrue(isSilent(machine, 1));
        StreamMachine full = connected();
        full.write(new byte[1152], 0, 1152);
        full.endOutput();
        assertEquals(PacketFlags.DATA, next(full, 1).flags());
        PacketHeader end = next(full, 1);
        assertEquals(PacketFlags.END, end.flags());
        assertEquals(1, end.seq());
        assertThrows(IllegalStateException.class, () -> full.write(HELLO, 0, 5));
    }

    @Test
    void anIpv6RemoteGetsSmallerPackets() {
        StreamMachine fresh = new StreamMachine(StreamConfig.of(WINDOW, false));
        fresh.connect(0, new StreamPath(1, new InetSocketAddress("2001:db8::1", 1)));
        fresh.write(new byte[3000], 0, 3000);
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(fresh.pollPacket(1, out));
        assertEquals(1200 - 48, out.position());
    }

    @Property(tries = 300)
    void noPacketOfAStrangerRaisesAnything(@ForAll long seed) {
        Random random = new Random(seed);
        StreamMachine victim = connected();
        victim.write(new byte[20_000], 0, 20_000);
        ByteBuffer out = ByteBuffer.allocate(PacketConstants.MAX_DATAGRAM_BYTES);
        for (int now = 1; now < 60; now++) {
            byte[] payload = new byte[random.nextInt(100)];
            random.nextBytes(payload);
            for (int i = 0; i + 4 <= payload.length && random.nextBoolean(); i += 4) {
                System.arraycopy(blocks(random.nextInt(20)), 0, payload, i, 4);
            }
            feed(victim, now * 1_000_000L, packet(random.nextInt(64) & ~PacketFlags.DESTROY, random.nextInt(3) == 0 ? random.nextInt(256) : 0, ID,
                    random.nextInt(3) == 0 ? random.nextInt(9000) : WINDOW, random.nextInt(30) - 5, random.nextInt(24) - 4, payload));
            victim.onDeadline(now * 1_000_000L);
            while (victim.pollPacket(now * 1_000_000L, out.clear())) {
                assertTrue(out.position() >= PacketConstants.HEADER_BYTES);
            }
        }
    }
}

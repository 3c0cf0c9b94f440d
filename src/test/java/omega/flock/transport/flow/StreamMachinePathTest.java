package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** Changing the remote in the middle of a transfer, as from a relay to the direct path. */
class StreamMachinePathTest {
    private static final long SECOND = 1_000_000_000L;
    private static final StreamPath OLD = new StreamPath(101, new InetSocketAddress("192.0.2.1", 1));
    private static final StreamPath NEW = new StreamPath(102, new InetSocketAddress("192.0.2.2", 2));

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(4 << 20, true));

    private PacketHeader ack(int ack, byte... blocks) {
        ByteBuffer packet = Packets.packet(blocks.length > 0 ? PacketFlags.SACK : PacketFlags.STATE, 0, 202, 4 << 20, 0, ack, blocks);
        PacketHeader header = new PacketHeader();
        header.decode(packet);
        machine.onPacket(SECOND, header, packet);
        return header;
    }

    private void connectAndSend(int packets) {
        machine.connect(0, OLD);
        machine.write(new byte[packets * 1152], 0, packets * 1152);
        for (int i = 0; i < packets; i++) {
            Packets.next(machine, 0);
            assertEquals(OLD, machine.packetPath());
        }
    }

    @Test
    void newPacketsTakeTheNewPathRepeatedOnesTheirOld() {
        connectAndSend(5);
        machine.changePath(NEW);
        assertTrue(machine.view().isRemoteChanging());
        machine.write(new byte[10], 0, 10);
        PacketHeader fresh = Packets.next(machine, 0);
        assertEquals(5, fresh.seq());
        assertEquals(102, fresh.streamId());
        assertEquals(NEW, machine.packetPath());
        ack(1, Packets.blocks(2, 5)); // packet 1 is lost
        PacketHeader repeated = Packets.next(machine, SECOND);
        assertEquals(1, repeated.seq());
        assertEquals(101, repeated.streamId());
        assertEquals(OLD, machine.packetPath());
    }

    @Test
    void theChangeIsCompleteWhenEverythingNumberedBeforeIsAcknowledged() {
        connectAndSend(3);
        machine.changePath(NEW);
        ack(2);
        assertTrue(machine.view().isRemoteChanging());
        ack(3);
        assertFalse(machine.view().isRemoteChanging());
    }

    @Test
    void withNothingInFlightTheChangeIsCompleteAtOnce() {
        machine.connect(0, OLD);
        machine.changePath(NEW);
        assertFalse(machine.view().isRemoteChanging());
        assertEquals(NEW, machine.view().path().orElseThrow());
    }

    @Test
    void packetsOfADeadOldPathMoveToTheNewOneAfterTwoTimeouts() {
        connectAndSend(1);
        machine.changePath(NEW);
        machine.onDeadline(SECOND);
        Packets.next(machine, SECOND);
        assertEquals(OLD, machine.packetPath());
        machine.onDeadline(3 * SECOND);
        assertEquals(102, Packets.next(machine, 3 * SECOND).streamId());
        assertEquals(NEW, machine.packetPath());
    }

    @Test
    void packetsOfAPathThatWasOnlyTriedGoToTheNewOneAtOnce() {
        connectAndSend(3);
        machine.retarget(NEW);
        assertFalse(machine.view().isRemoteChanging());
        for (int seq = 0; seq < 3; seq++) {
            PacketHeader repeated = Packets.next(machine, SECOND);
            assertEquals(seq, repeated.seq());
            assertEquals(102, repeated.streamId());
            assertEquals(NEW, machine.packetPath());
        }
        ack(3);
        assertTrue(machine.view().acknowledgedBytes() >= 3 * 1152);
    }

    @Test
    void whatThePeerHasAlreadyIsNotSentAgainOnTheNewPath() {
        connectAndSend(4);
        ack(1, Packets.blocks(2, 3));
        machine.retarget(NEW);
        assertEquals(1, Packets.next(machine, SECOND).seq());
        assertEquals(3, Packets.next(machine, SECOND).seq());
        assertThrows(IllegalStateException.class, () -> new StreamMachine(StreamConfig.of(4 << 20, true)).retarget(NEW));
    }

    @Test
    void theNewPathIsMeasuredAnewAndTheOldOnesProbesCountForNothing() {
        machine.connect(0, OLD);
        machine.write(new byte[30_000], 0, 30_000);
        Packets.next(machine, 0);
        ack(1);
        PacketHeader probe = Packets.next(machine, SECOND);
        assertEquals(240, probe.dataOffset());
        machine.changePath(NEW);
        ack(2);
        assertEquals(1200, machine.view().mtu());
        assertFalse(machine.view().isMtuSearchComplete());
    }

    @Test
    void onlyAConnectedStreamHasAPathToChangeAndPortZeroIsNone() {
        assertThrows(IllegalStateException.class, () -> machine.changePath(NEW));
        assertThrows(IllegalArgumentException.class, () -> new StreamPath(1, new InetSocketAddress("192.0.2.1", 0)));
        assertThrows(IllegalArgumentException.class, () -> new StreamPath(1, InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
    }
}

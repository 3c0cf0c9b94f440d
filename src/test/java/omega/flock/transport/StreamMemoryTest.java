package omega.flock.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import omega.flock.runtime.SharedMemory;
import omega.flock.sim.ManualTicker;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** When a stream asks for memory, what it does without, and when it gives it back. */
class StreamMemoryTest {
    private static final int PACKET = 1_000;
    private static final int STEP = TransportConstants.MEMORY_STEP_BYTES;
    private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 4_000);

    private final ManualTicker clock = new ManualTicker();
    private final SharedMemory shared = new SharedMemory(room(4 * STEP), clock, Runnable::run);
    private final StreamMachine machine = new StreamMachine(StreamConfig.of(8 << 20, false));
    private final StreamMemory memory = new StreamMemory(shared, machine, () -> evicted = true);
    private boolean evicted;
    private int seq;

    StreamMemoryTest() {
        machine.connect(0, new StreamPath(1, PEER));
    }

    /** {@return memory of which so much is for what is under way, while there are no connections} */
    private static long room(int bytes) {
        return bytes * 8L / 7 + 1;
    }

    private void arrive(int packets, int flags) {
        for (int i = 0; i < packets; i++) {
            memory.expectLocked(PEER, seq, PACKET);
            machine.onPacket(0, new PacketHeader().set(flags, 0, 0, 4 << 20, seq, 0), ByteBuffer.allocate(PACKET));
            seq = machine.view().expectedSeq();
        }
        memory.settleLocked();
    }

    private void arrive(int packets) {
        arrive(packets, PacketFlags.DATA);
    }

    private long read(int bytes) {
        machine.read(new byte[bytes], 0, bytes);
        memory.settleLocked();
        return shared.snapshot().held();
    }

    private int write(int bytes) {
        memory.wantLocked(bytes);
        return machine.write(new byte[bytes], 0, bytes);
    }

    private long window() {
        arrive(1); // an ACK is owed, which tells it
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(machine.pollPacket(0, out));
        PacketHeader header = new PacketHeader();
        header.decode(out.flip());
        return header.window();
    }

    /** Each of them holds a step, and none more. */
    private void othersTake(int steps) {
        for (int i = 0; i < steps; i++) {
            Object source = "other " + i;
            assertTrue(shared.reserve(new SharedMemory.Tenant() {
                @Override
                protected Object source() {
                    return source;
                }

                @Override
                protected void evict() {}
            }, STEP));
        }
    }

    @Test
    void fewBytesTakeNoneMoreTakeAStepAndAllIsGivenBackWhenTheyAreRead() {
        arrive(4);
        assertEquals(0, shared.snapshot().held());
        arrive(1);
        assertEquals(STEP, shared.snapshot().held());
        arrive(70);
        assertEquals(2 * STEP, shared.snapshot().held());
        assertEquals(2 * STEP, read(1_000));
        assertEquals(0, read(74_000));
        assertFalse(evicted);
    }

    @Test
    void whatThereIsNoMemoryForIsDroppedAndTheWindowClosesUntilTheReaderHasTakenAll() {
        othersTake(2);
        arrive(150);
        assertEquals(2 * STEP, shared.snapshot().held() - 2 * STEP);
        long kept = (2 * STEP + FlowConstants.GUARANTEED_BYTES) / PACKET * PACKET;
        assertEquals(kept, machine.view().readableBytes());
        assertTrue(machine.view().counters().drops(DropReason.NO_MEMORY) > 0);
        assertEquals(0, window());
        read((int) kept);
        assertTrue(machine.wantsToSend(0), "the peer hears of it");
        assertTrue(window() > STEP);
    }

    /** A larger one would be filled, dropped but for its first packets, and repeated after a second: 4 KiB a second in place of a round trip. */
    @Test
    void whoWasRefusedIsOfferedNoMoreThanThereIs() {
        othersTake(4);
        arrive(10);
        assertTrue(machine.view().counters().drops(DropReason.NO_MEMORY) > 0);
        read(FlowConstants.GUARANTEED_BYTES);
        long offered = window();
        assertTrue(offered > 0 && offered <= FlowConstants.GUARANTEED_BYTES, () -> "a window of " + offered);
    }

    @Test
    void theWindowIsAPartOfWhatIsFree() {
        SharedMemory large = new SharedMemory(16 << 20, clock, Runnable::run);
        StreamMemory other = new StreamMemory(large, machine, () -> evicted = true);
        assertEquals(FlowConstants.GUARANTEED_BYTES + (4 << 20), windowAfter(other));
    }

    private long windowAfter(StreamMemory of) {
        of.settleLocked();
        machine.onPacket(0, new PacketHeader().set(PacketFlags.HEARTBEAT, 0, 0, 4 << 20, 0, 0), ByteBuffer.allocate(0));
        ByteBuffer out = ByteBuffer.allocate(1472);
        assertTrue(machine.pollPacket(0, out));
        PacketHeader header = new PacketHeader();
        header.decode(out.flip());
        return header.window();
    }

    @Test
    void aWriterGetsAsMuchAsThereIsAndFewBytesInAnyCase() {
        assertEquals(2_000, write(2_000));
        assertEquals(0, shared.snapshot().held());
        othersTake(4);
        assertEquals(FlowConstants.GUARANTEED_BYTES - 2_000, write(10_000));
        assertTrue(memory.isCrowdedLocked());
        assertEquals(0, write(10_000));
    }

    @Test
    void whatWasWrittenIsGivenBackWithTheEndAndWhatIsUnreadWhenItIsReadOrDropped() {
        assertEquals(10_000, write(10_000));
        arrive(10);
        assertEquals(2 * STEP, shared.snapshot().held());
        machine.onPacket(0, new PacketHeader().set(PacketFlags.DESTROY, 0, 0, 4 << 20, seq, 0), ByteBuffer.allocate(0));
        memory.settleLocked();
        assertEquals(STEP, shared.snapshot().held(), "somebody may read what arrived before the reset");
        assertEquals(0, read(10_000));
        assertTrue(shared.reserve(memory, 1 << 30), "it has left");
        assertEquals(0, shared.snapshot().held());
    }

    @Test
    void whoeverHoldsMoreAndDoesNotReadGivesWay() {
        arrive(4 * STEP / PACKET);
        assertEquals(4 * STEP, shared.snapshot().held());
        clock.advance(Duration.ofSeconds(6));
        read(3 * STEP);
        arrive(3 * STEP / PACKET);
        SharedMemory.Tenant other = new SharedMemory.Tenant() {
            @Override
            protected Object source() {
                return "other";
            }

            @Override
            protected boolean canWait() {
                return true;
            }

            @Override
            protected void evict() {}
        };
        clock.advance(Duration.ofSeconds(6));
        assertFalse(shared.reserve(other, STEP), "it has read a half within the last ten seconds");
        assertFalse(evicted);
        clock.advance(Duration.ofSeconds(10));
        assertTrue(shared.reserve(other, STEP));
        assertTrue(evicted);
    }
}

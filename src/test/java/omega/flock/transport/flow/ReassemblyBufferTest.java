package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.transport.flow.ReassemblyBuffer.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReassemblyBufferTest {
    private static ByteBuffer payload(int length) {
        return ByteBuffer.allocate(length);
    }

    private static byte[] readAll(ReassemblyBuffer buffer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[777];
        for (int count = buffer.read(chunk, 0, chunk.length); count > 0; count = buffer.read(chunk, 0, chunk.length)) {
            out.write(chunk, 0, count);
        }
        return out.toByteArray();
    }

    @Property
    void shuffledAndRepeatedPacketsBecomeTheStream(@ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int packets, @ForAll int firstSeq) {
        Random random = new Random(seed);
        ReassemblyBuffer buffer = new ReassemblyBuffer(1 << 20, firstSeq, ChunkSource.HEAP);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        List<byte[]> payloads = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            byte[] bytes = new byte[random.nextInt(1452)];
            random.nextBytes(bytes);
            payloads.add(bytes);
            stream.writeBytes(bytes);
            order.add(i);
            if (random.nextInt(4) == 0) {
                order.add(i);
            }
        }
        Collections.shuffle(order, random);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int duplicates = 0;
        for (int index : order) {
            Verdict verdict = buffer.accept(firstSeq + index, ByteBuffer.wrap(payloads.get(index)), index == packets - 1);
            duplicates += verdict == Verdict.ACCEPTED ? 0 : 1;
            if (random.nextBoolean()) {
                read.writeBytes(readAll(buffer));
            }
        }
        read.writeBytes(readAll(buffer));
        assertArrayEquals(stream.toByteArray(), read.toByteArray());
        assertEquals(order.size() - packets, duplicates);
        assertEquals(firstSeq + packets, buffer.expected());
        assertEquals(ReceiveState.DRAINED, buffer.state());
        assertTrue(buffer.outOfOrder().isEmpty());
        assertEquals(stream.size(), buffer.delivered());
    }

    @Property
    void whateverAStrangerSendsTheMemoryStaysBounded(@ForAll long seed) {
        Random random = new Random(seed);
        int window = 20_000;
        ReassemblyBuffer buffer = new ReassemblyBuffer(window, 0, ChunkSource.HEAP);
        int held = 0;
        for (int i = 0; i < 500; i++) {
            ByteBuffer payload = payload(random.nextInt(1453));
            int length = payload.remaining();
            int seq = random.nextInt(400) + (random.nextInt(10) == 0 ? 1_000_000 : 0);
            held += buffer.accept(seq, payload, false) == Verdict.ACCEPTED ? length : 0;
            assertTrue(held <= 2 * (window + 2048), "it holds " + held);
            assertTrue(buffer.readable() <= held);
        }
    }

    @Test
    void whatWaitsBehindAGapCountsAgainstTheWindow() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(4000, 0, ChunkSource.HEAP);
        for (int seq = 1; seq <= 4; seq++) {
            assertEquals(Verdict.ACCEPTED, buffer.accept(seq, payload(1400), false));
        }
        assertEquals(0, buffer.free());
        assertEquals(Verdict.OUT_OF_WINDOW, buffer.accept(5, payload(1400), false));
        assertEquals(Verdict.ACCEPTED, buffer.accept(5, payload(448), false), "a tolerance of 2048 bytes");
        assertEquals(Verdict.OUT_OF_WINDOW, buffer.accept(6, payload(1), false));
    }

    @Test
    void onePacketBeyondTheWindowIsToleratedAndNoMore() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(2000, 0, ChunkSource.HEAP);
        assertEquals(Verdict.ACCEPTED, buffer.accept(0, payload(1000), false));
        assertEquals(Verdict.ACCEPTED, buffer.accept(1, payload(1000), false));
        assertEquals(0, buffer.free());
        assertEquals(Verdict.ACCEPTED, buffer.accept(2, payload(1452), false));
        assertEquals(Verdict.OUT_OF_WINDOW, buffer.accept(3, payload(1), false));
        readAll(buffer);
        assertEquals(Verdict.ACCEPTED, buffer.accept(3, payload(1), false));
    }

    @Test
    void aPacketThatClosesTheGapIsTakenThoughTheWindowIsFullOfWhatWaitsBehindIt() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(2000, 0, ChunkSource.HEAP);
        assertEquals(Verdict.ACCEPTED, buffer.accept(1, payload(1400), false));
        assertEquals(Verdict.ACCEPTED, buffer.accept(2, payload(1400), false));
        assertEquals(0, buffer.free());
        assertEquals(Verdict.ACCEPTED, buffer.accept(0, payload(1400), false));
        assertEquals(3, buffer.expected());
        assertEquals(4200, buffer.readable());
    }

    @Test
    void numbersTooFarAheadAreRefusedWhateverTheirSize() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(4 << 20, 0, ChunkSource.HEAP);
        assertEquals(Verdict.OUT_OF_WINDOW, buffer.accept(1 << 20, payload(0), false));
        assertEquals(Verdict.ACCEPTED, buffer.accept(8_000, payload(0), false));
    }

    @Test
    void packetsBehindTheEndAreRefusedEvenBeforeTheGapCloses() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(10_000, 0, ChunkSource.HEAP);
        buffer.accept(2, payload(3), true);
        assertEquals(ReceiveState.END_KNOWN, buffer.state());
        assertEquals(Verdict.AFTER_END, buffer.accept(3, payload(3), false));
        buffer.accept(0, payload(3), false);
        buffer.accept(1, payload(3), false);
        assertEquals(ReceiveState.ENDED, buffer.state());
        assertEquals(Verdict.AFTER_END, buffer.accept(3, payload(3), false));
        assertEquals(3, buffer.expected());
        assertEquals(9, readAll(buffer).length);
        assertEquals(ReceiveState.DRAINED, buffer.state());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void whatNobodyWillReadIsCountedAndForgotten(int alreadyThere) {
        ReassemblyBuffer buffer = new ReassemblyBuffer(2000, 0, ChunkSource.HEAP);
        buffer.accept(0, payload(alreadyThere), false);
        buffer.discard();
        for (int seq = 1; seq < 100; seq++) {
            assertEquals(Verdict.ACCEPTED, buffer.accept(seq, payload(1000), false));
        }
        buffer.accept(100, payload(0), true);
        assertEquals(99_000 + alreadyThere, buffer.delivered());
        assertEquals(ReceiveState.DRAINED, buffer.state());
    }

    @Test
    void withoutMemoryFewBytesInOrderAreTakenAndAGapCanBeClosed() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(1 << 20, 0, ChunkSource.HEAP);
        buffer.memory(FlowConstants.GUARANTEED_BYTES, FlowConstants.GUARANTEED_BYTES);
        assertEquals(FlowConstants.GUARANTEED_BYTES, buffer.free());
        assertEquals(Verdict.ACCEPTED, buffer.accept(1, payload(1400), false));
        assertEquals(Verdict.ACCEPTED, buffer.accept(2, payload(1400), false));
        assertEquals(Verdict.NO_MEMORY, buffer.accept(3, payload(1400), false), "1,448 bytes each");
        assertEquals(Verdict.ACCEPTED, buffer.accept(0, payload(1400), false));
        assertEquals(4200, buffer.readable());
        assertEquals(Verdict.NO_MEMORY, buffer.accept(3, payload(1400), false));
        readAll(buffer);
        assertEquals(Verdict.ACCEPTED, buffer.accept(3, payload(1400), false));
        assertEquals(1400, buffer.heldBytes());
    }

    @Test
    void thePlacesOfPacketsBehindAGapCountAndGoWithIt() {
        ReassemblyBuffer buffer = new ReassemblyBuffer(4 << 20, 0, ChunkSource.HEAP);
        int expected = 1 + FlowConstants.STORED_PACKET_BYTES + 8_192 * FlowConstants.SLOT_BYTES;
        assertEquals(expected, buffer.heldWith(8_000, 1));
        buffer.memory(expected - 1, 4 << 20);
        assertEquals(Verdict.NO_MEMORY, buffer.accept(8_000, payload(1), false));
        assertEquals(0, buffer.heldBytes());
        buffer.memory(expected, 4 << 20);
        assertEquals(Verdict.ACCEPTED, buffer.accept(8_000, payload(1), false));
        assertEquals(expected, buffer.heldBytes());
        buffer.dropOutOfOrder();
        assertEquals(0, buffer.heldBytes());
    }
}

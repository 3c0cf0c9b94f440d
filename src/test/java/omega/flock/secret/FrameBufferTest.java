package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameBufferTest {

    @Property(tries = 300)
    void framesAreFoundWhateverTheChunks(@ForAll @Size(min = 1, max = 30) List<@IntRange(min = 0, max = 40_000) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 70_000) int largestChunk, @ForAll long seed) {
        Random random = new Random(seed);
        List<byte[]> bodies = new ArrayList<>();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (int size : sizes) {
            byte[] body = new byte[size];
            random.nextBytes(body);
            bodies.add(body);
            wire.write(size);
            wire.write(size >> 8);
            wire.write(size >> 16);
            wire.writeBytes(body);
        }
        FrameBuffer buffer = new FrameBuffer((before, after) -> true);
        byte[] bytes = wire.toByteArray();
        List<byte[]> found = new ArrayList<>();
        int sent = 0;
        while (sent < bytes.length) {
            int count = Math.min(Math.min(1 + random.nextInt(largestChunk), bytes.length - sent), buffer.room(random.nextInt(100_000)));
            System.arraycopy(bytes, sent, buffer.array(), buffer.end(), count);
            buffer.filled(count);
            sent += count;
            while (buffer.next()) {
                found.add(Arrays.copyOfRange(buffer.array(), buffer.bodyOffset(), buffer.bodyOffset() + buffer.bodyLength()));
            }
        }
        assertEquals(bodies.size(), found.size());
        for (int i = 0; i < bodies.size(); i++) {
            assertArrayEquals(bodies.get(i), found.get(i));
        }
        assertFalse(buffer.insideFrame());
    }

    @Test
    void anAnnouncedFrameCostsNothingBeforeItArrives() {
        FrameBuffer buffer = new FrameBuffer((before, after) -> true);
        put(buffer, new byte[] {-1, -1, -1});
        assertFalse(buffer.next());
        assertEquals(0xFFFFFF, buffer.pendingLength());
        assertTrue(buffer.room(0) > 0);
        assertTrue(buffer.array().length <= 2 * SecretConstants.SMALL_READ_BUFFER, "size " + buffer.array().length);
    }

    @Test
    void theLargestFrameFitsAndItsBufferIsGivenBack() {
        FrameBuffer buffer = new FrameBuffer((before, after) -> true);
        put(buffer, new byte[] {-1, -1, -1});
        int missing = SecretConstants.MAX_BODY;
        while (missing > 0) {
            assertFalse(buffer.next());
            int count = Math.min(missing, buffer.room(0));
            buffer.filled(count);
            missing -= count;
        }
        assertTrue(buffer.next());
        assertEquals(SecretConstants.MAX_BODY, buffer.bodyLength());
        buffer.room(0);
        assertTrue(buffer.array().length <= SecretConstants.READ_BUFFER);
    }

    @Test
    void aBufferIsAsLargeAsWhatIsThereAndGoesWhileTheReaderWaitsForLong() {
        FrameBuffer buffer = new FrameBuffer((before, after) -> true);
        assertEquals(0, buffer.array().length);
        assertTrue(buffer.room(30_000) >= 30_000);
        buffer.filled(2);
        buffer.rest();
        assertTrue(buffer.room(0) > 0);
        assertTrue(buffer.insideFrame(), "unread bytes stay");
        put(buffer, new byte[] {0});
        assertFalse(buffer.insideFrame() && !buffer.next());
        assertTrue(buffer.isLarge());
        buffer.rest();
        assertEquals(0, buffer.array().length);
        assertTrue(buffer.room(Integer.MAX_VALUE) <= SecretConstants.READ_BUFFER);
    }

    @Test
    void aFrameThatHasBegunIsNoticed() {
        FrameBuffer buffer = new FrameBuffer((before, after) -> true);
        assertFalse(buffer.insideFrame());
        assertEquals(-1, buffer.pendingLength());
        put(buffer, new byte[] {1});
        assertTrue(buffer.insideFrame());
        assertEquals(-1, buffer.pendingLength());
    }

    @Test
    void aFrameForWhichThereIsNoMemoryGetsNoRoomAndLetsItsBytesGo() {
        long[] held = new long[1];
        FrameBuffer buffer = new FrameBuffer((before, after) -> {
            boolean allowed = after <= before || held[0] + after - before <= 100_000;
            held[0] += allowed ? after - before : 0;
            return allowed;
        });
        put(buffer, new byte[] {-1, -1, -1});
        int arrived = 3;
        for (int room = buffer.room(0); room > 0; room = buffer.room(0)) {
            assertFalse(buffer.next());
            buffer.filled(room);
            arrived += room;
        }
        assertEquals(1 << 16, arrived, "as far as doubling goes");
        assertEquals(arrived, held[0]);
        buffer.drop();
        assertEquals(0, held[0]);
        assertTrue(buffer.room(50_000) >= 50_000);
    }

    private static void put(FrameBuffer buffer, byte[] bytes) {
        assertTrue(buffer.room(0) >= bytes.length);
        System.arraycopy(bytes, 0, buffer.array(), buffer.end(), bytes.length);
        buffer.filled(bytes.length);
    }
}

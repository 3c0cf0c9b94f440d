package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ByteQueueTest {
    @Property(tries = 200)
    void anyMixOfAppendsCopiesAndReadsKeepsTheBytesInOrder(@ForAll long seed) {
        Random random = new Random(seed);
        ByteQueue queue = new ByteQueue(ChunkSource.HEAP);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 100_000 : 2_000)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                queue.append(bytes, 0, bytes.length);
            } else {
                queue.append(ByteBuffer.wrap(bytes));
            }
            written.writeBytes(bytes);
            if (queue.size() > 0) {
                int offset = random.nextInt(queue.size());
                int length = random.nextInt(queue.size() - offset + 1);
                ByteBuffer copy = ByteBuffer.allocate(length);
                queue.copyTo(queue.start() + offset, length, copy);
                int from = (int) queue.start() + offset;
                assertArrayEquals(Arrays.copyOfRange(written.toByteArray(), from, from + length), copy.array());
            }
            byte[] target = new byte[random.nextInt(random.nextInt(10) == 0 ? 200_000 : 3_000) + 5];
            int count = queue.read(target, 5, target.length - 5);
            read.write(target, 5, count);
        }
        byte[] rest = new byte[queue.size()];
        assertEquals(rest.length, queue.read(rest, 0, rest.length));
        read.writeBytes(rest);
        assertArrayEquals(written.toByteArray(), read.toByteArray());
    }

    @Property(tries = 100)
    void memoryFollowsWhatIsStoredAndAnEmptyQueueKeepsAlmostNone(@ForAll long seed) {
        Random random = new Random(seed);
        ByteQueue queue = new ByteQueue(ChunkSource.HEAP);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(5) == 0 ? 100_000 : 300)];
            queue.append(bytes, 0, bytes.length);
            assertTrue(queue.heldBytes() >= queue.size());
            queue.read(bytes, 0, random.nextInt(bytes.length + 1));
            if (random.nextInt(4) == 0) {
                queue.clear();
                assertTrue(queue.heldBytes() <= FlowConstants.SMALL_CHUNK_BYTES, () -> "empty, holds " + queue.heldBytes());
            }
        }
    }

    @Test
    void smallMessagesPassThroughOneSmallChunk() {
        ByteQueue queue = new ByteQueue(ChunkSource.HEAP);
        byte[] message = new byte[100];
        for (int i = 0; i < 1_000; i++) {
            queue.append(message, 0, message.length);
            assertEquals(FlowConstants.SMALL_CHUNK_BYTES, queue.heldBytes());
            assertEquals(100, queue.read(message, 0, message.length));
        }
        assertEquals(100_000, queue.start());
    }

    @Test
    void whatWasReleasedOrNeverStoredCannotBeCopied() {
        ByteQueue queue = new ByteQueue(ChunkSource.HEAP);
        queue.append(new byte[100], 0, 100);
        queue.releaseTo(50);
        assertThrows(IllegalStateException.class, () -> queue.copyTo(49, 1, ByteBuffer.allocate(1)));
        assertThrows(IllegalStateException.class, () -> queue.copyTo(99, 2, ByteBuffer.allocate(2)));
        assertThrows(IllegalStateException.class, () -> queue.releaseTo(101));
    }

    @Test
    void everyChunkGoesBackToWhereItCameFrom() {
        Deque<byte[]> given = new ArrayDeque<>();
        ChunkSource counting = new ChunkSource() {
            @Override
            public byte[] take() {
                byte[] chunk = new byte[FlowConstants.CHUNK_BYTES];
                given.add(chunk);
                return chunk;
            }

            @Override
            public void release(byte[] chunk) {
                assertTrue(given.removeIf(each -> each == chunk) || chunk.length == FlowConstants.CHUNK_BYTES, "not ours");
            }
        };
        ByteQueue queue = new ByteQueue(counting);
        byte[] bytes = new byte[100_000];
        for (int round = 0; round < 5; round++) {
            queue.append(bytes, 0, bytes.length - round);
            assertTrue(given.size() >= 12, () -> "taken: " + given.size());
            queue.read(bytes, 0, 50_000);
            queue.clear();
            assertEquals(0, given.size());
        }
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.CHUNK_BYTES;
import static omega.flock.transport.flow.FlowConstants.EMPTY_QUEUE_CHUNKS;
import static omega.flock.transport.flow.FlowConstants.SMALL_CHUNK_BYTES;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A first-in-first-out store of bytes that are addressed by their absolute position in a stream.
 *
 * <p>It lies in chunks of 8 KiB, so that memory follows what is stored: nothing is moved when it grows, and emptied chunks go back
 * to where they came from. Chunks are counted from where the queue was empty last; the first of them is only as large as what came,
 * so that a queue of small messages needs no more than a small chunk, which it keeps. One that is empty keeps nothing larger.
 *
 * <pre>
 *            released │ stored                          │ free
 *   ──┼───────────────┼─────────────────────────────────┼──────────
 *   origin          start                              end
 * </pre>
 */
final class ByteQueue {
    private static final int SHIFT = Integer.numberOfTrailingZeros(CHUNK_BYTES);
    private static final int OFFSET_MASK = CHUNK_BYTES - 1;

    private final ChunkSource source;
    private byte[][] chunks = new byte[4][]; // chunk of position p: (p - origin >>> SHIFT) & (length - 1)
    private int firstChunkBytes = SMALL_CHUNK_BYTES; // what the last filling would have wanted
    private long origin;
    private long start;
    private long end;

    ByteQueue(ChunkSource source) {
        this.source = source;
    }

    /** {@return position of the first stored byte} */
    long start() {
        return start;
    }

    /** {@return position behind the last stored byte} */
    long end() {
        return end;
    }

    int size() {
        return (int) (end - start);
    }

    void append(byte[] source, int offset, int length) {
        for (int done = 0; done < length; ) {
            byte[] chunk = chunkForAppend(length - done);
            int at = offsetOf(end);
            int count = Math.min(length - done, chunk.length - at);
            System.arraycopy(source, offset + done, chunk, at, count);
            done += count;
            end += count;
        }
    }

    /** Appends what remains in {@code source} and moves its position to its limit. */
    void append(ByteBuffer source) {
        while (source.hasRemaining()) {
            byte[] chunk = chunkForAppend(source.remaining());
            int at = offsetOf(end);
            int count = Math.min(source.remaining(), chunk.length - at);
            source.get(chunk, at, count);
            end += count;
        }
    }

    /** Copies stored bytes without releasing them. */
    void copyTo(long position, int length, ByteBuffer out) {
        if (position < start || position + length > end) {
            throw new IllegalStateException("bytes " + position + "+" + length + " are not within " + start + ".." + end);
        }
        for (int left = length; left > 0; ) {
            int at = offsetOf(position);
            int count = Math.min(left, CHUNK_BYTES - at);
            out.put(chunks[indexOf(position)], at, count);
            position += count;
            left -= count;
        }
    }

    /** Moves up to {@code length} bytes from the front into {@code target}. */
    int read(byte[] target, int offset, int length) {
        int total = Math.min(length, size());
        for (int done = 0; done < total; ) {
            int at = offsetOf(start);
            int count = Math.min(total - done, CHUNK_BYTES - at);
            System.arraycopy(chunks[indexOf(start)], at, target, offset + done, count);
            done += count;
            releaseTo(start + count);
        }
        return total;
    }

    /** Forgets everything before {@code position}. */
    void releaseTo(long position) {
        if (position > end) {
            throw new IllegalStateException("release to " + position + " beyond " + end);
        }
        for (long chunk = start - origin >>> SHIFT; chunk < position - origin >>> SHIFT; chunk++) {
            recycle((int) chunk & chunks.length - 1);
        }
        start = Math.max(start, position);
        if (start == end) {
            becomeEmpty();
        }
    }

    /** Forgets everything stored. */
    void clear() {
        releaseTo(end);
    }

    /** {@return bytes of memory for stored bytes, used or not} */
    int heldBytes() {
        int held = 0;
        for (byte[] chunk : chunks) {
            held += chunk == null ? 0 : chunk.length;
        }
        return held;
    }

    private int indexOf(long position) {
        return (int) (position - origin >>> SHIFT) & chunks.length - 1;
    }

    private int offsetOf(long position) {
        return (int) (position - origin) & OFFSET_MASK;
    }

    private byte[] chunkForAppend(int wanted) {
        if ((end - origin >>> SHIFT) - (start - origin >>> SHIFT) >= chunks.length) {
            grow();
        }
        int index = indexOf(end);
        byte[] chunk = chunks[index];
        if (chunk == null) {
            int size = end < origin + CHUNK_BYTES ? sizeFor(wanted) : CHUNK_BYTES;
            chunk = size == CHUNK_BYTES ? source.take() : new byte[size];
            chunks[index] = chunk;
        } else if (offsetOf(end) == chunk.length) {
            chunk = Arrays.copyOf(chunk, sizeFor(chunk.length + wanted));
            chunks[index] = chunk;
        }
        return chunk;
    }

    /** {@return the size of a first chunk that is to hold so many bytes} */
    private int sizeFor(int bytes) {
        if (bytes >= CHUNK_BYTES) {
            return CHUNK_BYTES;
        }
        return Math.max(firstChunkBytes, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
    }

    private void grow() {
        byte[][] larger = new byte[chunks.length * 2][];
        for (long chunk = start - origin >>> SHIFT; chunk < end - origin + OFFSET_MASK >>> SHIFT; chunk++) {
            larger[(int) chunk & larger.length - 1] = chunks[(int) chunk & chunks.length - 1];
        }
        chunks = larger;
    }

    private void recycle(int index) {
        byte[] chunk = chunks[index];
        chunks[index] = null;
        if (chunk != null && chunk.length == CHUNK_BYTES) {
            source.release(chunk);
        }
    }

    /** A stream that fell silent gives its memory back, but for a small chunk: the next small message will want it. */
    private void becomeEmpty() {
        long stored = end - origin;
        if (stored == 0) {
            return;
        }
        firstChunkBytes = stored >= CHUNK_BYTES ? CHUNK_BYTES : SMALL_CHUNK_BYTES;
        int last = indexOf(end); // the only one that is left
        byte[] chunk = chunks[last];
        recycle(last);
        if (chunks.length > EMPTY_QUEUE_CHUNKS) {
            chunks = new byte[EMPTY_QUEUE_CHUNKS][];
        }
        if (chunk != null && chunk.length <= SMALL_CHUNK_BYTES) {
            chunks[0] = chunk;
        }
        origin = end;
    }
}

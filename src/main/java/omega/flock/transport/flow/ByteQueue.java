package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.CHUNK_BYTES;
import static omega.flock.transport.flow.FlowConstants.SPARE_CHUNKS;

import java.nio.ByteBuffer;

/**
 * A first-in-first-out store of bytes that are addressed by their absolute position in a stream.
 *
 * <p>It lies in chunks of 8 KiB, so that memory follows what is stored: nothing is moved when it grows, emptied chunks are used
 * again, and an idle stream keeps at most one.
 *
 * <pre>
 *        released │ stored                          │ free
 *   ──────────────┼─────────────────────────────────┼──────────
 *               start                              end
 * </pre>
 */
final class ByteQueue {
    private static final int SHIFT = Integer.numberOfTrailingZeros(CHUNK_BYTES);
    private static final int OFFSET_MASK = CHUNK_BYTES - 1;

    private byte[][] chunks = new byte[4][]; // chunk of position p: (p >>> SHIFT) & (length - 1)
    private final byte[][] spares = new byte[SPARE_CHUNKS][];
    private int spareCount;
    private long start;
    private long end;

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
            byte[] chunk = chunkForAppend();
            int at = (int) end & OFFSET_MASK;
            int count = Math.min(length - done, CHUNK_BYTES - at);
            System.arraycopy(source, offset + done, chunk, at, count);
            done += count;
            end += count;
        }
    }

    /** Appends what remains in {@code source} and moves its position to its limit. */
    void append(ByteBuffer source) {
        while (source.hasRemaining()) {
            byte[] chunk = chunkForAppend();
            int at = (int) end & OFFSET_MASK;
            int count = Math.min(source.remaining(), CHUNK_BYTES - at);
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
            int at = (int) position & OFFSET_MASK;
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
            int at = (int) start & OFFSET_MASK;
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
        for (long chunk = start >>> SHIFT; chunk < position >>> SHIFT; chunk++) {
            recycle((int) chunk & chunks.length - 1);
        }
        start = Math.max(start, position);
        if (start == end) {
            dropSpares();
        }
    }

    /** Forgets everything stored. */
    void clear() {
        releaseTo(end);
    }

    private int indexOf(long position) {
        return (int) (position >>> SHIFT) & chunks.length - 1;
    }

    private byte[] chunkForAppend() {
        if ((end >>> SHIFT) - (start >>> SHIFT) >= chunks.length) {
            grow();
        }
        int index = indexOf(end);
        if (chunks[index] == null) {
            chunks[index] = spareCount > 0 ? spares[--spareCount] : new byte[CHUNK_BYTES];
        }
        return chunks[index];
    }

    private void grow() {
        byte[][] larger = new byte[chunks.length * 2][];
        for (long chunk = start >>> SHIFT; chunk < end + OFFSET_MASK >>> SHIFT; chunk++) {
            larger[(int) chunk & larger.length - 1] = chunks[(int) chunk & chunks.length - 1];
        }
        chunks = larger;
    }

    private void recycle(int index) {
        if (chunks[index] != null && spareCount < spares.length) {
            spares[spareCount++] = chunks[index];
        }
        chunks[index] = null;
    }

    /** A stream that fell silent gives its memory back, but for one chunk: the next message will want it. */
    private void dropSpares() {
        int kept = ((int) end & OFFSET_MASK) == 0 ? 1 : 0;
        while (spareCount > kept) {
            spares[--spareCount] = null;
        }
    }
}

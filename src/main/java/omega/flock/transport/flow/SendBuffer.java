package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.SEND_HIGH_WATER_BYTES;

import java.nio.ByteBuffer;

/**
 * The bytes the user wrote and the peer has not acknowledged.
 *
 * <pre>
 *      acknowledged │ cut into packets      │ backlog: not cut yet  │
 *   ────────────────┼───────────────────────┼───────────────────────┤
 *               released                   cut                   written
 * </pre>
 *
 * <p>A packet is a range of positions: its payload is frozen with its number, so a retransmission copies the same range again.
 */
final class SendBuffer {
    private final ByteQueue bytes;
    private long cut;
    private long memory = Long.MAX_VALUE;

    SendBuffer(ChunkSource chunks) {
        bytes = new ByteQueue(chunks);
    }

    void write(byte[] source, int offset, int length) {
        bytes.append(source, offset, length);
    }

    /** Sets how many bytes there may be, acknowledged ones not counted. */
    void memory(long bytes) {
        memory = bytes;
    }

    /** {@return how many bytes may be written now; not negative} */
    int room() {
        return (int) Math.max(0, Math.min(SEND_HIGH_WATER_BYTES - backlog(), memory - heldBytes()));
    }

    /** {@return bytes that are not acknowledged, in a packet or in none yet} */
    int heldBytes() {
        return bytes.size();
    }

    /** {@return bytes that are in no packet yet} */
    int backlog() {
        return (int) (bytes.end() - cut);
    }

    /** {@return position of the next byte to be put into a packet} */
    long cutPosition() {
        return cut;
    }

    /** {@return position behind the last byte written} */
    long writtenPosition() {
        return bytes.end();
    }

    /** {@return position of the first byte that is not acknowledged} */
    long releasedPosition() {
        return bytes.start();
    }

    /** Assigns the next {@code length} bytes to a packet. */
    void cut(int length) {
        if (length > backlog()) {
            throw new IllegalStateException("cut " + length + " of " + backlog());
        }
        cut += length;
    }

    void copyTo(long position, int length, ByteBuffer out) {
        bytes.copyTo(position, length, out);
    }

    /** Everything before {@code position} was acknowledged. */
    void release(long position) {
        bytes.releaseTo(position);
    }

    /** Drops everything: the stream was destroyed. */
    void clear() {
        cut = bytes.end();
        bytes.clear();
    }
}

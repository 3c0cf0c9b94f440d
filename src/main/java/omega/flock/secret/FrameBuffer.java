package omega.flock.secret;

import java.util.Arrays;

/**
 * Cuts a byte stream into frames, whatever the chunks are. Pure; not thread-safe.
 *
 * <pre>
 *  0       2 3                    3 + L
 *  +---------+----------------------+
 *  | L u24LE | body, L bytes        |     L counts the body only
 *  +---------+----------------------+
 *
 *   bytes:  [ consumed | start ...... unread ...... end | room ]
 * </pre>
 *
 * <p>The buffer grows only when bytes have come to fill it, and there is memory for it: a frame that is announced costs nothing before it
 * arrives. It is let go when nothing is unread and the reader waits for long, since most connections are idle.
 */
final class FrameBuffer {

    private static final byte[] NONE = {};

    /** Where a buffer's bytes come from. */
    @FunctionalInterface
    interface Memory {

        /** {@return whether the buffer may be so long in place of so short; always if it becomes shorter} */
        boolean resize(int before, int after);
    }

    private final Memory memory;
    private byte[] bytes = NONE;
    private int start;
    private int end;
    private int bodyOffset;
    private int bodyLength;

    FrameBuffer(Memory memory) {
        this.memory = memory;
    }

    /**
     * Steps to the next frame if it is here whole; its body is then at {@link #bodyOffset()} until more room is asked for.
     *
     * @return false if more bytes are needed
     */
    boolean next() {
        int available = end - start;
        if (available < SecretConstants.LENGTH_BYTES) {
            return false;
        }
        int length = announcedLength();
        if (available - SecretConstants.LENGTH_BYTES < length) {
            return false;
        }
        bodyOffset = start + SecretConstants.LENGTH_BYTES;
        bodyLength = length;
        start = bodyOffset + length;
        return true;
    }

    /** Returns the length that the incomplete frame announces, -1 before its three length bytes are here. */
    int pendingLength() {
        return end - start < SecretConstants.LENGTH_BYTES ? -1 : announcedLength();
    }

    /** Tells whether a frame has begun and not ended. */
    boolean insideFrame() {
        return end > start;
    }

    /**
     * Makes room behind the unread bytes and returns how many bytes fit: at least one, or none if there is no memory for the frame.
     *
     * @param expected bytes that are there to be read
     */
    int room(int expected) {
        if (start == end) {
            start = 0;
            end = 0;
            if (bytes.length > SecretConstants.READ_BUFFER || bytes.length < Math.min(expected, SecretConstants.READ_BUFFER)) {
                replace(sizeFor(expected));
            }
        } else if (end == bytes.length && start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == bytes.length) {
            grow();
        }
        return bytes.length - end;
    }

    /** Tells whether there is a buffer that {@link #rest()} would let go. */
    boolean isLarge() {
        return start == end && bytes.length > SecretConstants.SMALL_READ_BUFFER;
    }

    /** The reader has been waiting for long: a buffer without unread bytes goes, unless it is small. */
    void rest() {
        if (isLarge()) {
            drop();
        }
    }

    /** Lets everything go, unread bytes too. */
    void drop() {
        memory.resize(bytes.length, 0);
        bytes = NONE;
        start = 0;
        end = 0;
    }

    /** Takes note that bytes were put at {@link #end()}. */
    void filled(int count) {
        end += count;
        if (end == bytes.length && start == 0 && bytes.length < SecretConstants.READ_BUFFER) {
            // A read that fills the buffer says that more is waiting: fewer and larger reads from now on.
            grow();
        }
    }

    byte[] array() {
        return bytes;
    }

    int end() {
        return end;
    }

    int bodyOffset() {
        return bodyOffset;
    }

    int bodyLength() {
        return bodyLength;
    }

    private int announcedLength() {
        return (bytes[start] & 0xFF) | (bytes[start + 1] & 0xFF) << 8 | (bytes[start + 2] & 0xFF) << 16;
    }

    private static int sizeFor(int expected) {
        int needed = Math.clamp(expected, SecretConstants.SMALL_READ_BUFFER, SecretConstants.READ_BUFFER);
        return Integer.highestOneBit(needed - 1) << 1;
    }

    /** Takes another buffer, with nothing in it; the old one stays where there is no memory for a longer one. */
    private void replace(int size) {
        if (memory.resize(bytes.length, size)) {
            bytes = new byte[size];
        }
    }

    private void grow() {
        int largest = SecretConstants.LENGTH_BYTES + SecretConstants.MAX_BODY;
        int size = Math.min(largest, Math.max(SecretConstants.SMALL_READ_BUFFER, bytes.length * 2));
        if (memory.resize(bytes.length, size)) {
            bytes = Arrays.copyOf(bytes, size);
        }
    }
}

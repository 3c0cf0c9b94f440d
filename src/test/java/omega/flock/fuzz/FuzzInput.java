package omega.flock.fuzz;

import java.util.Arrays;

/** An input as a small program reads it: numbers and bytes in a row, zeros behind the end. */
public final class FuzzInput {

    private final byte[] bytes;
    private int at;

    /** Begins with the first byte; nothing is copied. */
    public FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** {@return whether something is left} */
    public boolean hasMore() {
        return at < bytes.length;
    }

    /** {@return the next byte, 0 to 255} */
    public int next() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    /** {@return the next four bytes, little-endian} */
    public int nextInt() {
        return next() | next() << 8 | next() << 16 | next() << 24;
    }

    /** {@return a small number for most inputs, of either sign, and any for some} */
    public int nextDistance() {
        int first = next();
        return first == 0xFF ? nextInt() : (byte) first / 4;
    }

    /** {@return the next bytes, fewer at the end} */
    public byte[] nextBytes(int atMost) {
        byte[] taken = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + atMost));
        at += taken.length;
        return taken;
    }

    /** {@return all that is left} */
    public byte[] rest() {
        return nextBytes(bytes.length);
    }
}

package omega.flock.crypto;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes as tests write them down. */
public final class Hex {

    private Hex() {}

    /** Parses hexadecimal digits; white space does not count. */
    public static byte[] bytes(String... digits) {
        return HexFormat.of().parseHex(String.join("", digits).replaceAll("\\s", ""));
    }

    public static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Returns so many times the same byte. */
    public static byte[] repeated(int value, int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Returns 0, 1, 2 and so on. */
    public static byte[] counting(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    /** Returns a copy with one bit turned. */
    public static byte[] flipped(byte[] bytes, int bit) {
        byte[] copy = bytes.clone();
        copy[bit >>> 3] ^= (byte) (1 << (bit & 7));
        return copy;
    }
}

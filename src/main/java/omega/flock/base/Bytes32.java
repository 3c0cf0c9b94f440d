package omega.flock.base;

import java.util.Arrays;
import java.util.HexFormat;

/** Checks and renders the 32-byte values of this package; every array is copied at the border. */
final class Bytes32 {

    static final int LENGTH = 32;

    private static final HexFormat HEX = HexFormat.of();

    private Bytes32() {}

    /** Returns a private copy of {@code bytes}, which must be 32 long. */
    static byte[] copyOf(byte[] bytes, String what) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(what + " must be 32 bytes, not " + bytes.length);
        }
        return bytes.clone();
    }

    /** Parses exactly 64 hexadecimal digits. */
    static byte[] parseHex(String text, String what) {
        if (text.length() != 2 * LENGTH) {
            throw new IllegalArgumentException(what + " must be 64 hexadecimal digits, not " + text.length()
                    + " characters: \"" + abbreviated(text) + "\"");
        }
        try {
            return HEX.parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " is not hexadecimal: \"" + abbreviated(text) + "\"", e);
        }
    }

    static String toHex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    /** Hash code of uniformly distributed bytes: the first four of them. */
    static int hashOf(byte[] bytes) {
        return bytes[0] & 0xFF | (bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF) << 16 | bytes[3] << 24;
    }

    static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }

    static String abbreviated(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}

package omega.flock.base;

import java.util.Arrays;

/**
 * z-base-32 of 32-byte values: 52 characters of 5 bits each, most significant bit first.
 *
 * <p>Alphabet and bit order are those of the {@code z32} package that the JavaScript stack uses for key identifiers.
 */
final class ZBase32 {

    /** Characters that carry 256 bits; the last one has four bits of padding. */
    static final int TEXT_LENGTH = 52;

    private static final String ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            VALUES[ALPHABET.charAt(i)] = (byte) i;
        }
    }

    private ZBase32() {}

    /** Decodes 52 characters; upper and lower case are the same. */
    static byte[] decode(String text) {
        byte[] bytes = new byte[Bytes32.LENGTH];
        int buffered = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = Character.toLowerCase(text.charAt(i));
            int value = c < VALUES.length ? VALUES[c] : -1;
            if (value < 0) {
                throw new IllegalArgumentException("'" + text.charAt(i) + "' at index " + i + " is not a z-base-32 digit");
            }
            buffered = (buffered << 5 | value) & 0x1FFF;
            bits += 5;
            if (bits >= 8 && at < bytes.length) {
                bits -= 8;
                bytes[at++] = (byte) (buffered >> bits);
            }
        }
        return bytes;
    }
}

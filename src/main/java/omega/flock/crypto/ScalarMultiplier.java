package omega.flock.crypto;

import java.util.Arrays;

/**
 * Scalar times point, in constant time: the same doublings and sums for every scalar, with a table that is read whole each
 * time. Stateless and thread-safe.
 *
 * <p>The scalar is written in 64 digits from -8 to 8 of weight 16^i. A point that is not known beforehand takes 252
 * doublings and 64 sums; the base point has eight tables, 16^8 apart, and takes 28 doublings and 64 sums.
 */
final class ScalarMultiplier {

    private static final int DIGITS = 64;
    private static final int DIGIT_BITS = 4;

    /** Digits that share a table of the base point. */
    private static final int STRIDE = 8;

    private static final PointMultiples[] BASE = baseTables();

    private ScalarMultiplier() {}

    /**
     * Returns scalar times point.
     *
     * @param scalar 32 bytes, least significant first, bit 255 clear
     */
    static EdwardsPoint multiply(byte[] scalar, PointMultiples point) {
        byte[] digits = digits(scalar);
        PointMultiples.Picker picker = new PointMultiples.Picker();
        EdwardsPoint sum = EdwardsPoint.identity().plus(picker.pick(point, digits[DIGITS - 1]));
        for (int i = DIGITS - 2; i >= 0; i--) {
            sum.timesSixteen().plus(picker.pick(point, digits[i]));
        }
        Arrays.fill(digits, (byte) 0);
        picker.wipe();
        return sum;
    }

    /** Returns scalar times the base point of RFC 8032 §5.1. */
    static EdwardsPoint multiplyBase(byte[] scalar) {
        byte[] digits = digits(scalar);
        PointMultiples.Picker picker = new PointMultiples.Picker();
        EdwardsPoint sum = EdwardsPoint.identity();
        for (int i = STRIDE - 1; i >= 0; i--) {
            sum.timesSixteen();
            for (int table = 0; table < BASE.length; table++) {
                sum.plus(picker.pick(BASE[table], digits[table * STRIDE + i]));
            }
        }
        Arrays.fill(digits, (byte) 0);
        picker.wipe();
        return sum;
    }

    /** Splits a scalar into digits from -8 to 7, and to 8 for the last. */
    private static byte[] digits(byte[] scalar) {
        byte[] digits = new byte[DIGITS];
        int carry = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = (scalar[i >> 1] >> (i & 1) * DIGIT_BITS & 0xF) + carry;
            carry = digit + 8 >> DIGIT_BITS;
            digits[i] = (byte) (digit - (carry << DIGIT_BITS));
        }
        // What the last digit carried belongs to it; bit 255 is clear, so it is 8 at most.
        digits[DIGITS - 1] += (byte) (carry << DIGIT_BITS);
        return digits;
    }

    /** Returns the base point of RFC 8032 §5.1, a new one. */
    static EdwardsPoint base() {
        byte[] compressed = new byte[CryptoConstants.KEY_BYTES];
        Arrays.fill(compressed, (byte) 0x66);
        compressed[0] = 0x58; // y = 4/5 and an even x
        return EdwardsPoint.decompress(compressed).orElseThrow();
    }

    private static PointMultiples[] baseTables() {
        EdwardsPoint point = base();
        PointMultiples[] tables = new PointMultiples[DIGITS / STRIDE];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new PointMultiples(point);
            for (int k = 0; k < STRIDE; k++) {
                point.timesSixteen();
            }
        }
        return tables;
    }
}

package omega.flock.crypto;

import java.util.Arrays;

/**
 * Arithmetic modulo l = 2^252 + 27742317777372353535851937790883648493, the order of the base point (RFC 8032 §5.1). Stateless.
 *
 * <p>Numbers are held as signed limbs of 21 bits, twelve of which make 252: what stands above them returns at the bottom by
 * {@link #FOLD}. Private keys and nonces pass through here, so nothing but {@link #isReduced} depends on a value.
 */
final class Scalar25519 {

    private static final int LIMBS = 12;
    private static final int LIMB_BITS = 21;
    private static final long MASK = (1L << LIMB_BITS) - 1;

    /** 2^252 modulo l, that is 2^252 - l, in signed limbs. */
    private static final long[] FOLD = {666_643, 470_296, 654_183, -997_805, 136_657, -683_901};

    /** l, least significant byte first. */
    private static final byte[] ORDER = {
        (byte) 0xed, (byte) 0xd3, (byte) 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
        (byte) 0xd6, (byte) 0x9c, (byte) 0xf7, (byte) 0xa2, (byte) 0xde, (byte) 0xf9, (byte) 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10
    };

    private Scalar25519() {}

    /** Tells whether 32 bytes are a number below l. For public values. */
    static boolean isReduced(byte[] scalar) {
        for (int i = ORDER.length - 1; i >= 0; i--) {
            int difference = (scalar[i] & 0xFF) - (ORDER[i] & 0xFF);
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    /** Returns a number of 64 bytes modulo l, 32 bytes. */
    static byte[] reduce(byte[] number) {
        long[] limbs = limbs(number, 2 * LIMBS);
        return reduce(limbs);
    }

    /** Returns a b + c modulo l. All have 32 bytes and need not be below l. */
    static byte[] multiplyAdd(byte[] a, byte[] b, byte[] c) {
        long[] x = limbs(a, LIMBS);
        long[] y = limbs(b, LIMBS);
        long[] sum = Arrays.copyOf(limbs(c, LIMBS), 2 * LIMBS);
        for (int i = 0; i < LIMBS; i++) {
            for (int j = 0; j < LIMBS; j++) {
                sum[i + j] += x[i] * y[j]; // below 2^50: the last limb of a number has 25 bits
            }
        }
        Arrays.fill(x, 0);
        Arrays.fill(y, 0);
        carryRounded(sum, 0, 2 * LIMBS - 1);
        return reduce(sum);
    }

    /** Cuts a number into limbs; the last one takes all that is left, 25 or 29 bits. */
    private static long[] limbs(byte[] number, int count) {
        long[] limbs = new long[count];
        for (int i = 0; i < count; i++) {
            int bit = LIMB_BITS * i;
            long bits = (LittleEndian.int32(number, bit >>> 3) & 0xFFFF_FFFFL) >>> (bit & 7);
            limbs[i] = i < count - 1 ? bits & MASK : bits;
        }
        return limbs;
    }

    /** Reduces 24 limbs to the twelve of the number from 0 to l - 1, and forgets them. */
    private static byte[] reduce(long[] limbs) {
        foldDown(limbs, 23, 18); // half of them, since the sums of all twelve would leave 64 bits
        carryRounded(limbs, 6, 17);
        foldDown(limbs, 17, 12);
        carryRounded(limbs, 0, 12);
        foldDown(limbs, 12, 12);
        carryDown(limbs, 12);
        foldDown(limbs, 12, 12);
        carryDown(limbs, 11);
        byte[] bytes = bytes(limbs);
        Arrays.fill(limbs, 0);
        return bytes;
    }

    /** Replaces limbs, the highest first, by what they are modulo l. */
    private static void foldDown(long[] limbs, int from, int to) {
        for (int i = from; i >= to; i--) {
            for (int j = 0; j < FOLD.length; j++) {
                limbs[i - LIMBS + j] += limbs[i] * FOLD[j];
            }
            limbs[i] = 0;
        }
    }

    /** Leaves from -2^20 to 2^20 in each limb before the last one. */
    private static void carryRounded(long[] limbs, int from, int last) {
        for (int i = from; i < last; i++) {
            long carry = limbs[i] + (1L << LIMB_BITS - 1) >> LIMB_BITS;
            limbs[i + 1] += carry;
            limbs[i] -= carry << LIMB_BITS;
        }
    }

    /** Leaves from 0 to 2^21 - 1 in each limb before the last one. */
    private static void carryDown(long[] limbs, int last) {
        for (int i = 0; i < last; i++) {
            limbs[i + 1] += limbs[i] >> LIMB_BITS;
            limbs[i] &= MASK;
        }
    }

    private static byte[] bytes(long[] limbs) {
        byte[] bytes = new byte[CryptoConstants.KEY_BYTES];
        long word = 0;
        int at = 0;
        int filled = 0;
        for (int i = 0; i < LIMBS; i++) {
            word |= limbs[i] << filled;
            filled += LIMB_BITS;
            if (filled >= Long.SIZE || i == LIMBS - 1) {
                LittleEndian.putInt64(bytes, at, word);
                at += Long.BYTES;
                filled -= Long.SIZE;
                word = limbs[i] >>> LIMB_BITS - filled;
            }
        }
        return bytes;
    }
}

package omega.flock.crypto;

import java.util.Arrays;

/**
 * The one-time authenticator Poly1305 of RFC 8439 §2.5, for one owner at a time and one key after the other.
 *
 * <p>Numbers modulo 2^130 - 5 are held as limbs of 44, 44 and 42 bits. What a product has above a limb then comes from one
 * {@link Math#unsignedMultiplyHigh}, because every r is kept 20 bits to the left, and sums of such parts are far from 2^64: there
 * is no carry to look for inside of a product. Two blocks are taken at a time, {@code h = (h + b1) r^2 + b2 r}, so that the
 * second product does not wait for the first and both are reduced at once. There is no branch and no index that depends on
 * a secret: the time depends on the length alone.
 */
final class Poly1305 {

    private static final int BLOCK = 16;
    private static final int LIMB_BITS = 44;
    private static final long MASK = (1L << LIMB_BITS) - 1;
    private static final int TOP_BITS = 42;
    private static final long TOP_MASK = (1L << TOP_BITS) - 1;

    /** How far left of its place every r stands: what a limb lacks to 64 bits. */
    private static final int SHIFT = Long.SIZE - LIMB_BITS;

    /** Where the third limb of a block begins in its upper word. */
    private static final int TOP_OFFSET = 2 * LIMB_BITS - Long.SIZE;

    /** "Add one bit beyond the number of octets": 2^128 as a part of the third limb. */
    private static final long HIGH_BIT = 1L << 128 - 2 * LIMB_BITS;

    /** RFC 8439 §2.5.1: the bits of r that are required to be zero. */
    private static final long CLAMP_0 = 0x0ffffffc0fffffffL;

    private static final long CLAMP_1 = 0x0ffffffc0ffffffcL;

    private final byte[] partial = new byte[BLOCK];
    private int filled;
    private long r0; // r and its square q, shifted
    private long r1;
    private long r2;
    private long q0;
    private long q1;
    private long q2;
    private long pad0;
    private long pad1;
    private long h0; // the accumulator: a little more than 44, 44 and 42 bits
    private long h1;
    private long h2;

    /** Starts a message under a one-time key: 32 bytes, r and then s. */
    void init(byte[] key, int offset) {
        long low = LittleEndian.int64(key, offset) & CLAMP_0;
        long high = LittleEndian.int64(key, offset + 8) & CLAMP_1;
        pad0 = LittleEndian.int64(key, offset + 16);
        pad1 = LittleEndian.int64(key, offset + 24);
        h0 = low & MASK;
        h1 = (low >>> LIMB_BITS | high << SHIFT) & MASK;
        h2 = high >>> TOP_OFFSET;
        r0 = h0 << SHIFT;
        r1 = h1 << SHIFT;
        r2 = h2 << SHIFT;
        // The square is what a block of zeros without its high bit makes of an accumulator of r.
        Arrays.fill(partial, (byte) 0);
        blocks(partial, 0, BLOCK, 0);
        h1 += h0 >>> LIMB_BITS; // a shifted limb has no room for a carry
        h2 += h1 >>> LIMB_BITS;
        q0 = h0 << SHIFT;
        q1 = h1 << SHIFT;
        q2 = h2 << SHIFT;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        filled = 0;
    }

    void update(byte[] input, int offset, int length) {
        int at = offset;
        int left = length;
        if (filled > 0) {
            int count = Math.min(left, BLOCK - filled);
            System.arraycopy(input, at, partial, filled, count);
            filled += count;
            at += count;
            left -= count;
            if (filled < BLOCK) {
                return;
            }
            blocks(partial, 0, BLOCK, HIGH_BIT);
            filled = 0;
        }
        int whole = left & -BLOCK;
        if (whole > 0) {
            blocks(input, at, whole, HIGH_BIT);
        }
        if (whole < left) {
            System.arraycopy(input, at + whole, partial, 0, left - whole);
            filled = left - whole;
        }
    }

    /** Writes the tag of 16 bytes and forgets the key. */
    void finish(byte[] out, int offset) {
        if (filled > 0) {
            // "add one bit beyond the number of octets", then fill up with zeros.
            partial[filled] = 1;
            Arrays.fill(partial, filled + 1, BLOCK, (byte) 0);
            blocks(partial, 0, BLOCK, 0);
        }
        // Carried once round, and once up: below 2^130 then, because the second way round has nothing to take but 5.
        long c1 = h1 + (h0 >>> LIMB_BITS);
        long c2 = h2 + (c1 >>> LIMB_BITS);
        long c0 = (h0 & MASK) + 5 * (c2 >>> TOP_BITS);
        c1 = (c1 & MASK) + (c0 >>> LIMB_BITS);
        c2 = (c2 & TOP_MASK) + (c1 >>> LIMB_BITS);
        c0 &= MASK;
        c1 &= MASK;
        // g = h + 5 - 2^130; take it when h >= 2^130 - 5.
        long g0 = c0 + 5;
        long g1 = c1 + (g0 >>> LIMB_BITS);
        long g2 = c2 + (g1 >>> LIMB_BITS);
        long take = -(g2 >>> TOP_BITS); // all ones or all zeros
        c0 = c0 & ~take | g0 & MASK & take;
        c1 = c1 & ~take | g1 & MASK & take;
        c2 = c2 & ~take | g2 & take;
        long low = c0 | c1 << LIMB_BITS;
        long high = c1 >>> SHIFT | c2 << TOP_OFFSET;
        long tag0 = low + pad0;
        long carry = (low & pad0 | (low | pad0) & ~tag0) >>> 63; // the bit that leaves the sum
        LittleEndian.putInt64(out, offset, tag0);
        LittleEndian.putInt64(out, offset + 8, high + pad1 + carry);
        wipe();
    }

    private void wipe() {
        r0 = 0;
        r1 = 0;
        r2 = 0;
        q0 = 0;
        q1 = 0;
        q2 = 0;
        pad0 = 0;
        pad1 = 0;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        filled = 0;
    }

    /** Takes whole blocks, two at a time; if their number is odd, the first one alone: {@code h = 0 r^2 + (h + b) r}. */
    private void blocks(byte[] input, int offset, int length, long highBit) {
        long r0 = this.r0;
        long r1 = this.r1;
        long r2 = this.r2;
        long q0 = this.q0;
        long q1 = this.q1;
        long q2 = this.q2;
        long a0 = 0;
        long a1 = 0;
        long a2 = 0;
        long b0 = h0;
        long b1 = h1;
        long b2 = h2;
        int at = offset;
        int end = offset + length;
        if ((length & BLOCK) == 0) {
            long low = LittleEndian.int64(input, at);
            long high = LittleEndian.int64(input, at + 8);
            a0 = b0 + (low & MASK);
            a1 = b1 + ((low >>> LIMB_BITS | high << SHIFT) & MASK);
            a2 = b2 + (high >>> TOP_OFFSET | highBit);
            b0 = 0;
            b1 = 0;
            b2 = 0;
            at += BLOCK;
        }
        while (true) {
            long low = LittleEndian.int64(input, at);
            long high = LittleEndian.int64(input, at + 8);
            b0 += low & MASK;
            b1 += (low >>> LIMB_BITS | high << SHIFT) & MASK;
            b2 += high >>> TOP_OFFSET | highBit;
            at += BLOCK;

            // c = a q + b r in six limbs, all but the last of 44 bits: each part is below 2^46, a column below 2^50.
            long c0 = low(a0, q0) + low(b0, r0);
            long c1 = low(a0, q1) + low(a1, q0) + high(a0, q0) + low(b0, r1) + low(b1, r0) + high(b0, r0);
            long c2 = low(a0, q2) + low(a1, q1) + low(a2, q0) + high(a0, q1) + high(a1, q0)
                    + low(b0, r2) + low(b1, r1) + low(b2, r0) + high(b0, r1) + high(b1, r0);
            long c3 = low(a1, q2) + low(a2, q1) + high(a0, q2) + high(a1, q1) + high(a2, q0)
                    + low(b1, r2) + low(b2, r1) + high(b0, r2) + high(b1, r1) + high(b2, r0);
            long c4 = low(a2, q2) + high(a1, q2) + high(a2, q1) + low(b2, r2) + high(b1, r2) + high(b2, r1);
            long c5 = high(a2, q2) + high(b2, r2);

            // 2^130 = 5, so 2^132 = 20: what stands above the third limb returns at the bottom.
            c0 += 20 * c3;
            c1 += 20 * c4 + (c0 >>> LIMB_BITS);
            c2 += 20 * c5 + (c1 >>> LIMB_BITS);
            b0 = (c0 & MASK) + 5 * (c2 >>> TOP_BITS);
            b1 = c1 & MASK;
            b2 = c2 & TOP_MASK;
            if (at == end) {
                break;
            }
            low = LittleEndian.int64(input, at);
            high = LittleEndian.int64(input, at + 8);
            a0 = b0 + (low & MASK);
            a1 = b1 + ((low >>> LIMB_BITS | high << SHIFT) & MASK);
            a2 = b2 + (high >>> TOP_OFFSET | highBit);
            b0 = 0;
            b1 = 0;
            b2 = 0;
            at += BLOCK;
        }
        h0 = b0;
        h1 = b1;
        h2 = b2;
    }

    /** The lower 44 bits of the product of a limb and a shifted one. */
    private static long low(long a, long shifted) {
        return a * shifted >>> SHIFT;
    }

    /** The rest of it. */
    private static long high(long a, long shifted) {
        return Math.unsignedMultiplyHigh(a, shifted);
    }
}

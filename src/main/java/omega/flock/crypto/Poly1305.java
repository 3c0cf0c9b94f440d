package omega.flock.crypto;

import java.util.Arrays;

/**
 * The one-time authenticator Poly1305 of RFC 8439 §2.5, for one owner at a time and one key after the other.
 *
 * <p>The accumulator h is held in radix 2^64 as two full words and a few bits. Because the clamp of RFC 8439 §2.5.1 leaves
 * r1 divisible by 4, a product that reaches 2^128 folds back as 5/4 of it. Carries come from bit logic, not from branches, so
 * that the time depends on the length alone.
 */
final class Poly1305 {

    private static final int BLOCK = 16;

    /** RFC 8439 §2.5.1: the bits of r that are required to be zero. */
    private static final long CLAMP_0 = 0x0ffffffc0fffffffL;

    private static final long CLAMP_1 = 0x0ffffffc0ffffffcL;

    private final byte[] partial = new byte[BLOCK];
    private int filled;
    private long r0;
    private long r1;
    private long pad0;
    private long pad1;
    private long h0;
    private long h1;
    private long h2;

    /** Starts a message under a one-time key: 32 bytes, r and then s. */
    void init(byte[] key, int offset) {
        r0 = LittleEndian.int64(key, offset) & CLAMP_0;
        r1 = LittleEndian.int64(key, offset + 8) & CLAMP_1;
        pad0 = LittleEndian.int64(key, offset + 16);
        pad1 = LittleEndian.int64(key, offset + 24);
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
            blocks(partial, 0, BLOCK, 1);
            filled = 0;
        }
        int whole = left & -BLOCK;
        if (whole > 0) {
            blocks(input, at, whole, 1);
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
        // Below 2^131 now. g = h + 5 - 2^130; take it when h >= 2^130 - 5.
        long g0 = h0 + 5;
        long carry = carry(h0, 5, g0);
        long g1 = h1 + carry;
        carry = carry(h1, carry, g1);
        long take = -((h2 + carry) >>> 2); // all ones or all zeros
        long t0 = h0 & ~take | g0 & take;
        long t1 = h1 & ~take | g1 & take;
        long tag0 = t0 + pad0;
        long tag1 = t1 + pad1 + carry(t0, pad0, tag0);
        LittleEndian.putInt64(out, offset, tag0);
        LittleEndian.putInt64(out, offset + 8, tag1);
        wipe();
    }

    private void wipe() {
        r0 = 0;
        r1 = 0;
        pad0 = 0;
        pad1 = 0;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        filled = 0;
    }

    /** For each block: h = (h + block + 2^128) r, reduced to a little over 130 bits. */
    private void blocks(byte[] input, int offset, int length, int highBit) {
        long r0 = this.r0;
        long r1 = this.r1;
        long s1 = r1 + (r1 >>> 2);
        long h0 = this.h0;
        long h1 = this.h1;
        long h2 = this.h2;
        for (int at = offset; at < offset + length; at += BLOCK) {
            long t0 = LittleEndian.int64(input, at);
            long t1 = LittleEndian.int64(input, at + 8);
            long sum0 = h0 + t0;
            long carry0 = carry(h0, t0, sum0);
            long part1 = h1 + t1;
            long sum1 = part1 + carry0;
            h2 += carry(h1, t1, part1) + carry(part1, carry0, sum1) + highBit;

            // d0 = sum0 r0 + sum1 s1
            long a = sum0 * r0;
            long b = sum1 * s1;
            long low0 = a + b;
            long high0 = Math.unsignedMultiplyHigh(sum0, r0) + Math.unsignedMultiplyHigh(sum1, s1) + carry(a, b, low0);
            // d1 = sum0 r1 + sum1 r0 + h2 s1 + (d0 >> 64)
            long c = sum0 * r1;
            long d = sum1 * r0;
            long e = h2 * s1 + high0; // fewer than 63 and 62 bits
            long cd = c + d;
            long low1 = cd + e;
            long high1 = Math.unsignedMultiplyHigh(sum0, r1) + Math.unsignedMultiplyHigh(sum1, r0) + carry(c, d, cd)
                    + carry(cd, e, low1);
            // d2 = h2 r0 + (d1 >> 64)
            h2 = h2 * r0 + high1;

            // 2^130 = 5: what stands above goes back to the bottom five times.
            long fold = (h2 >>> 2) + (h2 & -4L);
            h0 = low0 + fold;
            long carry1 = carry(low0, fold, h0);
            h1 = low1 + carry1;
            h2 = (h2 & 3) + carry(low1, carry1, h1);
        }
        this.h0 = h0;
        this.h1 = h1;
        this.h2 = h2;
    }

    /** The bit that leaves a sum of two words. */
    private static long carry(long a, long b, long sum) {
        return (a & b | (a | b) & ~sum) >>> 63;
    }
}

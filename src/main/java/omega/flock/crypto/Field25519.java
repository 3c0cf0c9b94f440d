package omega.flock.crypto;

import java.math.BigInteger;
import java.util.Optional;

/**
 * An element of the field of integers modulo 2^255 - 19. Not thread-safe while it is being set.
 *
 * <p>Held as five limbs of 51 bits. The value need not be below the modulus, and the limbs may be larger: an element is
 * tight when no limb is above 2^51, and loose when every limb is below 2^54. Products take loose elements and are
 * tight; sums and differences are not carried, so whoever adds several times says why the result is still loose.
 *
 * <p>Every operation takes the same steps whatever the value, because secrets pass through here. Methods that begin with
 * {@code set} change this element, which may be one of the operands, and return it; all others return a new, tight one.
 */
final class Field25519 {

    static final Field25519 ZERO = of(0);
    static final Field25519 ONE = of(1);

    /** A square root of -1: 2^((p-1)/4). */
    static final Field25519 SQRT_MINUS_ONE =
            ofHex("2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0");

    /** How many limbs an element has, for tables of them. */
    static final int LIMBS = 5;

    private static final int LIMB_BITS = 51;
    private static final long MASK = (1L << LIMB_BITS) - 1;
    private static final int BYTES = CryptoConstants.KEY_BYTES;

    /**
     * Factors of a product are shifted left by these two, 13 bits together, so that the border between the upper and the
     * lower 64 bits of the product is the border between two limbs.
     */
    private static final int SHIFT_A = 6;

    private static final int SHIFT_B = 7;
    private static final int SHIFT_LOW = Long.SIZE - LIMB_BITS;

    /** Four times the modulus, limb by limb: more than any sum of two tight elements. */
    private static final long FOUR_P_0 = 4 * (MASK - 18);

    private static final long FOUR_P = 4 * MASK;

    private long l0;
    private long l1;
    private long l2;
    private long l3;
    private long l4;

    /** Creates zero. */
    Field25519() {}

    private Field25519(long l0, long l1, long l2, long l3, long l4) {
        this.l0 = l0;
        this.l1 = l1;
        this.l2 = l2;
        this.l3 = l3;
        this.l4 = l4;
    }

    /** Reads 32 bytes, least significant first; bit 255 is left out, values from the modulus up are taken modulo it. */
    static Field25519 of(byte[] bytes) {
        long a = LittleEndian.int64(bytes, 0);
        long b = LittleEndian.int64(bytes, 8);
        long c = LittleEndian.int64(bytes, 16);
        long d = LittleEndian.int64(bytes, 24);
        return new Field25519(a & MASK, (a >>> 51 | b << 13) & MASK, (b >>> 38 | c << 26) & MASK,
                (c >>> 25 | d << 39) & MASK, d >>> 12 & MASK);
    }

    static Field25519 of(long small) {
        return new Field25519(small & MASK, small >>> LIMB_BITS, 0, 0, 0);
    }

    /** Reads a constant that is printed with its most significant digit first. */
    static Field25519 ofHex(String hex) {
        byte[] bytes = new byte[BYTES];
        BigInteger value = new BigInteger(hex, 16);
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = value.shiftRight(8 * i).byteValue();
        }
        return of(bytes);
    }

    // ---- In place ----------------------------------------------------------------------------------------------------------

    Field25519 set(Field25519 a) {
        l0 = a.l0;
        l1 = a.l1;
        l2 = a.l2;
        l3 = a.l3;
        l4 = a.l4;
        return this;
    }

    /** Sets the number that is smaller than 2^51. */
    void set(long small) {
        l0 = small;
        l1 = 0;
        l2 = 0;
        l3 = 0;
        l4 = 0;
    }

    /** Adds the limbs that {@link #store} left to those of zero if the mask is -1, and nothing if it is 0. */
    void load(long[] limbs, int offset, long mask) {
        l0 |= limbs[offset] & mask;
        l1 |= limbs[offset + 1] & mask;
        l2 |= limbs[offset + 2] & mask;
        l3 |= limbs[offset + 3] & mask;
        l4 |= limbs[offset + 4] & mask;
    }

    /** Writes the {@value #LIMBS} limbs as they are. */
    void store(long[] limbs, int offset) {
        limbs[offset] = l0;
        limbs[offset + 1] = l1;
        limbs[offset + 2] = l2;
        limbs[offset + 3] = l3;
        limbs[offset + 4] = l4;
    }

    /** Sets a + b: the limbs are added. */
    Field25519 setSum(Field25519 a, Field25519 b) {
        l0 = a.l0 + b.l0;
        l1 = a.l1 + b.l1;
        l2 = a.l2 + b.l2;
        l3 = a.l3 + b.l3;
        l4 = a.l4 + b.l4;
        return this;
    }

    /** Sets a - b, where b is tight or the sum of two tight elements: the limbs grow by 2^53. */
    Field25519 setDifference(Field25519 a, Field25519 b) {
        l0 = a.l0 + FOUR_P_0 - b.l0;
        l1 = a.l1 + FOUR_P - b.l1;
        l2 = a.l2 + FOUR_P - b.l2;
        l3 = a.l3 + FOUR_P - b.l3;
        l4 = a.l4 + FOUR_P - b.l4;
        return this;
    }

    Field25519 setProduct(Field25519 a, Field25519 b) {
        long a0 = a.l0 << SHIFT_A;
        long a1 = a.l1 << SHIFT_A;
        long a2 = a.l2 << SHIFT_A;
        long a3 = a.l3 << SHIFT_A;
        long a4 = a.l4 << SHIFT_A;
        long b0 = b.l0 << SHIFT_B;
        long b1 = b.l1 << SHIFT_B;
        long b2 = b.l2 << SHIFT_B;
        long b3 = b.l3 << SHIFT_B;
        long b4 = b.l4 << SHIFT_B;
        long c0 = low(a0, b0);
        long c1 = low(a0, b1) + low(a1, b0) + high(a0, b0);
        long c2 = low(a0, b2) + low(a1, b1) + low(a2, b0) + high(a0, b1) + high(a1, b0);
        long c3 = low(a0, b3) + low(a1, b2) + low(a2, b1) + low(a3, b0) + high(a0, b2) + high(a1, b1) + high(a2, b0);
        long c4 = low(a0, b4) + low(a1, b3) + low(a2, b2) + low(a3, b1) + low(a4, b0)
                + high(a0, b3) + high(a1, b2) + high(a2, b1) + high(a3, b0);
        long c5 = low(a1, b4) + low(a2, b3) + low(a3, b2) + low(a4, b1)
                + high(a0, b4) + high(a1, b3) + high(a2, b2) + high(a3, b1) + high(a4, b0);
        long c6 = low(a2, b4) + low(a3, b3) + low(a4, b2) + high(a1, b4) + high(a2, b3) + high(a3, b2) + high(a4, b1);
        long c7 = low(a3, b4) + low(a4, b3) + high(a2, b4) + high(a3, b3) + high(a4, b2);
        long c8 = low(a4, b4) + high(a3, b4) + high(a4, b3);
        long c9 = high(a4, b4);
        return reduce(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    }

    Field25519 setSquare(Field25519 a) {
        long a0 = a.l0 << SHIFT_A;
        long a1 = a.l1 << SHIFT_A;
        long a2 = a.l2 << SHIFT_A;
        long a3 = a.l3 << SHIFT_A;
        long a4 = a.l4 << SHIFT_A;
        // Once more than SHIFT_A; products of two of these are the doubled ones.
        long b0 = a.l0 << SHIFT_B;
        long b1 = a.l1 << SHIFT_B;
        long b2 = a.l2 << SHIFT_B;
        long b3 = a.l3 << SHIFT_B;
        long b4 = a.l4 << SHIFT_B;
        long c0 = low(a0, b0);
        long c1 = low(b0, b1) + high(a0, b0);
        long c2 = low(b0, b2) + low(a1, b1) + high(b0, b1);
        long c3 = low(b0, b3) + low(b1, b2) + high(b0, b2) + high(a1, b1);
        long c4 = low(b0, b4) + low(b1, b3) + low(a2, b2) + high(b0, b3) + high(b1, b2);
        long c5 = low(b1, b4) + low(b2, b3) + high(b0, b4) + high(b1, b3) + high(a2, b2);
        long c6 = low(b2, b4) + low(a3, b3) + high(b1, b4) + high(b2, b3);
        long c7 = low(b3, b4) + high(b2, b4) + high(a3, b3);
        long c8 = low(a4, b4) + high(b3, b4);
        long c9 = high(a4, b4);
        return reduce(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    }

    /** Sets this element squared so many times. */
    private Field25519 squareTimes(int count) {
        for (int i = 0; i < count; i++) {
            setSquare(this);
        }
        return this;
    }

    /** Swaps this element and another if the mask is -1, and does not if it is 0. */
    void swapIf(long mask, Field25519 other) {
        long d0 = (l0 ^ other.l0) & mask;
        long d1 = (l1 ^ other.l1) & mask;
        long d2 = (l2 ^ other.l2) & mask;
        long d3 = (l3 ^ other.l3) & mask;
        long d4 = (l4 ^ other.l4) & mask;
        l0 ^= d0;
        l1 ^= d1;
        l2 ^= d2;
        l3 ^= d3;
        l4 ^= d4;
        other.l0 ^= d0;
        other.l1 ^= d1;
        other.l2 ^= d2;
        other.l3 ^= d3;
        other.l4 ^= d4;
    }

    /** Negates this tight element if the mask is -1, and does not if it is 0. */
    void negateIf(long mask) {
        l0 ^= (l0 ^ FOUR_P_0 - l0) & mask;
        l1 ^= (l1 ^ FOUR_P - l1) & mask;
        l2 ^= (l2 ^ FOUR_P - l2) & mask;
        l3 ^= (l3 ^ FOUR_P - l3) & mask;
        l4 ^= (l4 ^ FOUR_P - l4) & mask;
    }

    // ---- Values --------------------------------------------------------------------------------------------------------------

    Field25519 plus(Field25519 b) {
        return new Field25519().setSum(this, b).carry();
    }

    Field25519 minus(Field25519 b) {
        return new Field25519().setDifference(this, b).carry();
    }

    Field25519 negated() {
        return ZERO.minus(this);
    }

    Field25519 times(Field25519 b) {
        return new Field25519().setProduct(this, b);
    }

    Field25519 squared() {
        return new Field25519().setSquare(this);
    }

    /** Returns the inverse, or zero of zero: the power p - 2 by the usual chain of 254 squarings and 11 products. */
    Field25519 inverted() {
        Field25519 square = squared();
        Field25519 eleventh = square.squared().squareTimes(1).times(this).times(square);
        return powerOf250Ones().squareTimes(5).times(eleventh);
    }

    /** Returns one of the two square roots, if there are any. For public values. */
    Optional<Field25519> squareRoot() {
        // a^((p+3)/8) is a root of a or of -a, if a is a square.
        Field25519 root = times(rootPower());
        Field25519 square = root.squared();
        if (square.sameAs(this)) {
            return Optional.of(root);
        }
        return square.sameAs(negated()) ? Optional.of(root.times(SQRT_MINUS_ONE)) : Optional.empty();
    }

    /** Returns the power (p - 5) / 8 = 2^252 - 3, from which square roots are made. */
    Field25519 rootPower() {
        return powerOf250Ones().squareTimes(2).times(this);
    }

    /** Returns the power 2^250 - 1. */
    private Field25519 powerOf250Ones() {
        Field25519 second = squared();
        Field25519 ninth = second.squared().squareTimes(1).times(this);
        Field25519 ones5 = ninth.times(second).squareTimes(1).times(ninth);
        Field25519 ones10 = ones5.squared().squareTimes(4).times(ones5);
        Field25519 ones20 = ones10.squared().squareTimes(9).times(ones10);
        Field25519 ones40 = ones20.squared().squareTimes(19).times(ones20);
        Field25519 ones50 = ones40.squareTimes(10).times(ones10);
        Field25519 ones100 = ones50.squared().squareTimes(49).times(ones50);
        Field25519 ones200 = ones100.squared().squareTimes(99).times(ones100);
        return ones200.squareTimes(50).times(ones50);
    }

    /** Returns the 32 bytes of the value below the modulus, least significant first; bit 255 is clear. */
    byte[] toBytes() {
        Field25519 f = new Field25519().set(this).carry();
        // f + 19 overflows 2^255 exactly when f is not below the modulus; then f + 19 without that bit is f - p.
        long q = f.l0 + 19 >>> LIMB_BITS;
        q = f.l1 + q >>> LIMB_BITS;
        q = f.l2 + q >>> LIMB_BITS;
        q = f.l3 + q >>> LIMB_BITS;
        q = f.l4 + q >>> LIMB_BITS;
        long r0 = f.l0 + 19 * q;
        long r1 = f.l1 + (r0 >>> LIMB_BITS);
        long r2 = f.l2 + (r1 >>> LIMB_BITS);
        long r3 = f.l3 + (r2 >>> LIMB_BITS);
        long r4 = f.l4 + (r3 >>> LIMB_BITS);
        r0 &= MASK;
        r1 &= MASK;
        r2 &= MASK;
        r3 &= MASK;
        r4 &= MASK;
        r0 |= r1 << 51;
        r1 = r1 >>> 13 | r2 << 38;
        r2 = r2 >>> 26 | r3 << 25;
        r3 = r3 >>> 39 | r4 << 12;
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < Long.BYTES; i++) { // a third of what the JIT makes of four words put at once, and it meets this often
            bytes[i] = (byte) (r0 >>> 8 * i);
            bytes[i + 8] = (byte) (r1 >>> 8 * i);
            bytes[i + 16] = (byte) (r2 >>> 8 * i);
            bytes[i + 24] = (byte) (r3 >>> 8 * i);
        }
        return bytes;
    }

    /** Tells whether the value is zero modulo p. For public values. */
    boolean isZero() {
        byte bits = 0;
        for (byte each : toBytes()) {
            bits |= each;
        }
        return bits == 0;
    }

    /** Tells whether this is the same modulo p as another, tight one. For public values. */
    boolean sameAs(Field25519 other) {
        return minus(other).isZero();
    }

    /** Returns the lowest bit of the value below the modulus: the sign that a compressed point carries. */
    int parity() {
        return toBytes()[0] & 1;
    }

    // ---- Limbs ---------------------------------------------------------------------------------------------------------------

    /** The lower 51 bits of the product of two shifted factors. */
    private static long low(long a, long b) {
        return a * b >>> SHIFT_LOW;
    }

    /** The rest of it. */
    private static long high(long a, long b) {
        return Math.multiplyHigh(a, b);
    }

    /**
     * Makes an element of ten limbs. 2^255 = 19, so what is above the fifth returns at the bottom, nineteen times. Of loose
     * factors the sums stay below 2^64, and are read without a sign.
     */
    private Field25519 reduce(long c0, long c1, long c2, long c3, long c4, long c5, long c6, long c7, long c8, long c9) {
        return carry(c0 + 19 * c5, c1 + 19 * c6, c2 + 19 * c7, c3 + 19 * c8, c4 + 19 * c9);
    }

    private Field25519 carry(long c0, long c1, long c2, long c3, long c4) {
        c1 += c0 >>> LIMB_BITS;
        c2 += c1 >>> LIMB_BITS;
        c3 += c2 >>> LIMB_BITS;
        c4 += c3 >>> LIMB_BITS;
        c0 = (c0 & MASK) + 19 * (c4 >>> LIMB_BITS);
        l0 = c0 & MASK;
        l1 = (c1 & MASK) + (c0 >>> LIMB_BITS);
        l2 = c2 & MASK;
        l3 = c3 & MASK;
        l4 = c4 & MASK;
        return this;
    }

    /** Makes this element tight. */
    private Field25519 carry() {
        return carry(l0, l1, l2, l3, l4);
    }
}

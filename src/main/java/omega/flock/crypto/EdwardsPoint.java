package omega.flock.crypto;

import java.util.Arrays;
import java.util.Optional;

/**
 * A point of the Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z. Mutable and
 * not thread-safe: the sum that a scalar multiplication runs up.
 *
 * <p>The formulas are those of Hisil, Wong, Carter and Dawson (2008) for a = -1. They hold for all pairs of points, so that
 * nothing depends on what the points are; only {@link #decompress} takes variable time and is for public points.
 */
final class EdwardsPoint {

    /** The coefficient d = -121665/121666 of the curve. */
    static final Field25519 D = Field25519.of(121_665).negated().times(Field25519.of(121_666).inverted());

    private final Field25519 x;
    private final Field25519 y;
    private final Field25519 z;
    private final Field25519 t;
    private final Field25519 e = new Field25519(); // the other four are of one formula
    private final Field25519 f = new Field25519();
    private final Field25519 g = new Field25519();
    private final Field25519 h = new Field25519();

    private EdwardsPoint(Field25519 x, Field25519 y, Field25519 z, Field25519 t) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.t = t;
    }

    /** Returns a new point (0, 1), which changes no sum. */
    static EdwardsPoint identity() {
        return new EdwardsPoint(new Field25519(), Field25519.of(1), Field25519.of(1), new Field25519());
    }

    /** Returns the point of these coordinates, whose Z is 1. */
    static EdwardsPoint affine(Field25519 x, Field25519 y) {
        return new EdwardsPoint(new Field25519().set(x), new Field25519().set(y), Field25519.of(1), x.times(y));
    }

    /**
     * Decodes a compressed point: y, least significant byte first, and the parity of x in bit 255.
     *
     * @return empty if y is not below the modulus or no point has it, or for the two points with x = 0, which are of small
     *     order
     */
    static Optional<EdwardsPoint> decompress(byte[] compressed) {
        Field25519 y = Field25519.of(compressed);
        byte[] canonical = y.toBytes();
        canonical[31] |= (byte) (compressed[31] & 0x80);
        if (!Arrays.equals(canonical, compressed)) {
            return Optional.empty();
        }
        // RFC 8032 §5.1.3: x = (u/v)^((p+3)/8) = u v^3 (u v^7)^((p-5)/8), for x^2 = u/v.
        Field25519 square = y.squared();
        Field25519 u = square.minus(Field25519.ONE);
        Field25519 v = D.times(square).plus(Field25519.ONE);
        Field25519 cube = v.squared().times(v);
        Field25519 x = u.times(cube).times(u.times(cube.squared().times(v)).rootPower());
        Field25519 check = v.times(x.squared());
        if (!check.sameAs(u)) {
            if (!check.sameAs(u.negated())) {
                return Optional.empty();
            }
            x = x.times(Field25519.SQRT_MINUS_ONE);
        }
        if (x.isZero()) {
            return Optional.empty();
        }
        boolean odd = (compressed[31] & 0x80) != 0;
        return Optional.of(affine((x.parity() == 1) == odd ? x : x.negated(), y));
    }

    Field25519 x() {
        return x;
    }

    Field25519 y() {
        return y;
    }

    Field25519 z() {
        return z;
    }

    Field25519 t() {
        return t;
    }

    EdwardsPoint copy() {
        return identity().set(this);
    }

    EdwardsPoint set(EdwardsPoint p) {
        x.set(p.x);
        y.set(p.y);
        z.set(p.z);
        t.set(p.t);
        return this;
    }

    /** Doubles this point: dbl-2008-hwcd, every variable negated but E. */
    EdwardsPoint twice() {
        twiceWithoutT();
        t.setProduct(e, h);
        return this;
    }

    /** Multiplies this point by 16. */
    EdwardsPoint timesSixteen() {
        twiceWithoutT();
        twiceWithoutT();
        twiceWithoutT();
        return twice();
    }

    /** Doubles this point and leaves a wrong T, which only sums need. */
    void twiceWithoutT() {
        e.setSum(x, y);
        t.setSquare(e);
        x.setSquare(x);
        y.setSquare(y);
        f.setSquare(z);
        h.setSum(x, y);
        e.setDifference(t, h); // up to 5 times 2^51 in a limb
        g.setDifference(y, x); // 5 times
        f.setSum(f, f);
        f.setSum(f, x);
        f.setDifference(f, y); // 7 times
        x.setProduct(e, f);
        y.setProduct(g, h);
        z.setProduct(f, g);
    }

    /** Adds another point: add-2008-hwcd-3. */
    EdwardsPoint plus(CachedPoint p) {
        productsWith(p.yMinusX(), p.yPlusX(), p);
        f.setDifference(z, t); // up to 5 times 2^51 in a limb
        g.setSum(z, t);
        return sumOfProducts();
    }

    /** Subtracts another point: -(x, y) is (-x, y), so both sums of its coordinates change places and T its sign. */
    EdwardsPoint minus(CachedPoint p) {
        productsWith(p.yPlusX(), p.yMinusX(), p);
        f.setSum(z, t);
        g.setDifference(z, t);
        return sumOfProducts();
    }

    private void productsWith(Field25519 yMinusX, Field25519 yPlusX, CachedPoint p) {
        e.setDifference(y, x);
        h.setSum(y, x);
        x.setProduct(e, yMinusX);
        y.setProduct(h, yPlusX);
        z.setProduct(z, p.twiceZ());
        t.setProduct(t, p.twiceDT());
    }

    private EdwardsPoint sumOfProducts() {
        e.setDifference(y, x); // up to 5 times 2^51 in a limb
        h.setSum(y, x);
        x.setProduct(e, f);
        y.setProduct(g, h);
        z.setProduct(f, g);
        t.setProduct(e, h);
        return this;
    }

    /** Returns 32 bytes: y, and the parity of x in bit 255. */
    byte[] compress() {
        Field25519 inverse = z.inverted();
        byte[] compressed = y.times(inverse).toBytes();
        compressed[31] |= (byte) (x.times(inverse).parity() << 7);
        return compressed;
    }
}

package omega.flock.crypto;

import java.util.Optional;

/**
 * Tells which points belong to the subgroup of prime order l. For public points; takes variable time.
 *
 * <p>All points form a cyclic group of 8 l elements, so those of the subgroup are those that can be halved three times. On
 * the Montgomery form v^2 = u^3 + A u^2 + u, whose only point of order two is (0, 0), this is seen by squares (T. Pornin,
 * "Point-Halving and Subgroup Membership in Twisted Edwards Curves", 2022):
 *
 * <ul>
 *   <li>A point can be halved if and only if its u is a square, s^2.
 *   <li>A half has u' + 1/u' = w, where w = 2 (u + v/s) or 2 (u - v/s): the one for which w + A is a square, t^2. Exactly
 *       one is. Then u' = w/2 + s t and v' = u' t.
 *   <li>u' is a square if and only if w + 2 is.
 * </ul>
 *
 * <p>The halves of a point differ by points that are halves themselves until the third time, so it does not matter which
 * one is taken. Five square roots on average, half the time of a multiplication by l.
 */
final class PrimeOrder {

    /** The coefficient A of the Montgomery curve. */
    static final Field25519 A = Field25519.of(486_662);

    /** A square root of -(A + 2): the scale between the two curves, v = c u / x. Either root serves. */
    static final Field25519 SCALE =
            Field25519.ofHex("0f26edf460a006bbd27b08dc03fc4f7ec5a1d3d14b7d1a82cc6e04aaff457e06");

    private PrimeOrder() {}

    /** Tells whether a point with x other than 0 and Z = 1 has order l. */
    static boolean holds(EdwardsPoint point) {
        Field25519 x = point.x();
        Field25519 y = point.y();
        // u = (1 + y) / d with d = 1 - y. Because x^2 = (1 - y^2) / -(1 + D y^2), s/x = q/d with the q of the next line.
        Field25519 d = Field25519.ONE.minus(y);
        Optional<Field25519> root = EdwardsPoint.D.times(y.squared()).plus(Field25519.ONE).negated().squareRoot();
        if (root.isEmpty()) {
            return false;
        }
        // v/s = c s/x = c q/d, hence w = 2 (1 + y + c q) / d for one root and 2 (1 + y - c q) / d for the other.
        Field25519 q = root.get();
        Field25519 left = Field25519.ONE.plus(y);
        Field25519 right = SCALE.times(q);
        Field25519 wd = twice(left.plus(right));
        Field25519 ad = A.times(d);
        Optional<Field25519> td = wd.plus(ad).times(d).squareRoot();
        if (td.isEmpty()) {
            wd = twice(left.minus(right));
            td = wd.plus(ad).times(d).squareRoot();
        }
        // u' = w/2 + (x q/d) t; four times that times d^2 is r^2.
        Field25519 t = td.orElseThrow(() -> new IllegalStateException("no half of a point that has one"));
        Optional<Field25519> r = twice(wd.times(d).plus(twice(x.times(q).times(t)))).squareRoot();
        if (r.isEmpty()) {
            return false;
        }
        // The half's own w'' = 2 (u' + s' t) = r (r + 2 td) / 2 d^2, where s' = r / 2d. One of this and the other one has
        // w'' + A square, and one of them w'' + 2: the third halving succeeds if it is the same one.
        Field25519 w2 = r.get().times(r.get().plus(twice(t)));
        Field25519 square = twice(d.squared());
        return w2.plus(A.times(square)).times(w2.plus(twice(square))).squareRoot().isPresent();
    }

    private static Field25519 twice(Field25519 a) {
        return a.plus(a);
    }
}

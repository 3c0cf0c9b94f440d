package omega.flock.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/**
 * Scalar times Ed25519 point by the JDK's X25519, which multiplies u-coordinates of v^2 = u^3 + A u^2 + u and so loses the sign.
 *
 * <p>Two products and one known point bring it back: with R = 8P, the scalar a and its neighbour a xor 8 have the products aP and
 * aP + S, where S is R or -R. Okeya and Sakurai ("Efficient Elliptic Curve Cryptosystems from a Scalar Multiplication Algorithm with
 * Recovery of the y-Coordinate", 2001) give the v-coordinate of aP from u(aP), u(aP + S) and S:
 *
 * <pre>
 *   2 v(S) v(aP) = (u1 u(S) + 1)(u1 + u(S) + 2A) - 2A - (u1 - u(S))^2 u2
 * </pre>
 *
 * <p>Bit 3 is none of those that X25519 clamps, so the neighbour of a clamped scalar is clamped. What the JDK returns is a secret, so
 * everything from there on runs in constant time. Immutable.
 */
final class XdhAgreement implements CryptoProvider.Agreement {

    private static final String X25519 = "X25519";
    private static final int NEIGHBOUR = 8;
    private static final int NEIGHBOUR_BIT = 3;
    private static final Field25519 TWICE_A = PrimeOrder.A.plus(PrimeOrder.A);

    private final PublicKey key;
    private final Field25519 u8; // of eight times the point
    private final Field25519 scaledV8; // 2 c v, where c is the scale between the two curves: v = c u / x

    /**
     * Takes a point that passed the checks.
     *
     * @param point of prime order, with Z = 1
     */
    XdhAgreement(EdwardsPoint point) {
        Field25519 one = Field25519.ONE;
        Field25519 u = one.plus(point.y()).times(one.minus(point.y()).inverted());
        BigInteger coordinate = LittleEndian.number(u.toBytes());
        try {
            key = keys().generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 refuses a point", e);
        }
        EdwardsPoint eight = point.copy().twice().twice().twice();
        // u = (Z + Y) / (Z - Y) and v = c u Z / X.
        u8 = eight.z().plus(eight.y()).times(eight.z().minus(eight.y()).inverted());
        Field25519 v8 = PrimeOrder.SCALE.times(u8).times(eight.z()).times(eight.x().inverted());
        scaledV8 = PrimeOrder.SCALE.times(v8.plus(v8));
    }

    @Override
    public byte[] multiply(byte[] scalar) {
        byte[] neighbour = scalar.clone();
        neighbour[0] ^= NEIGHBOUR;
        Field25519 u1 = agree(scalar);
        Field25519 u2 = agree(neighbour);
        Arrays.fill(neighbour, (byte) 0);
        // With bit 3 set the neighbour is a - 8, and S = -R.
        Field25519 scale = new Field25519().set(scaledV8);
        scale.negateIf(-(long) (scalar[0] >> NEIGHBOUR_BIT & 1));
        Field25519 difference = u1.minus(u8);
        Field25519 n = u1.times(u8).plus(Field25519.ONE).times(u1.plus(u8).plus(TWICE_A)).minus(TWICE_A)
                .minus(difference.squared().times(u2));
        // x = c u1 / v(aP) = 2 c v(S) u1 / n, and y = (u1 - 1) / (u1 + 1): one inversion for both.
        Field25519 above = u1.plus(Field25519.ONE);
        Field25519 inverse = n.times(above).inverted();
        byte[] compressed = u1.minus(Field25519.ONE).times(n).times(inverse).toBytes();
        compressed[compressed.length - 1] |= (byte) (u1.times(scale).times(above).times(inverse).parity() << 7);
        return compressed;
    }

    private Field25519 agree(byte[] scalar) {
        try {
            KeyAgreement agreement = JdkAlgorithms.agreement(X25519);
            agreement.init(keys().generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
            agreement.doPhase(key, true);
            byte[] secret = agreement.generateSecret();
            Field25519 u = Field25519.of(secret);
            Arrays.fill(secret, (byte) 0);
            return u;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 refuses a point of prime order", e);
        }
    }

    private static KeyFactory keys() {
        return JdkAlgorithms.keys(X25519);
    }
}

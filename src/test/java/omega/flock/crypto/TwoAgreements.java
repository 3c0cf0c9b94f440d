package omega.flock.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * Scalar times Ed25519 point by the JDK's X25519 and {@link BigInteger}, which shares no line with what it judges; its time
 * depends on its secrets, so it is for tests.
 *
 * <p>The JDK multiplies u-coordinates of v^2 = u^3 + A u^2 + u, so the sign is lost. Two products, of a and of a + 8, and one
 * known point bring it back: with R = 8P, a P + R is (a + 8) P, and the formula of Okeya and Sakurai yields the v-coordinate
 * of a P.
 */
final class TwoAgreements {

    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger ORDER = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger A = BigInteger.valueOf(486_662);
    private static final BigInteger D = BigInteger.valueOf(-121_665).multiply(BigInteger.valueOf(121_666).modInverse(P)).mod(P);
    private static final BigInteger EIGHT = BigInteger.valueOf(8);

    /** A square root of -(A + 2): the scale between the two curves, v = c u / x. */
    private static final BigInteger SCALE = root(A.add(BigInteger.TWO).negate().mod(P));

    /** 5 l - 1: clamped by nature, 0 modulo 8 and -1 modulo l, so it keeps the u of a point of the prime order subgroup only. */
    private static final BigInteger SUBGROUP_TEST = ORDER.multiply(BigInteger.valueOf(5)).subtract(ONE);

    private TwoAgreements() {}

    /**
     * Returns scalar times point, compressed.
     *
     * @param scalar 32 bytes, clamped
     * @throws InvalidKeyException if the point is not one of the prime order subgroup, canonically encoded
     */
    static byte[] multiply(byte[] scalar, byte[] compressed) throws InvalidKeyException {
        boolean odd = compressed[31] < 0;
        BigInteger y = number(compressed).clearBit(255);
        if (y.compareTo(P) >= 0) {
            throw new InvalidKeyException("not canonical");
        }
        BigInteger square = y.multiply(y).mod(P);
        BigInteger x2 = square.subtract(ONE).multiply(inverse(D.multiply(square).add(ONE))).mod(P);
        BigInteger x = root(x2);
        if (!x.multiply(x).mod(P).equals(x2) || x.signum() == 0) {
            throw new InvalidKeyException("not on the curve, or of small order");
        }
        x = x.testBit(0) == odd ? x : P.subtract(x);
        BigInteger u = ONE.add(y).multiply(inverse(ONE.subtract(y))).mod(P);
        if (!agree(SUBGROUP_TEST, u).equals(u)) {
            throw new InvalidKeyException("outside of the subgroup");
        }
        return recover(number(scalar), u, SCALE.multiply(u).multiply(inverse(x)).mod(P));
    }

    private static byte[] recover(BigInteger scalar, BigInteger u, BigInteger v) throws InvalidKeyException {
        BigInteger uR = u;
        BigInteger vR = v;
        for (int i = 0; i < 3; i++) {
            BigInteger slope = uR.multiply(uR).multiply(BigInteger.valueOf(3)).add(A.multiply(uR).shiftLeft(1)).add(ONE)
                    .multiply(inverse(vR.shiftLeft(1))).mod(P);
            BigInteger doubled = slope.multiply(slope).subtract(A).subtract(uR.shiftLeft(1)).mod(P);
            vR = slope.multiply(uR.subtract(doubled)).subtract(vR).mod(P);
            uR = doubled;
        }
        BigInteger neighbour = scalar.add(EIGHT);
        if (neighbour.testBit(255)) { // only for 2^255 - 8: go the other way, a P - R = (a - 8) P
            neighbour = scalar.subtract(EIGHT);
            vR = vR.negate();
        }
        BigInteger u1 = agree(scalar, u);
        BigInteger u2 = agree(neighbour, u);
        // (u1 uR + 1)(u1 + uR + 2A) - 2A - (u1 - uR)^2 u2 = 2 vR v(aP)
        BigInteger n = u1.multiply(uR).add(ONE).multiply(u1.add(uR).add(A.shiftLeft(1))).subtract(A.shiftLeft(1))
                .subtract(u1.subtract(uR).pow(2).multiply(u2));
        BigInteger product = n.multiply(inverse(vR.shiftLeft(1))).mod(P);
        BigInteger x = SCALE.multiply(u1).multiply(inverse(product)).mod(P);
        BigInteger y = u1.subtract(ONE).multiply(inverse(u1.add(ONE))).mod(P);
        return bytes(x.testBit(0) ? y.setBit(255) : y);
    }

    static BigInteger number(byte[] littleEndian) {
        return new BigInteger(1, reversed(littleEndian));
    }

    static byte[] bytes(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    /** Returns a square root, or anything if there is none. */
    private static BigInteger root(BigInteger a) {
        BigInteger root = a.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        BigInteger rootOfMinusOne = BigInteger.TWO.modPow(P.shiftRight(2), P);
        return root.multiply(root).mod(P).equals(a) ? root : root.multiply(rootOfMinusOne).mod(P);
    }

    private static BigInteger inverse(BigInteger a) {
        return a.mod(P).modInverse(P);
    }

    private static BigInteger agree(BigInteger scalar, BigInteger u) throws InvalidKeyException {
        try {
            KeyFactory keys = KeyFactory.getInstance("X25519");
            PublicKey point = keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u));
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, bytes(scalar))));
            agreement.doPhase(point, true);
            return number(agreement.generateSecret());
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

package omega.flock.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * Signatures of RFC 8032: made by the JDK, verified here with libsodium's additional refusals. Stateless and thread-safe.
 */
public final class Ed25519 {

    /** l = 2^252 + 27742317777372353535851937790883648493, RFC 8032 §5.1. */
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final int HALF = CryptoConstants.SIGNATURE_BYTES / 2;

    private Ed25519() {}

    /**
     * Returns the public key of a seed.
     *
     * @param seed 32 secret bytes
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static byte[] publicKey(byte[] seed) {
        return Ed25519Dh.publicKey(seed);
    }

    /**
     * Returns the 64-byte signature of a message.
     *
     * @param seed 32 secret bytes
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static byte[] sign(byte[] seed, byte[] message) {
        CryptoConstants.requireLength(seed, CryptoConstants.KEY_BYTES, "a seed");
        Signature signature = JdkAlgorithms.ed25519();
        try {
            signature.initSign(JdkAlgorithms.ed25519Keys()
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 refuses to sign", e);
        }
    }

    /**
     * Tells whether a signature is that of the message under the public key.
     *
     * <p>Like libsodium, and beyond RFC 8032, it refuses keys of small order, keys that are not canonically encoded, and
     * signatures whose point R is of small order.
     *
     * @param publicKey whatever a stranger calls a public key
     * @param signature whatever a stranger calls a signature
     */
    public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != CryptoConstants.KEY_BYTES || signature.length != CryptoConstants.SIGNATURE_BYTES) {
            return false;
        }
        if (!SmallOrder.isCanonical(publicKey) || SmallOrder.holds(publicKey) || SmallOrder.holds(signature)) {
            return false;
        }
        byte[] r = Arrays.copyOf(signature, HALF);
        byte[] s = Arrays.copyOfRange(signature, HALF, signature.length);
        byte[] negative = publicKey.clone();
        negative[publicKey.length - 1] ^= (byte) 0x80;
        Optional<EdwardsPoint> negativeKey = EdwardsPoint.decompress(negative);
        if (number(s).compareTo(ORDER) >= 0 || negativeKey.isEmpty()) {
            return false;
        }
        // "Check the group equation [S]B = R + [k]A'": without the cofactor, and by the bytes of R, as libsodium does.
        MessageDigest hash = JdkAlgorithms.sha512();
        hash.update(r);
        hash.update(publicKey);
        hash.update(message);
        byte[] k = bytes(number(hash.digest()).mod(ORDER));
        CachedPoint second = new CachedPoint().set(ScalarMultiplier.multiplyBase(s));
        EdwardsPoint expected = ScalarMultiplier.multiply(k, new PointMultiples(negativeKey.get())).plus(second);
        return Arrays.equals(expected.compress(), r);
    }

    private static BigInteger number(byte[] littleEndian) {
        return new BigInteger(1, reversed(littleEndian, littleEndian.length));
    }

    private static byte[] bytes(BigInteger number) {
        byte[] bigEndian = number.toByteArray();
        return reversed(bigEndian, CryptoConstants.KEY_BYTES);
    }

    private static byte[] reversed(byte[] bytes, int length) {
        byte[] reversed = new byte[length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}

package omega.flock.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Signatures of RFC 8032, made in constant time and verified with libsodium's additional refusals. Stateless and thread-safe.
 */
public final class Ed25519 {

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
     * @param publicKey that of the seed: two signatures of one message under different keys would tell the secret
     * @throws IllegalArgumentException unless both have exactly 32
     */
    public static byte[] sign(byte[] seed, byte[] publicKey, byte[] message) {
        CryptoConstants.requireLength(seed, CryptoConstants.KEY_BYTES, "a seed");
        CryptoConstants.requireLength(publicKey, CryptoConstants.KEY_BYTES, "a public key");
        MessageDigest hash = JdkAlgorithms.sha512();
        byte[] digest = hash.digest(seed);
        byte[] scalar = Ed25519Dh.clamped(digest);
        // RFC 8032 §5.1.6: r = SHA-512(prefix | M), R = [r]B, k = SHA-512(R | A | M), S = (r + k s) mod l.
        hash.update(digest, HALF, HALF);
        byte[] wide = hash.digest(message);
        byte[] r = Scalar25519.reduce(wide);
        byte[] point = ScalarMultiplier.multiplyBase(r).compress();
        byte[] signature = Arrays.copyOf(point, CryptoConstants.SIGNATURE_BYTES);
        byte[] s = Scalar25519.multiplyAdd(challenge(hash, point, publicKey, message), scalar, r);
        System.arraycopy(s, 0, signature, HALF, HALF);
        for (byte[] secret : new byte[][] {digest, scalar, wide, r}) {
            Arrays.fill(secret, (byte) 0);
        }
        return signature;
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
        if (SmallOrder.holds(publicKey) || SmallOrder.holds(signature)) {
            return false;
        }
        byte[] r = Arrays.copyOf(signature, HALF);
        byte[] s = Arrays.copyOfRange(signature, HALF, signature.length);
        if (!Scalar25519.isReduced(s)) {
            return false;
        }
        byte[] negative = publicKey.clone();
        negative[publicKey.length - 1] ^= (byte) 0x80;
        Optional<EdwardsPoint> negativeKey = EdwardsPoint.decompress(negative);
        if (negativeKey.isEmpty()) {
            return false;
        }
        // "Check the group equation [S]B = R + [k]A'": without the cofactor, and by the bytes of R, as libsodium does.
        byte[] k = challenge(JdkAlgorithms.sha512(), r, publicKey, message);
        return Arrays.equals(PublicSum.of(k, negativeKey.get(), s).compress(), r);
    }

    /** k = SHA-512(R | A | M) mod l. */
    private static byte[] challenge(MessageDigest hash, byte[] r, byte[] publicKey, byte[] message) {
        hash.update(r);
        hash.update(publicKey);
        return Scalar25519.reduce(hash.digest(message));
    }
}

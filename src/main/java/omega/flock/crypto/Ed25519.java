package omega.flock.crypto;

/**
 * Keys and signatures of RFC 8032, made in constant time and verified with libsodium's additional refusals, by the provider that
 * the process uses. Stateless and thread-safe.
 */
public final class Ed25519 {

    private Ed25519() {}

    /**
     * Returns the public key of a seed.
     *
     * @param seed 32 secret bytes
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static byte[] publicKey(byte[] seed) {
        CryptoConstants.requireLength(seed, CryptoConstants.KEY_BYTES, "a seed");
        return CryptoProvider.chosen().publicKey(seed);
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
        return CryptoProvider.chosen().sign(seed, publicKey, message);
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
        return CryptoProvider.chosen().verify(publicKey, message, signature);
    }
}

package omega.flock.crypto;

import java.security.InvalidKeyException;
import java.util.Arrays;

/**
 * The Diffie-Hellman of {@code Noise_*_Ed25519_*}: both sides' Ed25519 keys, and the whole compressed point as the result.
 *
 * <p>Equal to noise-curve-ed 2.1.0, refusals included: those of libsodium's {@code crypto_scalarmult_ed25519_noclamp}.
 * The result has a sign bit that plain X25519 does not give. Stateless and thread-safe.
 */
public final class Ed25519Dh {

    private Ed25519Dh() {}

    /**
     * Returns the shared point of our seed and the peer's public key, 32 bytes.
     *
     * @param seed 32 secret bytes
     * @throws InvalidKeyException if the public key is not 32 bytes, not canonical, not on the curve, of small order, or
     *     outside of the subgroup of prime order
     */
    public static byte[] agree(byte[] seed, byte[] remotePublicKey) throws InvalidKeyException {
        return prepare(remotePublicKey).agree(seed);
    }

    /**
     * Checks a public key once for several agreements.
     *
     * @throws InvalidKeyException as {@link #agree}
     */
    public static Remote prepare(byte[] remotePublicKey) throws InvalidKeyException {
        return new Remote(CryptoProvider.chosen().agreement(remotePublicKey));
    }

    /** A peer's public key that passed the checks. Immutable. */
    public static final class Remote {

        private final CryptoProvider.Agreement point;

        private Remote(CryptoProvider.Agreement point) {
            this.point = point;
        }

        /** Returns the shared point of a seed and this key, 32 bytes. */
        public byte[] agree(byte[] seed) {
            byte[] scalar = scalar(seed);
            byte[] shared = point.multiply(scalar);
            Arrays.fill(scalar, (byte) 0);
            return shared;
        }
    }

    /** RFC 8032 §5.1.5: the first half of the seed's hash, clamped. No multiple of the order of a point that was checked. */
    static byte[] scalar(byte[] seed) {
        CryptoConstants.requireLength(seed, CryptoConstants.KEY_BYTES, "a seed");
        byte[] digest = JdkAlgorithms.sha512().digest(seed);
        byte[] scalar = clamped(digest);
        Arrays.fill(digest, (byte) 0);
        return scalar;
    }

    /** Returns the scalar that the hash of a seed begins with. */
    static byte[] clamped(byte[] digest) {
        byte[] scalar = Arrays.copyOf(digest, CryptoConstants.KEY_BYTES);
        // "the lowest three bits of the first octet are cleared, the highest bit of the last octet is cleared, and the
        // second highest bit of the last octet is set"
        scalar[0] &= (byte) 0xF8;
        scalar[31] &= 0x7F;
        scalar[31] |= 0x40;
        return scalar;
    }
}

package omega.flock.crypto;

import java.security.InvalidKeyException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * What may come from implementations of one's own or from the JDK's: keys, signatures, the Diffie-Hellman and the AEAD of a
 * handshake. Both give the same bytes and the same refusals. Stateless and thread-safe; callers have checked lengths.
 *
 * <p>The system property {@value #PROPERTY} chooses: {@code own}, the default because it is the faster one, or {@code jdk}.
 */
sealed interface CryptoProvider permits OwnProvider, JdkProvider {

    /** The name of the system property, read once. */
    String PROPERTY = "omega.flock.crypto";

    /**
     * Returns the provider that this process uses.
     *
     * @throws IllegalStateException if the property names none
     */
    static CryptoProvider chosen() {
        return Choice.PROVIDER.orElseThrow(() -> new IllegalStateException(
                "the system property " + PROPERTY + " is \"" + Choice.NAME + "\": it can be own or jdk"));
    }

    /** Returns the provider of a name, if there is one. */
    static Optional<CryptoProvider> named(String name) {
        return switch (name) {
            case "own" -> Optional.of(new OwnProvider());
            case "jdk" -> Optional.of(new JdkProvider());
            default -> Optional.empty();
        };
    }

    /** Returns the public key of a seed. */
    byte[] publicKey(byte[] seed);

    /** Returns the signature of a message, 64 bytes. */
    byte[] sign(byte[] seed, byte[] publicKey, byte[] message);

    /** Tells whether libsodium would accept a signature of 64 bytes under a key of 32. */
    boolean verify(byte[] publicKey, byte[] message, byte[] signature);

    /**
     * Checks a public key and prepares it.
     *
     * @throws InvalidKeyException if libsodium would refuse to multiply it
     */
    Agreement agreement(byte[] publicKey) throws InvalidKeyException;

    /** Seals a plaintext under a key of 32 bytes and a nonce of 12, RFC 8439 §2.8. */
    byte[] seal(byte[] key, byte[] nonce, byte[] ad, byte[] plaintext);

    /**
     * Opens a ciphertext that has at least a tag.
     *
     * @throws AEADBadTagException if it was not sealed with these arguments
     */
    byte[] open(byte[] key, byte[] nonce, byte[] ad, byte[] ciphertext) throws AEADBadTagException;

    /** A public key that passed the checks. Immutable. */
    interface Agreement {

        /**
         * Returns scalar times point, compressed. In constant time.
         *
         * @param scalar 32 bytes, clamped as RFC 8032 §5.1.5 says
         */
        byte[] multiply(byte[] scalar);
    }

    /** Made when the first key is; throws nothing itself, because an exception would lose its text here. */
    final class Choice {

        private static final String NAME = System.getProperty(PROPERTY, "own");
        private static final Optional<CryptoProvider> PROVIDER = named(NAME);

        private Choice() {}
    }
}

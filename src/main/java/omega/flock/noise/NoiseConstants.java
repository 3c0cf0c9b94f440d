package omega.flock.noise;

/** Facts of the protocol, from noise-handshake 4.2.0 and noise-curve-ed 2.1.0; sizes in bytes. There is nothing to tune. */
final class NoiseConstants {

    /** A key, public or of the cipher, and a Diffie-Hellman result. */
    static final int KEY_BYTES = 32;

    /** The authenticator of a ciphertext. */
    static final int TAG_BYTES = 16;

    /** BLAKE2b's output, and the size of chaining key and handshake hash. */
    static final int HASH_BYTES = 64;

    /** "ciphertext length exceeds maximum Noise message length", noise-handshake cipher.js. */
    static final int LARGEST_CIPHERTEXT = 65_535;

    /** The end of the protocol's name; the Diffie-Hellman is called Ed25519, not 25519. */
    static final String SUITE = "_Ed25519_ChaChaPoly_BLAKE2b";

    private NoiseConstants() {}
}

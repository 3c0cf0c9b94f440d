package omega.flock.crypto;

/** Sizes of this layer in bytes: protocol facts, there is nothing to tune. */
final class CryptoConstants {

    /** Keys, seeds, points and scalars. */
    static final int KEY_BYTES = 32;

    /** An Ed25519 signature, RFC 8032 §5.1.6. */
    static final int SIGNATURE_BYTES = 64;

    /** A Poly1305 tag, RFC 8439 §2.5. */
    static final int TAG_BYTES = 16;

    /** A nonce of the IETF ChaCha20, RFC 8439 §2.4. */
    static final int NONCE_BYTES = 12;

    /** A nonce of XSalsa20 and a header of secretstream. */
    static final int EXTENDED_NONCE_BYTES = 24;

    /** What HChaCha20 and HSalsa20 take of an extended nonce. */
    static final int SUBKEY_INPUT_BYTES = 16;

    /** One block of ChaCha20 or Salsa20. */
    static final int BLOCK_BYTES = 64;

    /** What secretstream adds to a message: one byte of tag, then the authenticator. libsodium's ABYTES. */
    static final int STREAM_OVERHEAD = 1 + TAG_BYTES;

    private CryptoConstants() {}

    /** Refuses a caller's array of the wrong size without showing what is in it. */
    static void requireLength(byte[] bytes, int length, String what) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(what + " has " + length + " bytes, not " + bytes.length);
        }
    }
}

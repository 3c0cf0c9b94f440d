package omega.flock.crypto;

import javax.crypto.AEADBadTagException;

/**
 * The AEAD ChaCha20-Poly1305 of RFC 8439, with the nonce that Noise makes of a counter, by the provider that
 * the process uses. Stateless and thread-safe.
 */
public final class ChaChaPoly {

    private static final int COUNTER_OFFSET = 4;
    private static final long MAX_COUNTER = 0xFFFF_FFFFL;

    private ChaChaPoly() {}

    /**
     * Encrypts and authenticates.
     *
     * @param counter the nonce, 0 to 2^32 - 1: noise-handshake 4.2.0 writes 32 bits of it
     * @param ad what is authenticated besides
     * @return 16 bytes more than the plaintext
     */
    public static byte[] seal(byte[] key, long counter, byte[] ad, byte[] plaintext) {
        return CryptoProvider.chosen().seal(checked(key), nonce(counter), ad, plaintext);
    }

    /**
     * Checks and decrypts.
     *
     * @throws AEADBadTagException if the ciphertext was not sealed with these arguments, or is shorter than a tag
     */
    public static byte[] open(byte[] key, long counter, byte[] ad, byte[] ciphertext) throws AEADBadTagException {
        if (ciphertext.length < CryptoConstants.TAG_BYTES) {
            throw new AEADBadTagException("a ciphertext of " + ciphertext.length + " bytes has no tag");
        }
        return CryptoProvider.chosen().open(checked(key), nonce(counter), ad, ciphertext);
    }

    private static byte[] checked(byte[] key) {
        CryptoConstants.requireLength(key, CryptoConstants.KEY_BYTES, "a key of ChaCha20-Poly1305");
        return key;
    }

    private static byte[] nonce(long counter) {
        if (counter < 0 || counter > MAX_COUNTER) {
            throw new IllegalArgumentException("a nonce counter has 32 bits: " + counter);
        }
        byte[] nonce = new byte[CryptoConstants.NONCE_BYTES];
        LittleEndian.putInt32(nonce, COUNTER_OFFSET, (int) counter);
        return nonce;
    }
}

package omega.flock.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;

/**
 * The AEAD ChaCha20-Poly1305 of RFC 8439, with the nonce that Noise makes of a counter. Stateless and thread-safe.
 */
public final class ChaChaPoly {

    private static final int COUNTER_OFFSET = 4;
    private static final long MAX_COUNTER = 0xFFFF_FFFFL;
    private static final byte[] ZEROS = new byte[16];

    private ChaChaPoly() {}

    /**
     * Encrypts and authenticates.
     *
     * @param counter the nonce, 0 to 2^32 - 1: noise-handshake 4.2.0 writes 32 bits of it
     * @param ad what is authenticated besides
     * @return 16 bytes more than the plaintext
     */
    public static byte[] seal(byte[] key, long counter, byte[] ad, byte[] plaintext) {
        ChaCha20 cipher = cipher(key, counter);
        Poly1305 poly = authenticator(cipher);
        byte[] sealed = new byte[plaintext.length + CryptoConstants.TAG_BYTES];
        cipher.apply(plaintext, plaintext.length, sealed);
        authenticate(poly, ad, sealed, plaintext.length, sealed, plaintext.length);
        cipher.wipe();
        return sealed;
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
        int length = ciphertext.length - CryptoConstants.TAG_BYTES;
        ChaCha20 cipher = cipher(key, counter);
        byte[] tag = new byte[CryptoConstants.TAG_BYTES];
        authenticate(authenticator(cipher), ad, ciphertext, length, tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(ciphertext, length, ciphertext.length))) {
            throw new AEADBadTagException("the tag does not match");
        }
        byte[] plaintext = new byte[length];
        cipher.apply(ciphertext, length, plaintext);
        cipher.wipe();
        return plaintext;
    }

    private static ChaCha20 cipher(byte[] key, long counter) {
        CryptoConstants.requireLength(key, CryptoConstants.KEY_BYTES, "a key of ChaCha20-Poly1305");
        if (counter < 0 || counter > MAX_COUNTER) {
            throw new IllegalArgumentException("a nonce counter has 32 bits: " + counter);
        }
        byte[] nonce = new byte[CryptoConstants.NONCE_BYTES];
        LittleEndian.putInt32(nonce, COUNTER_OFFSET, (int) counter);
        return new ChaCha20(key, nonce);
    }

    /** RFC 8439 §2.6: the key of Poly1305 is the first half of block 0; the message begins with block 1. */
    private static Poly1305 authenticator(ChaCha20 cipher) {
        Poly1305 poly = new Poly1305();
        poly.init(cipher.nextBlock(), 0);
        return poly;
    }

    /** RFC 8439 §2.8: ad, zeros up to 16, ciphertext, zeros up to 16, and both lengths. */
    private static void authenticate(Poly1305 poly, byte[] ad, byte[] ciphertext, int length, byte[] tag, int offset) {
        poly.update(ad, 0, ad.length);
        poly.update(ZEROS, 0, -ad.length & 15);
        poly.update(ciphertext, 0, length);
        poly.update(ZEROS, 0, -length & 15);
        byte[] lengths = new byte[2 * Long.BYTES];
        LittleEndian.putInt64(lengths, 0, ad.length);
        LittleEndian.putInt64(lengths, Long.BYTES, length);
        poly.update(lengths, 0, lengths.length);
        poly.finish(tag, offset);
    }
}

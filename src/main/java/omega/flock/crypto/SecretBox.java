package omega.flock.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * XSalsa20-Poly1305, equal to libsodium's {@code crypto_secretbox_easy}. Stateless and thread-safe.
 *
 * <pre>
 *  0                 16
 *  +-----------------+--------------------------------+
 *  | Poly1305 tag    | ciphertext, as long as plain   |
 *  +-----------------+--------------------------------+
 *
 *   keystream:  | 32 key of Poly1305 | 32 for the first bytes | 64 ... |
 * </pre>
 */
public final class SecretBox {

    private static final int POLY_KEY_BYTES = 32;

    private SecretBox() {}

    /**
     * Seals a plaintext.
     *
     * @param key 32 secret bytes
     * @param nonce 24 bytes, never twice under one key
     * @return 16 bytes more than the plaintext
     */
    public static byte[] seal(byte[] key, byte[] nonce, byte[] plaintext) {
        Salsa20 cipher = cipher(key, nonce);
        byte[] block = new byte[CryptoConstants.BLOCK_BYTES];
        cipher.nextBlock(block);
        Poly1305 mac = new Poly1305();
        mac.init(block, 0);
        byte[] box = new byte[CryptoConstants.TAG_BYTES + plaintext.length];
        apply(cipher, block, plaintext, 0, box, CryptoConstants.TAG_BYTES);
        mac.update(box, CryptoConstants.TAG_BYTES, plaintext.length);
        mac.finish(box, 0);
        return box;
    }

    /**
     * Opens a box.
     *
     * @return the plaintext; empty if the box was not sealed under this key and nonce
     */
    public static Optional<byte[]> open(byte[] key, byte[] nonce, byte[] box) {
        Salsa20 cipher = cipher(key, nonce);
        if (box.length < CryptoConstants.TAG_BYTES) {
            return Optional.empty();
        }
        byte[] block = new byte[CryptoConstants.BLOCK_BYTES];
        cipher.nextBlock(block);
        Poly1305 mac = new Poly1305();
        mac.init(block, 0);
        mac.update(box, CryptoConstants.TAG_BYTES, box.length - CryptoConstants.TAG_BYTES);
        byte[] tag = new byte[CryptoConstants.TAG_BYTES];
        mac.finish(tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOf(box, CryptoConstants.TAG_BYTES))) {
            Arrays.fill(block, (byte) 0);
            cipher.wipe();
            return Optional.empty();
        }
        byte[] plaintext = new byte[box.length - CryptoConstants.TAG_BYTES];
        apply(cipher, block, box, CryptoConstants.TAG_BYTES, plaintext, 0);
        return Optional.of(plaintext);
    }

    private static Salsa20 cipher(byte[] key, byte[] nonce) {
        CryptoConstants.requireLength(key, CryptoConstants.KEY_BYTES, "a key of a secret box");
        CryptoConstants.requireLength(nonce, CryptoConstants.EXTENDED_NONCE_BYTES, "a nonce of a secret box");
        return new Salsa20(key, nonce);
    }

    /** "The first block contributes its upper 32 bytes": {@code block} holds it, the cipher stands behind it. */
    private static void apply(Salsa20 cipher, byte[] block, byte[] in, int offset, byte[] out, int outOffset) {
        int length = Math.min(in.length - offset, out.length - outOffset);
        int at = Math.min(length, block.length - POLY_KEY_BYTES);
        xor(block, POLY_KEY_BYTES, in, offset, out, outOffset, at);
        for (; length - at >= block.length; at += block.length) {
            cipher.applyBlock(in, offset + at, out, outOffset + at);
        }
        if (at < length) {
            cipher.nextBlock(block);
            xor(block, 0, in, offset + at, out, outOffset + at, length - at);
        }
        Arrays.fill(block, (byte) 0);
        cipher.wipe();
    }

    private static void xor(byte[] stream, int from, byte[] in, int offset, byte[] out, int outOffset, int length) {
        for (int i = 0; i < length; i++) {
            out[outOffset + i] = (byte) (in[offset + i] ^ stream[from + i]);
        }
    }
}

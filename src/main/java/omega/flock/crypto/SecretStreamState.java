package omega.flock.crypto;

import java.util.Arrays;

/**
 * What both directions of libsodium's {@code secretstream_xchacha20poly1305} share: the state, and the authenticator of a
 * message. Not thread-safe.
 *
 * <pre>
 *   nonce      counter u32 LE, from 1 | inner nonce (8)
 *   keystream  block 0: key of Poly1305    block 1: for the tag and 63 zeros    from block 2 on: for the message
 *   message    first byte of block 1 (1) | ciphertext (n) | Poly1305 (16)
 * </pre>
 */
final class SecretStreamState {

    private static final int INNER_NONCE = 4;
    private static final int INNER_NONCE_BYTES = 8;
    private static final byte REKEY_BIT = 2;
    private static final byte[] ZEROS = new byte[16];

    private final byte[] key;
    private final byte[] nonce = new byte[CryptoConstants.NONCE_BYTES];
    private final byte[] blocks = new byte[2 * CryptoConstants.BLOCK_BYTES];
    private final byte[] lengths = new byte[2 * Long.BYTES];
    private final StreamCipher cipher;
    private final Poly1305 poly = new Poly1305();

    /** "k = HChaCha20(key, header[0..16)), inonce = header[16..24), c = 1". */
    SecretStreamState(byte[] key, byte[] header) {
        CryptoConstants.requireLength(key, CryptoConstants.KEY_BYTES, "a key of secretstream");
        CryptoConstants.requireLength(header, CryptoConstants.EXTENDED_NONCE_BYTES, "a header of secretstream");
        this.key = HChaCha20.derive(key, header);
        this.cipher = new StreamCipher(this.key);
        System.arraycopy(header, CryptoConstants.SUBKEY_INPUT_BYTES, nonce, INNER_NONCE, INNER_NONCE_BYTES);
        counter(1);
    }

    /**
     * Starts the keystream of the next message and passes a byte through block 1.
     *
     * @return the tag for its encryption, or the other way round
     */
    byte start(byte tagByte) {
        cipher.start(nonce);
        Arrays.fill(blocks, (byte) 0);
        blocks[CryptoConstants.BLOCK_BYTES] = tagByte;
        cipher.apply(blocks, 0, blocks.length, blocks, 0);
        return blocks[CryptoConstants.BLOCK_BYTES];
    }

    /** Passes the message through the keystream, in place or from one array to another. */
    void apply(byte[] in, int offset, int length, byte[] out, int outOffset) {
        if (length > 0) {
            cipher.apply(in, offset, length, out, outOffset);
        }
    }

    /**
     * Writes the authenticator of a message: over block 1 as it was sent, the ciphertext, zeros, and two lengths.
     *
     * <p>"The zero run is len(m) mod 16 bytes": libsodium meant the rest to 16, and everybody does as it does.
     */
    void authenticate(byte encryptedTag, byte[] ciphertext, int offset, int length, byte[] mac, int macOffset) {
        blocks[CryptoConstants.BLOCK_BYTES] = encryptedTag;
        poly.init(blocks, 0);
        poly.update(blocks, CryptoConstants.BLOCK_BYTES, CryptoConstants.BLOCK_BYTES);
        poly.update(ciphertext, offset, length);
        poly.update(ZEROS, 0, length & 15);
        // The first length is that of additional data, of which there is none.
        LittleEndian.putInt64(lengths, Long.BYTES, CryptoConstants.BLOCK_BYTES + (long) length);
        poly.update(lengths, 0, lengths.length);
        poly.finish(mac, macOffset);
    }

    /** Moves on to the next message: {@code inonce ^= mac[0..8); c = c + 1; if (t & 2) or c == 0: rekey}. */
    void advance(byte tag, byte[] mac, int macOffset) {
        LittleEndian.putInt64(nonce, INNER_NONCE,
                LittleEndian.int64(nonce, INNER_NONCE) ^ LittleEndian.int64(mac, macOffset));
        int next = LittleEndian.int32(nonce, 0) + 1;
        counter(next);
        if ((tag & REKEY_BIT) != 0 || next == 0) {
            rekey();
        }
    }

    /** Undoes {@link #start}: the next message is the same again. */
    void stay() {
        cipher.forgetNonce();
    }

    /** Sets the number of the next message, so that tests reach the end of the numbers. */
    void counter(int number) {
        LittleEndian.putInt32(nonce, 0, number);
    }

    /** "buf = (k | inonce) xor ChaCha20(k, nonce); k = buf[0..32), inonce = buf[32..40), c = 1". */
    private void rekey() {
        byte[] next = Arrays.copyOf(key, CryptoConstants.KEY_BYTES + INNER_NONCE_BYTES);
        System.arraycopy(nonce, INNER_NONCE, next, CryptoConstants.KEY_BYTES, INNER_NONCE_BYTES);
        cipher.start(nonce);
        cipher.apply(next, 0, next.length, next, 0);
        System.arraycopy(next, 0, key, 0, CryptoConstants.KEY_BYTES);
        System.arraycopy(next, CryptoConstants.KEY_BYTES, nonce, INNER_NONCE, INNER_NONCE_BYTES);
        Arrays.fill(next, (byte) 0);
        cipher.key(key);
        counter(1);
    }
}

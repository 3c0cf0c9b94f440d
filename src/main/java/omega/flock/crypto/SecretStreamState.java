package omega.flock.crypto;

import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both directions of libsodium's {@code secretstream_xchacha20poly1305} share: the state between messages. Not thread-safe.
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

    private final StreamCipherSource ciphers;
    private final byte[] nonce = new byte[CryptoConstants.NONCE_BYTES];
    private SecretKeySpec key;

    /**
     * Begins a stream: "k = HChaCha20(key, header[0..16)), inonce = header[16..24), c = 1".
     *
     * @param ciphers where the direction borrows
     */
    SecretStreamState(byte[] key, byte[] header, StreamCipherSource ciphers) {
        CryptoConstants.requireLength(key, CryptoConstants.KEY_BYTES, "a key of secretstream");
        CryptoConstants.requireLength(header, CryptoConstants.EXTENDED_NONCE_BYTES, "a header of secretstream");
        this.ciphers = ciphers;
        key(HChaCha20.derive(key, header));
        System.arraycopy(header, CryptoConstants.SUBKEY_INPUT_BYTES, nonce, INNER_NONCE, INNER_NONCE_BYTES);
        counter(1);
    }

    /** Borrows what the next message is sealed or opened with, until {@link #advance} or {@link #stay}. */
    StreamCipher borrow() {
        return ciphers.take();
    }

    /**
     * Starts the keystream of the next message and passes a byte through block 1.
     *
     * @return the tag for its encryption, or the other way round
     */
    byte start(StreamCipher cipher, byte tagByte) {
        return cipher.start(key, nonce, tagByte);
    }

    /** Moves on to the next message: {@code inonce ^= mac[0..8); c = c + 1; if (t & 2) or c == 0: rekey}. */
    void advance(StreamCipher cipher, byte tag, byte[] mac) {
        LittleEndian.putInt64(nonce, INNER_NONCE,
                LittleEndian.int64(nonce, INNER_NONCE) ^ LittleEndian.int64(mac, 0));
        int next = LittleEndian.int32(nonce, 0) + 1;
        counter(next);
        if ((tag & REKEY_BIT) != 0 || next == 0) {
            rekey(cipher);
        }
        ciphers.release(cipher);
    }

    /** The next message is the same again. */
    void stay(StreamCipher cipher) {
        ciphers.release(cipher);
    }

    /** Sets the number of the next message, so that tests reach the end of the numbers. */
    void counter(int number) {
        LittleEndian.putInt32(nonce, 0, number);
    }

    /** "buf = (k | inonce) xor ChaCha20(k, nonce); k = buf[0..32), inonce = buf[32..40), c = 1". */
    private void rekey(StreamCipher cipher) {
        byte[] next = Arrays.copyOf(key.getEncoded(), CryptoConstants.KEY_BYTES + INNER_NONCE_BYTES);
        System.arraycopy(nonce, INNER_NONCE, next, CryptoConstants.KEY_BYTES, INNER_NONCE_BYTES);
        cipher.init(key, nonce);
        cipher.apply(next, 0, next.length, next, 0);
        System.arraycopy(next, CryptoConstants.KEY_BYTES, nonce, INNER_NONCE, INNER_NONCE_BYTES);
        key(Arrays.copyOf(next, CryptoConstants.KEY_BYTES));
        Arrays.fill(next, (byte) 0);
        counter(1);
    }

    /** Keeps a copy, and wipes what it was given. */
    private void key(byte[] secret) {
        key = new SecretKeySpec(secret, StreamCipher.ALGORITHM);
        Arrays.fill(secret, (byte) 0);
    }
}

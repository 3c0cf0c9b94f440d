package omega.flock.crypto;

import java.util.Objects;

/**
 * The sending direction of libsodium's {@code secretstream_xchacha20poly1305}. Not thread-safe.
 *
 * <pre>
 *  0     1                          1 + n            17 + n
 *  +-----+--------------------------+----------------+
 *  | tag | ciphertext, n bytes      | authenticator  |
 *  +-----+--------------------------+----------------+
 * </pre>
 */
public final class SecretStreamPush {

    /** How much longer a message is than its plaintext, bytes. */
    public static final int OVERHEAD = CryptoConstants.STREAM_OVERHEAD;

    private final SecretStreamState state;

    /**
     * Begins a stream.
     *
     * @param key 32 secret bytes
     * @param header 24 random bytes, which the receiver has to be told
     * @param ciphers where it borrows for each message
     */
    public SecretStreamPush(byte[] key, byte[] header, StreamCipherSource ciphers) {
        state = new SecretStreamState(key, header, ciphers);
    }

    /**
     * Encrypts one message into {@code out[outOffset .. outOffset + length + 17)}.
     *
     * <p>In one array the plaintext may stand where the ciphertext goes, at {@code outOffset + 1}; it must not overlap the
     * output in any other way.
     *
     * @param tag one of {@link SecretStreamTag}
     */
    public void push(byte tag, byte[] in, int offset, int length, byte[] out, int outOffset) {
        Objects.checkFromIndexSize(offset, length, in.length);
        Objects.checkFromIndexSize(outOffset, length + OVERHEAD, out.length);
        StreamCipher cipher = state.borrow();
        byte encryptedTag = state.start(cipher, tag);
        int ciphertext = outOffset + 1;
        cipher.apply(in, offset, length, out, ciphertext);
        out[outOffset] = encryptedTag;
        byte[] mac = cipher.authenticate(encryptedTag, out, ciphertext, length);
        System.arraycopy(mac, 0, out, ciphertext + length, mac.length);
        state.advance(cipher, tag, mac);
    }

    /** Sets the number of the next message, so that tests reach the end of the numbers. */
    void counter(int number) {
        state.counter(number);
    }
}

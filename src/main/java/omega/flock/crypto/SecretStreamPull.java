package omega.flock.crypto;

import java.util.Objects;
import javax.crypto.AEADBadTagException;

/**
 * The receiving direction of libsodium's {@code secretstream_xchacha20poly1305}; {@link SecretStreamPush} draws a message.
 * Not thread-safe.
 */
public final class SecretStreamPull {

    /** How much longer a message is than its plaintext, bytes. */
    public static final int OVERHEAD = CryptoConstants.STREAM_OVERHEAD;

    private final SecretStreamState state;

    /**
     * Begins a stream.
     *
     * @param key 32 secret bytes
     * @param header the sender's 24 bytes
     * @param ciphers where it borrows for each message
     */
    public SecretStreamPull(byte[] key, byte[] header, StreamCipherSource ciphers) {
        state = new SecretStreamState(key, header, ciphers);
    }

    /**
     * Checks one message and decrypts it into {@code out[outOffset .. outOffset + length - 17)}.
     *
     * <p>In one array the plaintext may go where the ciphertext stands, to {@code offset + 1}; it must not overlap the input
     * in any other way. Nothing is written before the check.
     *
     * @return the length of the plaintext
     * @throws AEADBadTagException if this is not the sender's next message; what would be the next one stays the same
     */
    public int pull(byte[] in, int offset, int length, byte[] out, int outOffset) throws AEADBadTagException {
        Objects.checkFromIndexSize(offset, length, in.length);
        int size = length - OVERHEAD;
        if (size < 0) {
            throw new AEADBadTagException("a message of " + length + " bytes is shorter than its overhead");
        }
        Objects.checkFromIndexSize(outOffset, size, out.length);
        StreamCipher cipher = state.borrow();
        byte tag = state.start(cipher, in[offset]);
        int ciphertext = offset + 1;
        byte[] mac = cipher.authenticate(in[offset], in, ciphertext, size);
        if (!isEqual(mac, in, ciphertext + size)) {
            state.stay(cipher);
            throw new AEADBadTagException("a message of " + length + " bytes is not the sender's next");
        }
        cipher.apply(in, ciphertext, size, out, outOffset);
        state.advance(cipher, tag, mac);
        return size;
    }

    /** Takes the same time wherever they differ. */
    private static boolean isEqual(byte[] mac, byte[] in, int offset) {
        return (LittleEndian.int64(mac, 0) ^ LittleEndian.int64(in, offset)
                | LittleEndian.int64(mac, Long.BYTES) ^ LittleEndian.int64(in, offset + Long.BYTES)) == 0;
    }

    /** Sets the number of the next message, so that tests reach the end of the numbers. */
    void counter(int number) {
        state.counter(number);
    }
}

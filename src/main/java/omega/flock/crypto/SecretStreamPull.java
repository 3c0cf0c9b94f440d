package omega.flock.crypto;

import java.security.MessageDigest;
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
    private final byte[] mac = new byte[CryptoConstants.TAG_BYTES];
    private final byte[] received = new byte[CryptoConstants.TAG_BYTES];

    /**
     * Begins a stream.
     *
     * @param key 32 secret bytes
     * @param header the sender's 24 bytes
     */
    public SecretStreamPull(byte[] key, byte[] header) {
        state = new SecretStreamState(key, header);
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
        byte tag = state.start(in[offset]);
        int ciphertext = offset + 1;
        state.authenticate(in[offset], in, ciphertext, size, mac, 0);
        System.arraycopy(in, ciphertext + size, received, 0, received.length);
        if (!MessageDigest.isEqual(mac, received)) {
            state.stay();
            throw new AEADBadTagException("a message of " + length + " bytes is not the sender's next");
        }
        state.apply(in, ciphertext, size, out, outOffset);
        state.advance(tag, mac, 0);
        return size;
    }

    /** Sets the number of the next message, so that tests reach the end of the numbers. */
    void counter(int number) {
        state.counter(number);
    }
}

package omega.flock.secret;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.crypto.SecretBox;

/**
 * Seals and opens unordered datagrams (secret-stream 6.9.2 {@code send}). Thread-safe. What opens was sealed by
 * whoever has the {@link DatagramKeys}: with those of the protocol likely the peer, and not certainly.
 *
 * <pre>
 *  0            8                 24
 *  +------------+-----------------+--------------------+
 *  | counter LE | Poly1305 tag 16 | ciphertext         |     nonce = counter | 16 x 00
 *  +------------+-----------------+--------------------+
 * </pre>
 */
final class DatagramBox {

    private final byte[] sendKey;
    private final byte[] receiveKey;
    private final AtomicLong counter;

    /**
     * Creates a box.
     *
     * @param firstCounter eight random bytes; "incremented before each use"
     */
    DatagramBox(DatagramKeys keys, long firstCounter) {
        this.sendKey = keys.send();
        this.receiveKey = keys.receive();
        this.counter = new AtomicLong(firstCounter);
    }

    /**
     * {@return the envelope} No number comes again: at a million datagrams a second they last for half a million years, so that nothing here
     * looks for their end. ("When it returns to the initial value the stream is destroyed.")
     */
    byte[] seal(byte[] plaintext) {
        byte[] nonce = nonce(counter.incrementAndGet());
        byte[] box = SecretBox.seal(sendKey, nonce, plaintext);
        byte[] envelope = Arrays.copyOf(nonce, SecretConstants.COUNTER_BYTES + box.length);
        System.arraycopy(box, 0, envelope, SecretConstants.COUNTER_BYTES, box.length);
        return envelope;
    }

    /** Returns the number of a sealed datagram; those of one sender are in the order of their sealing, modulo 2^64. */
    static long number(byte[] envelope) {
        return ByteBuffer.wrap(envelope).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Returns the plaintext; empty for what was not sealed with the peer's key, which is "silently ignored". */
    Optional<byte[]> open(byte[] envelope) {
        if (envelope.length < SecretConstants.DATAGRAM_OVERHEAD) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOf(Arrays.copyOf(envelope, SecretConstants.COUNTER_BYTES), SecretConstants.BOX_NONCE_BYTES);
        return SecretBox.open(receiveKey, nonce,
                Arrays.copyOfRange(envelope, SecretConstants.COUNTER_BYTES, envelope.length));
    }

    private static byte[] nonce(long number) {
        return ByteBuffer.allocate(SecretConstants.BOX_NONCE_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    }
}

package omega.flock.secret;

import java.util.concurrent.ArrayBlockingQueue;
import omega.flock.crypto.StreamCipher;
import omega.flock.crypto.StreamCipherSource;

/**
 * Used by every thread that seals or opens: ciphers that nobody uses now. A stream borrows one only while it has a message in hand, so
 * few serve thousands of idle streams, and a young stream does not wait for the JDK to look one up.
 *
 * <p>There is one for each direction: where both ends of a stream are in one process, the same cipher object would open what it has
 * just sealed, which it refuses to.
 */
final class StreamCipherPool implements StreamCipherSource {

    private final ArrayBlockingQueue<StreamCipher> idle = new ArrayBlockingQueue<>(SecretConstants.IDLE_CIPHERS);

    @Override
    public StreamCipher take() {
        StreamCipher cipher = idle.poll();
        return cipher != null ? cipher : new StreamCipher();
    }

    @Override
    public void release(StreamCipher cipher) {
        idle.offer(cipher); // beyond the bound it is left to the garbage collector
    }
}

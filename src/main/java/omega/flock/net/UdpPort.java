package omega.flock.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A bound UDP port. What arrives goes to the {@link DatagramHandler} that it was bound with, on the port's one reader.
 *
 * <pre>
 *   OPEN ──close()──► CLOSED      absorbing; a closed port neither sends nor delivers
 * </pre>
 */
public interface UdpPort extends AutoCloseable {

    /** Returns the address that the port is bound to; the port number is never 0. */
    InetSocketAddress localAddress();

    /**
     * Sends the remaining bytes of {@code datagram} as one datagram. Thread-safe. May block shortly while the kernel's
     * buffer is full.
     *
     * @throws IOException if the system refuses it (too long for the path, no route) or the port is closed; a datagram
     *     that was accepted may get lost all the same
     */
    void send(ByteBuffer datagram, InetSocketAddress to) throws IOException;

    /** Tells whether the port has not been closed. */
    boolean isOpen();

    /** Closes the port and ends its reader. Idempotent, from any thread, also from the reader. */
    @Override
    void close();
}

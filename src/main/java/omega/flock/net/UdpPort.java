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
     * buffer is full, except on the port's reader.
     *
     * @throws IOException if the system refuses it (too long for the path, no route) or the port is closed; a datagram
     *     that was accepted may get lost all the same
     */
    void send(ByteBuffer datagram, InetSocketAddress to) throws IOException;

    /**
     * Sends a batch in its order, as few calls to the kernel as it takes. Thread-safe for different batches.
     *
     * @param patient whether to wait shortly while the kernel's buffer is full; a reader must not
     * @return how many datagrams the system refused: they are lost, as on any network
     */
    default int send(DatagramBatch batch, boolean patient) {
        int refused = 0;
        for (int i = 0; i < batch.count(); i++) {
            try {
                send(batch.datagram(i), batch.address(i));
            } catch (IOException e) {
                // Too long for the path, no route, the port is closed: the sender's recovery deals with what does not arrive.
                refused++;
            }
        }
        return refused;
    }

    /**
     * Sends a datagram that routers drop after so many hops, which opens a mapping in the own NAT without reaching the peer's. Never
     * blocks.
     *
     * @param ttl hops, 1 to 255
     * @return false, and nothing was sent, if this port cannot (yet): only one with the kernel's own calls at hand can
     * @throws IOException as {@link #send} does
     */
    default boolean sendWithTtl(ByteBuffer datagram, InetSocketAddress to, int ttl) throws IOException {
        return false;
    }

    /**
     * While datagrams are delivered, before anybody is woken: one of them is for this conversation.
     *
     * @param conversation the same object each time, also for {@link #beginReading}
     */
    default void arrivedFor(Object conversation) {}

    /**
     * On a user who is going to wait: asks whether to wait here, because nothing else goes on at this port. Never blocks.
     *
     * @param inConversation whether it waits for the reply to what it has just written; who does so again and again gets to read
     * @return false if the user has to wait until it is woken; else it has to call {@link #readInTurn}
     */
    default boolean beginReading(Object conversation, boolean inConversation) {
        return false;
    }

    /**
     * Reads once what is there or comes within a millisecond, and delivers it as the port's reader does. To be called without a lock.
     * Of an interrupt it takes no notice.
     */
    default void readInTurn() {}

    /** Tells whether the port neither has been closed nor has failed. */
    boolean isOpen();

    /** Closes the port and ends its reader. Idempotent, from any thread, also from the reader. */
    @Override
    void close();
}

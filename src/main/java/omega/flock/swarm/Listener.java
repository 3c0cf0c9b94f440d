package omega.flock.swarm;

import java.io.IOException;
import java.util.List;
import omega.flock.base.PeerAddress;

/**
 * A key that others can dial.
 *
 * @param <L> its connections
 */
public interface Listener<L extends Link> extends AutoCloseable {

    /**
     * Waits for the next connection.
     *
     * @throws IOException once the listener is closed
     */
    L accept() throws IOException, InterruptedException;

    /** Returns the nodes through which the key is reached now. */
    List<PeerAddress> relayAddresses();

    /** Stops listening and withdraws the key from the network, for a bounded time. Idempotent. */
    @Override
    void close();
}

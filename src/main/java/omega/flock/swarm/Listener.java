package omega.flock.swarm;

import java.io.IOException;
import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.swarm.machine.Link;

/** A key that others can dial. */
public interface Listener extends AutoCloseable {

    /**
     * Waits for the next connection.
     *
     * @throws IOException once the listener is closed
     */
    Link accept() throws IOException, InterruptedException;

    /** Returns the nodes through which the key is reached now. */
    List<PeerAddress> relayAddresses();

    /** Stops listening and withdraws the key from the network, for a bounded time. Idempotent. */
    @Override
    void close();
}

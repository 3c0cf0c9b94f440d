package omega.flock.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.peer.PeerServer;

/**
 * A listening key: peers that dial it become connections here. Closing it leaves accepted connections alone. Thread-safe.
 */
public final class GatewayServer implements AutoCloseable {

    private final PeerServer server;

    GatewayServer(PeerServer server) {
        this.server = server;
    }

    /** Returns the key under which this server is reached. */
    public PublicKey publicKey() {
        return server.publicKey();
    }

    /** Returns the nodes through which this server can be reached now, at most three: worth handing to peers. */
    public List<PeerAddress> relayAddresses() {
        return server.relayAddresses();
    }

    /**
     * Blocks for the next connection.
     *
     * @throws IOException a {@link omega.flock.base.FlockException} with code {@code SERVER_CLOSED} once it is closed
     */
    public Connection accept() throws IOException, InterruptedException {
        return new Connection(server.accept());
    }

    /** Blocks for the next connection for a limited time; empty when there was none. */
    public Optional<Connection> accept(Duration timeout) throws IOException, InterruptedException {
        return server.accept(Objects.requireNonNull(timeout, "timeout")).map(Connection::new);
    }

    /** Announces the key again soon, after a change of the network for example. Does not wait. */
    public void refresh() {
        server.refresh();
    }

    /** Tells whether the server has not been closed. */
    public boolean isOpen() {
        return server.isOpen();
    }

    /**
     * Stops listening: withdraws the announcement (bounded). Idempotent. Connections that nobody has accepted are reset,
     * as with a {@link java.net.ServerSocket}, though their peers may see them as open already: nobody can take them any
     * more. Accepted connections live on.
     *
     * <p>The nodes that held the announcement are asked to forget it, and honest ones do at once; those that are not, or are not
     * reached, may show it until it expires, after 27 minutes at most, and can tell from then on that the key was here and is gone.
     */
    @Override
    public void close() {
        server.close();
    }

    /** The same at once; the announcement is left to expire. Idempotent. */
    public void closeNow() {
        server.closeNow();
    }
}

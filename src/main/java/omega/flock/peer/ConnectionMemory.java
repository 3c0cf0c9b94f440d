package omega.flock.peer;

import omega.flock.base.CloseReason;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SharedMemory;
import omega.flock.secret.SecretStream;

/** What a connection that a peer has opened takes of the node's memory for as long as it lives, however idle it is. */
final class ConnectionMemory extends SharedMemory.Tenant {

    /** Why a connection ends for which there is no memory. */
    static final CloseReason NEEDED = CloseReason.closedLocally(SharedMemory.NEEDED);

    private final SecretStream connection;
    private final NetworkSource source;

    private ConnectionMemory(SecretStream connection) {
        this.connection = connection;
        this.source = NetworkSource.of(connection.remoteAddress());
    }

    /** {@return whether there was memory for a connection, which gives it back when it ends} */
    static boolean admit(SharedMemory memory, SecretStream connection) {
        ConnectionMemory part = new ConnectionMemory(connection);
        boolean admitted = memory.reserve(part, PeerConstants.CONNECTION_BYTES);
        connection.onClose(reason -> memory.leave(part));
        return admitted;
    }

    /**
     * {@return whether a source has to wait with another connection: there is no memory left, and it holds about as much as anybody} A
     * handshake would only push out somebody else's, and a thousand sources that do that to each other would leave no time for those who
     * have nothing.
     */
    static boolean mustWait(SharedMemory memory, NetworkSource source) {
        return memory.isFullFor(source, PeerConstants.CONNECTION_BYTES, PeerConstants.DISPLACING_CONNECTIONS * PeerConstants.CONNECTION_BYTES);
    }

    @Override
    protected Object source() {
        return source;
    }

    @Override
    protected boolean isConnection() {
        return true;
    }

    @Override
    protected void evict() {
        connection.abort(NEEDED);
    }
}

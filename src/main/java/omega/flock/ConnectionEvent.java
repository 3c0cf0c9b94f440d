package omega.flock;

import java.util.Objects;
import omega.flock.gateway.Connection;

/**
 * A new connection and whose it is.
 *
 * @param connection the connection; it may have ended already, with data still to be read
 * @param peer what the flock knows about the peer
 */
public record ConnectionEvent(Connection connection, PeerInfo peer) {

    /** Checks that nothing is missing. */
    public ConnectionEvent {
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(peer, "peer");
    }
}

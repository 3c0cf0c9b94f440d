package omega.flock;

import omega.flock.gateway.Connection;

/** Takes new connections. */
@FunctionalInterface
public interface ConnectionHandler {

    /**
     * Takes one connection, on a virtual thread of its own, which may block as long as it likes; it is interrupted when the
     * flock is closed. The connection stays open when this returns: whoever takes it closes it. What this throws is logged,
     * resets the connection and hurts nobody else.
     *
     * @param connection the connection, open
     * @param peer what the flock knows about the peer; its topics are empty if the peer dialled and was not discovered here
     */
    void accept(Connection connection, PeerInfo peer) throws Exception;
}

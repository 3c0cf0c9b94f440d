package omega.flock.swarm;

/**
 * A new connection and whose it is.
 *
 * @param link the connection
 * @param peer the peer
 * @param <L> the connection
 */
public record LinkEvent<L extends Link>(L link, PeerHandle peer) {}

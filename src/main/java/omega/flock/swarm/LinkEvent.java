package omega.flock.swarm;

import omega.flock.swarm.machine.Link;

/**
 * A new connection and whose it is.
 *
 * @param link the connection
 * @param peer the peer
 */
public record LinkEvent(Link link, PeerHandle peer) {}

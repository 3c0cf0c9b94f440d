package omega.flock.swarm;

import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.Peer;

/**
 * A new connection and whose it is.
 *
 * @param link the connection
 * @param peer the peer, of whom {@link Swarm#read} reads
 */
public record LinkEvent(Link link, Peer peer) {}

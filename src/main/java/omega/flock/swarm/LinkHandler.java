package omega.flock.swarm;

import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.Peer;

/** Takes a new connection, on a virtual thread of its own. */
@FunctionalInterface
public interface LinkHandler {

    /** Takes the connection; may block, may throw. The peer is read by {@link Swarm#read}. */
    void accept(Link link, Peer peer) throws Exception;
}

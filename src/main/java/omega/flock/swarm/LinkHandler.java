package omega.flock.swarm;

import omega.flock.swarm.machine.Link;

/** Takes a new connection, on a virtual thread of its own. */
@FunctionalInterface
public interface LinkHandler {

    /** Takes the connection; may block, may throw. */
    void accept(Link link, PeerHandle peer) throws Exception;
}

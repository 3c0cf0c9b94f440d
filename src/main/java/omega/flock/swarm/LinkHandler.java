package omega.flock.swarm;

/**
 * Takes a new connection, on a virtual thread of its own.
 *
 * @param <L> the connection
 */
@FunctionalInterface
public interface LinkHandler<L extends Link> {

    /** Takes the connection; may block, may throw. */
    void accept(L link, PeerHandle peer) throws Exception;
}

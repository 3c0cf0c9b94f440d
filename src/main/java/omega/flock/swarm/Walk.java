package omega.flock.swarm;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.gateway.FoundPeer;

/** A lookup or announcement under way. */
public interface Walk extends AutoCloseable {

    /**
     * Waits for the next node's answer.
     *
     * @return the peers it knows, or empty when the walk has ended
     * @throws IOException if the walk failed
     */
    Optional<List<FoundPeer>> next() throws IOException, InterruptedException;

    /**
     * Waits until the requests that follow the walk have ended too.
     *
     * @throws IOException if they failed
     */
    void await() throws IOException, InterruptedException;

    /**
     * Waits for that at most so long.
     *
     * @return false if they have not ended
     * @throws IOException if they failed, or were cancelled
     */
    boolean await(Duration limit) throws IOException, InterruptedException;

    /** Returns the closest nodes that have answered so far. */
    List<PeerAddress> closestNodes();

    /** Ends the walk; never waits. Idempotent. */
    @Override
    void close();
}

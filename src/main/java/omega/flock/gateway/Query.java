package omega.flock.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import omega.flock.base.PeerAddress;

/**
 * A walk through the distributed hash table towards a target, and what the nodes on the way answered.
 *
 * <p>The walk starts when the query is made and goes on by itself; iterating it waits for the next reply. A reader that is
 * slow slows the walk down. Replies can be iterated once. Close a query that is no longer needed: its walk ends at once.
 *
 * @param <T> what a node answers
 */
public interface Query<T> extends Iterable<T>, AutoCloseable {

    /**
     * Returns the replies as they arrive. {@code hasNext()} blocks until one is there or the walk has ended.
     *
     * @return an iterator whose methods throw {@link java.io.UncheckedIOException} when the walk failed, around an
     *     {@link java.io.InterruptedIOException} (with the interrupt flag still set) when the thread was interrupted, which
     *     does not end the walk
     */
    @Override
    Iterator<T> iterator();

    /**
     * Waits until the walk and the requests that follow it have ended, dropping replies that nobody iterates.
     *
     * @throws IOException if the walk failed
     */
    void await() throws IOException, InterruptedException;

    /**
     * Waits as {@link #await()} does, for a limited time.
     *
     * @return false if it had not ended by then; it goes on
     */
    boolean await(Duration timeout) throws IOException, InterruptedException;

    /** Returns the nodes closest to the target that answered so far, closest first, at most 20. */
    List<PeerAddress> closestNodes();

    /** Ends the walk; a reader sees no further replies. Never throws; idempotent. */
    @Override
    void close();
}

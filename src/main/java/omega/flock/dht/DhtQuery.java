package omega.flock.dht;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;

/**
 * A walk towards a target, and what the nodes on the way answered. The walk runs on threads of its own from the start; the
 * methods here run on the caller's and may be called from several.
 *
 * <p>A reader that is slow slows the walk down; {@link #awaitFinished} drops what nobody reads. Closing ends the walk.
 *
 * @param <T> what a node answers
 */
public final class DhtQuery<T> implements Iterable<DhtReply<T>>, AutoCloseable {

    private final RpcQuery query;
    private final Function<RpcReply, Optional<T>> mapper;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<DhtReply<T>> own; // guarded by lock

    /**
     * Wraps a walk.
     *
     * @param mapper makes the answer of a reply; replies for which it yields nothing are skipped
     * @param own    answers of this node itself, which come first
     */
    DhtQuery(RpcQuery query, Function<RpcReply, Optional<T>> mapper, List<DhtReply<T>> own) {
        this.query = query;
        this.mapper = mapper;
        this.own = new ArrayDeque<>(own);
    }

    /**
     * Waits for the next answer.
     *
     * @return empty when the walk has ended and every answer was taken
     * @throws IOException if the walk failed, or what follows it did: {@code TOO_FEW_NODES}, {@code QUERY_TIMEOUT},
     *     {@code REQUEST_DESTROYED} after {@link #close}, or why the last of the closest nodes refused when all of them did
     */
    public Optional<DhtReply<T>> next() throws IOException, InterruptedException {
        Optional<DhtReply<T>> first = nextOwn();
        if (first.isPresent()) {
            return first;
        }
        for (Optional<RpcReply> reply = query.next(); reply.isPresent(); reply = query.next()) {
            RpcReply found = reply.get();
            Optional<T> value = mapper.apply(found);
            if (value.isPresent()) {
                return Optional.of(new DhtReply<>(found.from(), found.fromId(), found.to(), found.token(), value.get()));
            }
        }
        return Optional.empty();
    }

    private Optional<DhtReply<T>> nextOwn() {
        lock.lock();
        try {
            return Optional.ofNullable(own.poll());
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return the answers as they come; {@code hasNext()} waits as {@link #next} does} Its failures are
     * {@link UncheckedIOException}s; an interrupt is one around an {@link InterruptedIOException}, with the interrupt flag set
     * again, and does not end the walk.
     */
    @Override
    public Iterator<DhtReply<T>> iterator() {
        return new Iterator<>() {
            private Optional<DhtReply<T>> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                if (ahead.isEmpty()) {
                    ahead = nextUnchecked();
                }
                return ahead.isPresent();
            }

            @Override
            public DhtReply<T> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the walk has ended");
                }
                DhtReply<T> reply = ahead.get();
                ahead = Optional.empty();
                return reply;
            }
        };
    }

    private Optional<DhtReply<T>> nextUnchecked() {
        try {
            return next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for a node's answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the walk and of what follows it, dropping answers; fails as {@link #next} does. */
    public void awaitFinished() throws IOException, InterruptedException {
        query.awaitFinished();
    }

    /** Waits as {@link #awaitFinished()} does, for a limited time; returns false if it goes on. */
    public boolean awaitFinished(Duration timeout) throws IOException, InterruptedException {
        return query.awaitFinished(timeout);
    }

    /** {@return the nodes closest to the target that answered so far, closest first, at most 20: seeds for the next walk} */
    public List<PeerAddress> closestNodes() {
        return query.closestReplies().stream().map(RpcReply::from).toList();
    }

    /** {@return their replies, with the tokens they gave, whether they had an answer or not} */
    public List<RpcReply> closestReplies() {
        return query.closestReplies();
    }

    /** Ends the walk and its requests; a reader gets no further answer. Does not wait, never throws, idempotent. */
    @Override
    public void close() {
        query.close();
    }
}

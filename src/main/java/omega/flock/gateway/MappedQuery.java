package omega.flock.gateway;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtReply;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;

/**
 * A walk of the DHT node whose answers are turned into exported values; runs on the thread that iterates.
 *
 * @param <S> the answer as it came
 * @param <T> the answer as users see it
 */
final class MappedQuery<S, T> implements Query<T> {

    /** Why a walk that has ended has met nobody. */
    @FunctionalInterface
    interface Silence {

        /** {@return why no node can have answered; empty if some could} Waits until that is known. */
        Optional<FlockException> cause() throws InterruptedException;
    }

    private final RpcQuery<DhtReply<S>> walk;
    private final Function<DhtReply<S>, T> mapper;
    private final Silence silence;

    MappedQuery(RpcQuery<DhtReply<S>> walk, Function<DhtReply<S>, T> mapper, Silence silence) {
        this.walk = walk;
        this.mapper = mapper;
        this.silence = silence;
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            private Optional<T> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                if (ahead.isEmpty()) {
                    ahead = nextUnchecked();
                }
                return ahead.isPresent();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the walk has ended");
                }
                T reply = ahead.get();
                ahead = Optional.empty();
                return reply;
            }
        };
    }

    private Optional<T> nextUnchecked() {
        try {
            Optional<T> next = walk.next().map(mapper);
            if (next.isEmpty()) {
                requireNodes();
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for a node's answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void await() throws IOException, InterruptedException {
        walk.awaitFinished();
        requireNodes();
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        boolean finished = walk.awaitFinished(timeout);
        if (finished) {
            requireNodes();
        }
        return finished;
    }

    /** That nobody was found says nothing if nobody could be asked. */
    private void requireNodes() throws FlockException, InterruptedException {
        Optional<FlockException> cause = walk.closestReplies().isEmpty() ? silence.cause() : Optional.empty();
        if (cause.isPresent()) {
            throw cause.get();
        }
    }

    @Override
    public List<PeerAddress> closestNodes() {
        return walk.closestReplies().stream().map(RpcReply::from).toList();
    }

    @Override
    public void close() {
        walk.close();
    }
}

package omega.flock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtQuery;
import omega.flock.dht.DhtReply;

/**
 * A walk of the DHT node whose answers are turned into exported values; runs on the thread that iterates.
 *
 * @param <S> the answer as it came
 * @param <T> the answer as users see it
 */
final class MappedQuery<S, T> implements Query<T> {

    private final DhtQuery<S> walk;
    private final Function<DhtReply<S>, T> mapper;
    private final Supplier<Optional<FlockException>> silence;

    /** @param silence why no node can have answered; empty if some could */
    MappedQuery(DhtQuery<S> walk, Function<DhtReply<S>, T> mapper, Supplier<Optional<FlockException>> silence) {
        this.walk = walk;
        this.mapper = mapper;
        this.silence = silence;
    }

    @Override
    public Iterator<T> iterator() {
        Iterator<DhtReply<S>> replies = walk.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return replies.hasNext() || ended();
            }

            @Override
            public T next() {
                return mapper.apply(replies.next());
            }
        };
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

    /** {@return false} That nobody was found says nothing if nobody could be asked. */
    private boolean ended() {
        try {
            requireNodes();
        } catch (FlockException e) {
            throw new UncheckedIOException(e);
        }
        return false;
    }

    private void requireNodes() throws FlockException {
        Optional<FlockException> cause = walk.closestNodes().isEmpty() ? silence.get() : Optional.empty();
        if (cause.isPresent()) {
            throw cause.get();
        }
    }

    @Override
    public List<PeerAddress> closestNodes() {
        return walk.closestNodes();
    }

    @Override
    public void close() {
        walk.close();
    }
}

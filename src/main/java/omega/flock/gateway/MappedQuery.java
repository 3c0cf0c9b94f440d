package omega.flock.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
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

    MappedQuery(DhtQuery<S> walk, Function<DhtReply<S>, T> mapper) {
        this.walk = walk;
        this.mapper = mapper;
    }

    @Override
    public Iterator<T> iterator() {
        Iterator<DhtReply<S>> replies = walk.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return replies.hasNext();
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
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return walk.awaitFinished(timeout);
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

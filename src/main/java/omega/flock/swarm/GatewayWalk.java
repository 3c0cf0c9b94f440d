package omega.flock.swarm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.gateway.FoundPeer;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;

/** A walk of a gateway; runs on the thread of the refresh. */
final class GatewayWalk implements Walk {

    private final Query<LookupReply> query;
    private final Iterator<LookupReply> replies;

    GatewayWalk(Query<LookupReply> query) {
        this.query = query;
        this.replies = query.iterator();
    }

    @Override
    public Optional<List<FoundPeer>> next() throws IOException, InterruptedException {
        try {
            return replies.hasNext() ? Optional.of(replies.next().peers()) : Optional.empty();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof InterruptedIOException && Thread.interrupted()) {
                throw new InterruptedException(e.getCause().getMessage());
            }
            throw e.getCause();
        }
    }

    @Override
    public void await() throws IOException, InterruptedException {
        query.await();
    }

    @Override
    public boolean await(Duration limit) throws IOException, InterruptedException {
        return query.await(limit);
    }

    @Override
    public List<PeerAddress> closestNodes() {
        return query.closestNodes();
    }

    @Override
    public void close() {
        query.close();
    }
}

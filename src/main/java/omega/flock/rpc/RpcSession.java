package omega.flock.rpc;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;

/**
 * Requests and queries that are ended together. Works on the threads of its callers; thread-safe. It stays usable after
 * {@link #cancelAll}, and ends at once whatever comes after {@link #close}.
 */
public final class RpcSession implements AutoCloseable {

    private final RequestPool pool;
    private final NodeQueries starter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<RequestHandle> requests = new HashSet<>(); // guarded by lock
    private final Set<RpcQuery<?>> queries = new HashSet<>(); // guarded by lock
    private volatile boolean closed;

    RpcSession(RequestPool pool, NodeQueries starter) {
        this.pool = pool;
        this.starter = starter;
    }

    /** Sends a request and waits for its end, as {@link RpcNode#request} does. */
    public RpcReply request(RpcRequest request, PeerAddress to) throws FlockException, InterruptedException {
        return BlockingReply.request(pool, request, to, Optional.of(this));
    }

    /** Sends a request, as {@link RpcNode#send} does. */
    public RequestHandle send(RpcRequest request, PeerAddress to, ReplyListener listener) {
        return pool.send(request, to, Optional.empty(), listener, Optional.of(this));
    }

    /** Sends a request to a node that is known by its id. */
    RequestHandle send(RpcRequest request, RpcPeer to, ReplyListener listener) {
        return pool.send(request, to.address(), Optional.of(to.id()), listener, Optional.of(this));
    }

    /** Starts a query, as {@link RpcNode#query} does. */
    public <T> RpcQuery<T> query(QueryRequest<T> request) {
        RpcQuery<T> query = starter.start(request, List.of(), Optional.of(this));
        if (closed) {
            query.close();
        }
        return query;
    }

    /** Ends everything that is under way: requests fail with this, queries are closed. */
    public void cancelAll(FlockException reason) {
        List<RequestHandle> cancelled;
        List<RpcQuery<?>> closed;
        lock.lock();
        try {
            cancelled = List.copyOf(requests);
            closed = List.copyOf(queries);
        } finally {
            lock.unlock();
        }
        cancelled.forEach(request -> request.cancel(reason));
        closed.forEach(RpcQuery::close);
    }

    /** Ends everything that is under way with the code {@code REQUEST_DESTROYED}, and whatever comes. Idempotent. */
    @Override
    public void close() {
        // First: what is not seen here, because it is attached later, sees that.
        closed = true;
        if (live() > 0) {
            cancelAll(refusal());
        }
    }

    /** Tells whether nothing can be sent any more. */
    boolean isClosed() {
        return closed;
    }

    /** Returns what a request of a closed session fails with. */
    FlockException refusal() {
        return new FlockException(Code.REQUEST_DESTROYED, "the session was closed");
    }

    /** Returns how many requests and queries are under way. */
    public int live() {
        lock.lock();
        try {
            return requests.size() + queries.size();
        } finally {
            lock.unlock();
        }
    }

    void attach(RequestHandle request) {
        lock.lock();
        try {
            requests.add(request);
        } finally {
            lock.unlock();
        }
    }

    void detach(RequestHandle request) {
        lock.lock();
        try {
            requests.remove(request);
        } finally {
            lock.unlock();
        }
    }

    void attach(RpcQuery<?> query) {
        lock.lock();
        try {
            queries.add(query);
        } finally {
            lock.unlock();
        }
    }

    void detach(RpcQuery<?> query) {
        lock.lock();
        try {
            queries.remove(query);
        } finally {
            lock.unlock();
        }
    }
}

package omega.flock.rpc;

import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** Starts the queries of a node, gives them what they need of it, and ends them with it. Thread-safe. */
final class NodeQueries implements QueryHost {

    private final RpcConfig config;
    private final NodeState state;
    private final RequestPool pool;
    private final Upkeep upkeep;
    private final BootstrapResolver bootstrap;
    private final DeadlineQueue deadlines;
    private final TaskScope scope;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final RpcSession all; // the queries under way

    NodeQueries(RpcConfig config, NodeState state, RequestPool pool, Upkeep upkeep, BootstrapResolver bootstrap,
            DeadlineQueue deadlines, TaskScope scope, Ticker ticker, RpcCounters counters) {
        this.config = config;
        this.state = state;
        this.pool = pool;
        this.upkeep = upkeep;
        this.bootstrap = bootstrap;
        this.deadlines = deadlines;
        this.scope = scope;
        this.ticker = ticker;
        this.counters = counters;
        this.all = new RpcSession(pool, this);
    }

    /** Ends all queries, and whatever comes. Before requests fail: a walk would go on from node to node. Idempotent. */
    void close() {
        all.close();
    }

    /** Starts a query whose consumer gets something of our own first. */
    <T> RpcQuery<T> start(QueryRequest<T> request, List<T> own, Optional<RpcSession> session) {
        return start(request, own, session, Optional.empty());
    }

    /** Starts a walk that keeps the table fresh, and yields to other traffic. */
    RpcQuery<RpcReply> background(NodeId target) {
        IntSupplier pace = () -> pool.inFlight() < RpcConstants.QUIET_REQUESTS
                ? RpcConstants.DEFAULT_CONCURRENCY : RpcConstants.BACKGROUND_CONCURRENCY;
        return start(QueryRequest.findNode(target).withConcurrency(RpcConstants.BACKGROUND_CONCURRENCY), List.of(), Optional.empty(),
                Optional.of(pace));
    }

    /** Starts a walk to a place in the table of which nobody waits for the end. */
    void refresh(double random) {
        background(state.refreshTarget(random)).drain();
    }

    @Override
    public DeadlineQueue.Entry schedule(long deadlineNanos, Runnable action) {
        return deadlines.schedule(deadlineNanos, action);
    }

    @Override
    public RpcSession session() {
        return new RpcSession(pool, this);
    }

    @Override
    public List<RpcPeer> closestNodes(NodeId target, int limit) {
        return state.closest(target, limit);
    }

    @Override
    public Optional<List<RpcPeer>> knownBootstrapNodes() {
        return bootstrap.known();
    }

    @Override
    public List<RpcPeer> bootstrapNodes() throws InterruptedException {
        return bootstrap.resolve();
    }

    @Override
    public boolean admits(RpcPeer peer) {
        return !peer.id().equals(state.tableId()) && config.nodeFilter().test(peer);
    }

    @Override
    public void sendDownHint(IterativeQuery.DownHint hint) {
        upkeep.sendDownHint(hint);
    }

    private <T> RpcQuery<T> start(QueryRequest<T> request, List<T> own, Optional<RpcSession> session, Optional<IntSupplier> pace) {
        state.queryStarted();
        RpcQuery<T> query = new RpcQuery<>(request, own, this, scope, ticker, counters, all, session, pace);
        query.start();
        return query;
    }
}

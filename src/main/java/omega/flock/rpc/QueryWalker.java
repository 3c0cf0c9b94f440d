package omega.flock.rpc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * Makes one query. Its virtual thread {@code rpc-query} begins the walk, waits for the end of it, and commits. In between whoever
 * ends a visit goes on with the walk, a reader as a rule, so that a reply costs no wake-up: one thread at a time, and what others
 * have to tell meanwhile waits in the inbox for that one.
 *
 * <pre>
 *   query's thread:  seed, first visits ──► wait ─────────────────────────────────► commits
 *   readers:                                  reply, next visit ... last reply ──┘
 * </pre>
 */
final class QueryWalker<T> {

    /** What makes the walk go on. */
    private sealed interface Event {

        record Replied(RpcPeer visited, RpcReply reply) implements Event {}

        record TimedOut(RpcPeer visited) implements Event {}

        record Failed(RpcPeer visited) implements Event {}

        record Slow(RpcPeer visited) implements Event {}

        record Todo(IterativeQuery.Step step) implements Event {}
    }

    private final QueryRequest<T> request;
    private final RpcQuery<T> query;
    private final QueryHost host;
    private final TaskScope scope;
    private final RpcCounters counters;
    private final Optional<IntSupplier> pace;
    private final RpcSession visits;
    private final RpcRequest visit; // the same for every node
    private final long deadlineNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final IterativeQuery walk; // guarded by lock; only the thread that goes on with the walk changes it
    private final Deque<Event> inbox = new ArrayDeque<>(); // guarded by lock; at most one end and one slow mark per visit
    private final Optional<QueryCommits> commits;
    private Optional<Task<Void>> runner = Optional.empty(); // guarded by lock
    private boolean advancing = true; // guarded by lock; somebody goes on with the walk: at first the query's thread
    private boolean walked; // guarded by lock; the walk has reached its end
    private boolean broken; // guarded by lock; by an unchecked exception, which whoever went on with the walk has seen
    private boolean cancelled; // guarded by lock
    private boolean expired; // guarded by lock

    QueryWalker(QueryRequest<T> request, RpcQuery<T> query, QueryHost host, TaskScope scope, Ticker ticker, RpcCounters counters,
            Optional<IntSupplier> pace) {
        this.request = request;
        this.query = query;
        this.host = host;
        this.scope = scope;
        this.counters = counters;
        this.pace = pace;
        this.visits = host.session();
        this.visit = new RpcRequest(request.command(), request.internal(), Optional.of(request.target()), Optional.empty(),
                request.value(), request.retries(), Optional.empty(), Optional.empty(), false);
        this.commits = request.commit().map(commit -> new QueryCommits(commit, query, visits));
        this.deadlineNanos = ticker.nanoTime() + request.deadline().toNanos();
        this.walk = new IterativeQuery(request.target(), request.nodes().stream().map(RpcPeer::of).toList(),
                request.onlyNodes(), request.concurrency());
    }

    /** Starts the thread; on a scope that has ended the query fails instead. */
    void start() {
        try {
            Task<Void> task = scope.fork("rpc-query", this::run);
            lock.lock();
            try {
                runner = Optional.of(task);
            } finally {
                lock.unlock();
            }
        } catch (RejectedExecutionException e) {
            query.end(Optional.of(destroyed("the node is closed")));
        }
    }

    /** Ends the walk or the commits soon. */
    void cancel() {
        Optional<Task<Void>> running;
        lock.lock();
        try {
            cancelled = true;
            running = runner;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        running.ifPresent(Task::cancel);
    }

    /** There may be room for a reply again: goes on with the walk, if nobody does. */
    void wake() {
        lock.lock();
        try {
            if (advancing) {
                return;
            }
            advancing = true;
        } finally {
            lock.unlock();
        }
        advance(nextEvent());
    }

    List<RpcReply> closestReplies() {
        return locked(walk::closestReplies);
    }

    int successes() {
        return locked(walk::successes);
    }

    int errors() {
        return locked(walk::errors);
    }

    private void run() {
        // The node's deadline thread waits for all queries: a wait with a timeout of its own would cost each query a timer.
        DeadlineQueue.Entry deadline = host.schedule(deadlineNanos, this::expire);
        boolean known = false;
        Optional<FlockException> failure = Optional.empty();
        try {
            advance(seed());
            awaitEndOfWalk();
            // Visits that take too long to wait for do not matter any more; the commits are still to come.
            if (visits.live() > 0) {
                visits.cancelAll(destroyed("the walk is over"));
            }
            if (commits.isPresent()) {
                commits.get().run(closestReplies());
            }
            known = true;
        } catch (FlockException e) {
            known = true;
            failure = Optional.of(e);
        } catch (InterruptedException | RejectedExecutionException e) {
            // The thread ends here, and its interrupt with it.
            known = true;
            failure = Optional.of(destroyed("the query was closed"));
        } finally {
            deadline.cancel();
            visits.close();
            counters.dropped(DropReason.QUERY_FULL, locked(walk::refused));
            counters.dropped(DropReason.CROWDED_NODE, locked(walk::crowded));
            query.end(known ? failure : Optional.of(destroyed("the query failed")));
        }
    }

    /** {@return what to do once there are nodes to begin with} Here alone the walk may block. */
    private Event seed() throws InterruptedException {
        Event event = nextEvent();
        while (event instanceof Event.Todo(IterativeQuery.Step.ResolveBootstrap ignored)
                || event instanceof Event.Todo(IterativeQuery.Step.PullTable ignoredToo)) {
            if (event instanceof Event.Todo(IterativeQuery.Step.PullTable(int count))) {
                pullTable(count);
            } else {
                List<RpcPeer> nodes = host.bootstrapNodes();
                change(() -> walk.addBootstrapNodes(nodes));
            }
            event = nextEvent();
        }
        return event;
    }

    private void awaitEndOfWalk() throws FlockException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!walked) {
                if (broken) {
                    throw destroyed("the query failed");
                }
                if (cancelled) {
                    throw destroyed("the query was closed");
                }
                if (expired) {
                    throw new FlockException(Code.QUERY_TIMEOUT, "the query did not end within " + request.deadline());
                }
                changed.await();
            }
            if (cancelled) {
                throw destroyed("the query was closed");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Goes on with the walk until there is nothing to do; the caller is the one that does. A joint, kept as large as it is (ADR 39).
     */
    private void advance(Event first) {
        boolean whole = false;
        try {
            for (Event event = first; event != null; event = nextEvent()) {
                if (event instanceof Event.Replied(RpcPeer visited, RpcReply reply)) {
                    onReply(visited, reply);
                } else if (event instanceof Event.TimedOut(RpcPeer visited)) {
                    locked(() -> walk.onTimeout(visited)).forEach(host::sendDownHint);
                } else if (event instanceof Event.Failed(RpcPeer visited)) {
                    change(() -> walk.onFailure(visited));
                } else if (event instanceof Event.Slow(RpcPeer visited)) {
                    change(() -> walk.onSlow(visited));
                } else if (event instanceof Event.Todo(IterativeQuery.Step.Visit(RpcPeer peer))) {
                    visit(peer);
                } else if (event instanceof Event.Todo(IterativeQuery.Step.PullTable(int count))) {
                    pullTable(count);
                } else {
                    throw new IllegalStateException("not now: " + event);
                }
            }
            whole = true;
        } finally {
            if (!whole) {
                giveUp();
            }
        }
    }

    /** {@return what to do next; null, after which somebody else goes on with the walk, when there is nothing} */
    private Event nextEvent() {
        lock.lock();
        try {
            if (cancelled || expired) {
                return null;
            }
            if (!inbox.isEmpty()) {
                return inbox.poll();
            }
            // The query's own lock is only ever taken inside of this one, never the other way round.
            IterativeQuery.Step step = query.hasRoom() ? walk.next() : new IterativeQuery.Step.Await();
            if (step instanceof IterativeQuery.Step.Await) {
                advancing = false;
                return null;
            }
            if (step instanceof IterativeQuery.Step.Done) {
                walked = true;
                changed.signalAll();
                return null;
            }
            return new Event.Todo(step);
        } finally {
            lock.unlock();
        }
    }

    private void giveUp() {
        lock.lock();
        try {
            broken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void expire() {
        lock.lock();
        try {
            expired = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        commits.ifPresent(QueryCommits::expire);
    }

    private void pullTable(int count) {
        List<RpcPeer> nodes = host.closestNodes(request.target(), count);
        change(() -> walk.addTableNodes(nodes));
    }

    private void visit(RpcPeer peer) {
        visits.send(visit, peer, new ReplyListener() {
            @Override
            public void onReply(RpcReply reply) {
                post(new Event.Replied(peer, reply));
            }

            @Override
            public void onFailure(FlockException cause) {
                boolean silent = cause.reason() == Code.REQUEST_TIMEOUT;
                post(silent ? new Event.TimedOut(peer) : new Event.Failed(peer));
            }

            @Override
            public void onSlow() {
                post(new Event.Slow(peer));
            }
        });
    }

    private void onReply(RpcPeer visited, RpcReply reply) {
        List<RpcPeer> closer = new ArrayList<>(reply.closerNodes().size());
        for (PeerAddress address : reply.closerNodes()) {
            Optional<RpcPeer> known = walk.known(address); // read by the thread that alone changes it
            RpcPeer peer = known.isPresent() ? known.get() : RpcPeer.of(address);
            if (known.isPresent() || host.admits(peer)) {
                closer.add(peer);
            }
        }
        if (reply.isOk()) {
            request.answer().apply(reply).ifPresent(query::emit);
        }
        locked(() -> walk.onReply(visited, reply, closer)).forEach(host::sendDownHint);
        if (pace.isPresent()) {
            int visitsAtOnce = pace.get().getAsInt();
            change(() -> walk.concurrency(visitsAtOnce));
        }
    }

    /** Leaves an event to whoever goes on with the walk, or goes on with it. */
    private void post(Event event) {
        lock.lock();
        try {
            if (advancing) {
                inbox.add(event);
                return;
            }
            advancing = true;
        } finally {
            lock.unlock();
        }
        advance(event);
    }

    private void change(Runnable change) {
        locked(() -> {
            change.run();
            return null;
        });
    }

    private <R> R locked(Supplier<R> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private FlockException destroyed(String message) {
        Optional<Throwable> cause = scope.failure();
        return new FlockException(Code.REQUEST_DESTROYED, cause.map(why -> "the node failed: " + why).orElse(message),
                cause.orElse(null));
    }
}

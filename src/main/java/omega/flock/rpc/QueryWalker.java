package omega.flock.rpc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
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
import omega.flock.runtime.ThrowingTask;
import omega.flock.runtime.Ticker;

/**
 * Makes one query. Whoever starts it begins the walk, and whoever ends a visit goes on with it, a reader as a rule, so that neither the
 * query nor a reply costs a wake-up: one thread at a time, and what others have to tell meanwhile waits in the inbox for that one. Where
 * the query has to wait for more than its visits, for names of bootstrap nodes or for commits, a virtual thread {@code rpc-query} does it.
 *
 * <pre>
 *   caller:     first visits
 *   readers:                 reply, next visit ... last reply ──► end, unless there are commits
 *   rpc-query:                                            └──► commits ──► end
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
    private final IterativeQuery walk; // guarded by lock; only the thread that goes on with the walk changes it
    private final Deque<Event> inbox = new ArrayDeque<>(); // guarded by lock; at most one end and one slow mark per visit
    private final Optional<QueryCommits> commits;
    private Optional<Task<Void>> runner = Optional.empty(); // guarded by lock
    private Optional<DeadlineQueue.Entry> deadline = Optional.empty(); // guarded by lock
    private boolean advancing = true; // guarded by lock; somebody goes on with the walk: at first whoever starts the query
    private boolean walked; // guarded by lock; the walk has reached its end
    private boolean over; // guarded by lock; so has the query, well or not

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
                request.concurrency());
    }

    /** Begins the walk. Does not block; a query of a node that closes is {@linkplain #cancel cancelled} by whoever starts it. */
    void start() {
        // The node's deadline thread waits for all queries: a wait with a timeout of its own would cost each query a timer.
        DeadlineQueue.Entry entry = host.schedule(deadlineNanos, this::expire);
        lock.lock();
        try {
            deadline = Optional.of(entry);
        } finally {
            lock.unlock();
        }
        advance(nextEvent());
    }

    /** Ends the query now, in the walk or the commits. */
    void cancel() {
        end(Optional.of(destroyed("the query was closed")));
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

    /** Continues on a thread of the query's own, which may block. */
    private void fork(ThrowingTask body) {
        boolean refused = false;
        lock.lock();
        try {
            if (!over) {
                // Under the lock: whoever ends the query finds the thread.
                runner = Optional.of(scope.fork("rpc-query", () -> runToEnd(body)));
            }
        } catch (RejectedExecutionException e) {
            refused = true;
        } finally {
            lock.unlock();
        }
        if (refused) {
            end(Optional.of(destroyed("the node is closed")));
        }
    }

    private void runToEnd(ThrowingTask body) throws Exception {
        boolean known = false;
        try {
            body.run();
            known = true;
        } catch (FlockException e) {
            known = true;
            end(Optional.of(e));
        } catch (InterruptedException | RejectedExecutionException e) {
            // The thread ends here, and its interrupt with it.
            known = true;
            cancel();
        } finally {
            if (!known) {
                giveUp();
            }
        }
    }

    private void addBootstrapNodes(List<RpcPeer> nodes) {
        change(() -> walk.addBootstrapNodes(nodes));
    }

    /** The walk has reached its end: there are commits to make, or nothing. */
    private void commit(QueryCommits after) throws FlockException, InterruptedException {
        // Visits that take too long to wait for do not matter any more; the commits are still to come.
        if (visits.live() > 0) {
            visits.cancelAll(destroyed("the walk is over"));
        }
        after.run(closestReplies());
        end(Optional.empty());
    }

    /** Ends the query, the first time, and whatever of it is under way. */
    private void end(Optional<FlockException> failure) {
        Optional<Task<Void>> running;
        lock.lock();
        try {
            if (over) {
                return;
            }
            over = true;
            running = runner;
            deadline.ifPresent(DeadlineQueue.Entry::cancel);
        } finally {
            lock.unlock();
        }
        try {
            visits.close();
            counters.dropped(DropReason.QUERY_FULL, locked(walk::refused));
            counters.dropped(DropReason.CROWDED_NODE, locked(walk::crowded));
            if (failure.isPresent()) {
                running.ifPresent(Task::cancel); // otherwise it is just ending
            }
        } finally {
            query.end(failure);
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
                } else if (event instanceof Event.Todo(IterativeQuery.Step.ResolveBootstrap ignored)) {
                    Optional<List<RpcPeer>> known = host.knownBootstrapNodes();
                    if (known.isEmpty()) {
                        fork(() -> {
                            addBootstrapNodes(host.bootstrapNodes());
                            advance(nextEvent());
                        });
                        break; // goes on there
                    }
                    addBootstrapNodes(known.get());
                } else if (commits.isPresent()) {
                    fork(() -> commit(commits.get()));
                } else {
                    end(Optional.empty());
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
            if (over || walked) {
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
            walked = step instanceof IterativeQuery.Step.Done;
            return new Event.Todo(step);
        } finally {
            lock.unlock();
        }
    }

    private void giveUp() {
        end(Optional.of(destroyed("the query failed")));
    }

    private void expire() {
        end(Optional.of(new FlockException(Code.QUERY_TIMEOUT, "the query did not end within " + request.deadline())));
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
            if (over) {
                return;
            }
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

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
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * The virtual thread {@code rpc-query} of one query: it alone advances the {@link IterativeQuery}, sends the visits and begins
 * the commits. What readers and the deadline thread have to tell it waits in its inbox.
 */
final class QueryWalker {

    /** What the thread reacts to. */
    private sealed interface Event {

        record Replied(RpcPeer visited, RpcReply reply) implements Event {}

        record TimedOut(RpcPeer visited) implements Event {}

        record Failed(RpcPeer visited) implements Event {}

        record Slow(RpcPeer visited) implements Event {}

        record Todo(IterativeQuery.Step step) implements Event {}
    }

    private final QueryRequest request;
    private final RpcQuery query;
    private final QueryHost host;
    private final TaskScope scope;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final Optional<IntSupplier> pace;
    private final RpcSession visits;
    private final long deadlineNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final IterativeQuery walk; // guarded by lock; only the query's thread changes it
    private final Deque<Event> inbox = new ArrayDeque<>(); // guarded by lock; at most one end and one slow mark per visit
    private Optional<Task<Void>> runner = Optional.empty(); // guarded by lock
    private boolean cancelled; // guarded by lock
    private boolean expired; // guarded by lock

    QueryWalker(QueryRequest request, RpcQuery query, QueryHost host, TaskScope scope, Ticker ticker, RpcCounters counters,
            Optional<IntSupplier> pace) {
        this.request = request;
        this.query = query;
        this.host = host;
        this.scope = scope;
        this.ticker = ticker;
        this.counters = counters;
        this.pace = pace;
        this.visits = host.session();
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

    /** There may be room for a reply again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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

    /** Sends a request that ends with the query at the latest, and waits. */
    RpcReply request(RpcRequest committing, PeerAddress to) throws FlockException, InterruptedException {
        return visits.request(committing, to);
    }

    private void run() {
        // The node's deadline thread waits for all queries: a wait with a timeout of its own would cost each reply a timer.
        DeadlineQueue.Entry deadline = host.schedule(deadlineNanos, this::expire);
        boolean known = false;
        Optional<FlockException> failure = Optional.empty();
        try {
            walkToTheEnd();
            // Visits that take too long to wait for do not matter any more; the commits are still to come.
            if (visits.live() > 0) {
                visits.cancelAll(destroyed("the walk is over"));
            }
            commitToClosest();
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
            query.end(known ? failure : Optional.of(destroyed("the query failed")));
        }
    }

    private void walkToTheEnd() throws FlockException, InterruptedException {
        for (Event event = awaitEvent(); !(event instanceof Event.Todo(IterativeQuery.Step.Done ignored)); event = awaitEvent()) {
            if (event instanceof Event.Replied(RpcPeer visited, RpcReply reply)) {
                onReply(visited, reply);
            } else if (event instanceof Event.TimedOut(RpcPeer visited)) {
                locked(() -> walk.onTimeout(visited)).forEach(host::sendDownHint);
            } else if (event instanceof Event.Failed(RpcPeer visited)) {
                change(() -> walk.onFailure(visited));
            } else if (event instanceof Event.Slow(RpcPeer visited)) {
                change(() -> walk.onSlow(visited));
            } else if (event instanceof Event.Todo(IterativeQuery.Step step)) {
                follow(step);
            }
        }
    }

    private void follow(IterativeQuery.Step step) throws InterruptedException {
        if (step instanceof IterativeQuery.Step.Visit(RpcPeer peer)) {
            visit(peer);
        } else if (step instanceof IterativeQuery.Step.PullTable(int count)) {
            List<RpcPeer> nodes = host.closestNodes(request.target(), count);
            change(() -> walk.addTableNodes(nodes));
        } else if (step instanceof IterativeQuery.Step.ResolveBootstrap) {
            List<RpcPeer> nodes = host.bootstrapNodes();
            change(() -> walk.addBootstrapNodes(nodes));
        }
    }

    /** Waits until a visit ends or there is something to do, and there is room for what may come of it. */
    private Event awaitEvent() throws FlockException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (cancelled) {
                    throw destroyed("the query was closed");
                }
                if (!inbox.isEmpty()) {
                    return inbox.poll();
                }
                // The query's own lock is only ever taken inside of this one, never the other way round.
                IterativeQuery.Step step = query.hasRoom() ? walk.next() : new IterativeQuery.Step.Await();
                if (!(step instanceof IterativeQuery.Step.Await)) {
                    return new Event.Todo(step);
                }
                if (expired) {
                    throw new FlockException(RpcConstants.QUERY_TIMEOUT, "the query did not end within " + request.deadline());
                }
                changed.await();
            }
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
    }

    private void visit(RpcPeer peer) {
        RpcRequest visit = new RpcRequest(request.command(), request.internal(), Optional.of(request.target()),
                Optional.empty(), request.value(), request.retries(), Optional.empty(), Optional.empty(), request.force());
        host.send(visit, peer.address(), Optional.of(peer.id()), new ReplyListener() {
            @Override
            public void onReply(RpcReply reply) {
                post(new Event.Replied(peer, reply));
            }

            @Override
            public void onFailure(FlockException cause) {
                boolean silent = cause.code().equals(RpcConstants.REQUEST_TIMEOUT);
                post(silent ? new Event.TimedOut(peer) : new Event.Failed(peer));
            }

            @Override
            public void onSlow() {
                post(new Event.Slow(peer));
            }
        }, Optional.of(visits));
    }

    private void onReply(RpcPeer visited, RpcReply reply) {
        List<RpcPeer> closer = new ArrayList<>(reply.closerNodes().size());
        for (PeerAddress address : reply.closerNodes()) {
            RpcPeer peer = walk.peer(address); // read by the thread that alone changes it
            if (host.admits(peer)) {
                closer.add(peer);
            }
        }
        if (reply.isOk() && request.emitted().test(reply)) {
            query.emit(reply);
        }
        locked(() -> walk.onReply(visited, reply, closer)).forEach(host::sendDownHint);
        if (pace.isPresent()) {
            int visitsAtOnce = pace.get().getAsInt();
            change(() -> walk.concurrency(visitsAtOnce));
        }
    }

    private void commitToClosest() throws FlockException, InterruptedException {
        if (request.commit().isEmpty()) {
            return;
        }
        CommitFunction commit = request.commit().get();
        List<RpcReply> closest = closestReplies();
        if (closest.isEmpty()) {
            throw new FlockException(RpcConstants.TOO_FEW_NODES, "Too few nodes responded");
        }
        QueryCommits.run(scope, closest, reply -> commit.commit(reply, query), remainingNanos());
    }

    private void post(Event event) {
        lock.lock();
        try {
            inbox.add(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        locked(() -> {
            change.run();
            return null;
        });
    }

    private <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private long remainingNanos() {
        return deadlineNanos - ticker.nanoTime();
    }

    private static FlockException destroyed(String message) {
        return new FlockException(RpcConstants.REQUEST_DESTROYED, message);
    }
}

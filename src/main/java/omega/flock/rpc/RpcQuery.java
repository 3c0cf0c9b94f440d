package omega.flock.rpc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import omega.flock.base.FlockException;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * A query under way; {@link QueryWalker} says on which threads. The methods here run on the threads of its consumers. Thread-safe.
 *
 * <p>Replies are kept for whoever iterates: the walk pauses while 16 wait to be taken, so none is lost and none piles up.
 * {@link #awaitFinished()} drops them instead. A query that is neither read, awaited nor closed ends at its deadline.
 *
 * @param <T> what its consumer gets of a reply
 */
public final class RpcQuery<T> implements AutoCloseable {

    private final QueryWalker<T> walker;
    private final RpcCounters counters;
    private final RpcSession all;
    private final Optional<RpcSession> owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<T> output; // guarded by lock
    private boolean draining; // guarded by lock
    private boolean ended; // guarded by lock
    private Optional<FlockException> failure = Optional.empty(); // guarded by lock

    /**
     * Prepares a query.
     *
     * @param own what the consumer gets first, before any node has answered
     * @param all the queries of the node
     * @param owner the session that it belongs to
     * @param pace asked after each reply for the number of visits at once, if the query is to yield to others
     */
    RpcQuery(QueryRequest<T> request, List<T> own, QueryHost host, TaskScope scope, Ticker ticker, RpcCounters counters,
            RpcSession all, Optional<RpcSession> owner, Optional<IntSupplier> pace) {
        this.output = new ArrayDeque<>(own);
        this.counters = counters;
        this.all = all;
        this.owner = owner;
        this.walker = new QueryWalker<>(request, this, host, scope, ticker, counters, pace);
    }

    void start() {
        counters.queryStarted();
        owner.ifPresent(session -> session.attach(this));
        all.attach(this);
        if (all.isClosed()) {
            walker.cancel();
        } else {
            walker.start();
        }
    }

    /**
     * Waits for the next answer.
     *
     * @return empty when the query has ended well and every answer was taken
     * @throws FlockException if the query failed, after its last answer was taken: {@code TOO_FEW_NODES},
     *     {@code QUERY_TIMEOUT}, {@code REQUEST_DESTROYED}, or what the last commit failed with when none succeeded
     */
    public Optional<T> next() throws FlockException, InterruptedException {
        Optional<T> answer;
        boolean wasFull;
        lock.lockInterruptibly();
        try {
            while (output.isEmpty() && !ended) {
                // The walker ends the query at its deadline at the latest.
                changed.await();
            }
            if (output.isEmpty()) {
                throwIfFailed();
            }
            wasFull = output.size() >= RpcConstants.QUERY_HIGH_WATER;
            answer = Optional.ofNullable(output.poll());
        } finally {
            lock.unlock();
        }
        if (wasFull) {
            walker.wake();
        }
        return answer;
    }

    /**
     * Drops the replies that nobody takes, and waits for the end of the walk and of the commits, which comes at the deadline
     * of the query at the latest.
     *
     * @throws FlockException if the query failed, as {@link #next} does
     */
    public void awaitFinished() throws FlockException, InterruptedException {
        drain();
        lock.lockInterruptibly();
        try {
            while (!ended) {
                changed.await();
            }
            throwIfFailed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * As {@link #awaitFinished()}, but no longer than this.
     *
     * @return false if the query goes on
     */
    public boolean awaitFinished(Duration timeout) throws FlockException, InterruptedException {
        drain();
        long nanos = Nanos.of(timeout);
        lock.lockInterruptibly();
        try {
            while (!ended && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (ended) {
                throwIfFailed();
            }
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the replies of the closest nodes so far, nearest first, at most 20; all of them proved their ids. */
    public List<RpcReply> closestReplies() {
        return walker.closestReplies();
    }

    /** Returns the closest nodes so far, nearest first, at most 20. */
    public List<RpcPeer> closestNodes() {
        return closestReplies().stream().map(reply -> reply.peer().orElseThrow()).toList();
    }

    /** Tells whether the query has ended, well or not; replies may still wait to be taken. */
    public boolean isFinished() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the query and its requests, with the code {@code REQUEST_DESTROYED}. Idempotent; does not wait. */
    @Override
    public void close() {
        if (!isFinished()) {
            walker.cancel();
        }
    }

    /** Tells the walker whether another reply has a place. */
    boolean hasRoom() {
        lock.lock();
        try {
            return draining || output.size() < RpcConstants.QUERY_HIGH_WATER;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an answer from the walker. */
    void emit(T answer) {
        lock.lock();
        try {
            if (!draining) {
                output.add(answer);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Settles the query, the first time that the walker says so. */
    void end(Optional<FlockException> outcome) {
        // First: whoever has seen the end finds the session without it.
        all.detach(this);
        owner.ifPresent(session -> session.detach(this));
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            failure = outcome;
            counters.queryEnded();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the walk go on without a consumer. */
    void drain() {
        lock.lock();
        try {
            draining = true;
            output.clear();
        } finally {
            lock.unlock();
        }
        walker.wake();
    }

    private void throwIfFailed() throws FlockException {
        if (failure.isPresent()) {
            FlockException cause = failure.get();
            throw new FlockException(cause.reason(), cause.getMessage(), cause);
        }
    }
}

package omega.flock.peer.punch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/**
 * Several ways to the same peer, of which exactly one wins: the first to say so. The others are cancelled, those that enter
 * later too; failures are kept and only count when no way is left.
 *
 * <pre>
 *                          ┌─ win() of any path ─────────────────────► WON      losers' cancellation runs, once each
 *   RUNNING (enter, fail) ─┼─ last path failed and entries are closed ► LOST     with all failures
 *                          └─ abandon() ─────────────────────────────► LOST     with that failure; losers are cancelled
 * </pre>
 *
 * Thread-safe; cancellations run on the thread that decides, without a lock held, and must not block.
 *
 * @param <T> what the winner yields
 */
public final class PathRace<T> {

    /** One way to the peer. It wins, fails, or is cancelled; whatever comes second is ignored. */
    public final class Path {

        private final String name;
        private final Runnable cancellation;
        private boolean running = true; // guarded by lock

        private Path(String name, Runnable cancellation) {
            this.name = name;
            this.cancellation = cancellation;
        }

        /** Claims the victory. Returns true for exactly one path of a race. */
        public boolean win(T result) {
            Objects.requireNonNull(result, "result");
            return decide(this, Optional.of(result), Optional.empty());
        }

        /** Says that this way does not lead to the peer. */
        public void fail(FlockException reason) {
            Objects.requireNonNull(reason, "reason");
            leave(this, reason);
        }

        /** Tells whether the path can still win. */
        public boolean isRunning() {
            lock.lock();
            try {
                return running;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public String toString() {
            return "Path[" + name + "]";
        }
    }

    private final Runnable onLost;
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch decided = new CountDownLatch(1);
    private final List<Path> running = new ArrayList<>(); // guarded by lock
    private final List<FlockException> failures = new ArrayList<>(); // guarded by lock
    private boolean entriesClosed; // guarded by lock
    private boolean over; // guarded by lock
    private Optional<T> winner = Optional.empty(); // guarded by lock

    /** Creates a race that only {@link #await} hears of. */
    public PathRace() {
        this(() -> { });
    }

    /**
     * Creates a race.
     *
     * @param onLost runs once if no path won, on the thread that decides, without a lock held; must not block
     */
    public PathRace(Runnable onLost) {
        this.onLost = Objects.requireNonNull(onLost, "onLost");
    }

    /**
     * Enters a way to the peer. If the race is over already, the path is cancelled before this returns.
     *
     * @param cancellation ends the attempt when another path wins or the race is abandoned; it never runs for a path that
     *     won or failed
     */
    public Path enter(String name, Runnable cancellation) {
        Path path = new Path(Objects.requireNonNull(name, "name"), Objects.requireNonNull(cancellation, "cancellation"));
        lock.lock();
        try {
            if (!over) {
                running.add(path);
                return path;
            }
            path.running = false;
        } finally {
            lock.unlock();
        }
        cancellation.run();
        return path;
    }

    /** Says that no other path will enter, so that the failure of the last one is the failure of the race. */
    public void closeEntries() {
        boolean lost;
        lock.lock();
        try {
            entriesClosed = true;
            lost = !over && running.isEmpty();
            over |= lost;
        } finally {
            lock.unlock();
        }
        if (lost) {
            decided.countDown();
            onLost.run();
        }
    }

    /**
     * Ends the race with a result that no single path can claim, such as the first word of the peer, which may come over any
     * of them. The paths are cancelled. Returns whether this call decided the race.
     */
    public boolean settle(T result) {
        Objects.requireNonNull(result, "result");
        return decide(null, Optional.of(result), Optional.empty());
    }

    /** Ends the race without a winner, if there is none yet. Returns whether this call did it. */
    public boolean abandon(FlockException reason) {
        return decide(null, Optional.empty(), Optional.of(reason));
    }

    /** Tells whether the race is decided. */
    public boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the winner.
     *
     * @throws FlockException the first failure, the others suppressed in it, if no path won; with code {@code
     *     PEER_CONNECTION_FAILED} if no path ever entered, or if the time is over, which also abandons the race
     */
    public T await(Duration timeout) throws FlockException, InterruptedException {
        if (!decided.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            abandon(new FlockException(Code.PEER_CONNECTION_FAILED, "no path to the peer within " + timeout));
        }
        lock.lock();
        try {
            if (winner.isPresent()) {
                return winner.get();
            }
            throw failureLocked();
        } finally {
            lock.unlock();
        }
    }

    private boolean decide(Path by, Optional<T> result, Optional<FlockException> reason) {
        List<Path> losers;
        lock.lock();
        try {
            if (over || by != null && !by.running) {
                return false;
            }
            over = true;
            winner = result;
            reason.ifPresent(failure -> failures.addFirst(failure));
            if (by != null) {
                by.running = false;
                running.remove(by);
            }
            losers = List.copyOf(running);
            losers.forEach(path -> path.running = false);
            running.clear();
        } finally {
            lock.unlock();
        }
        decided.countDown();
        losers.forEach(path -> path.cancellation.run());
        if (result.isEmpty()) {
            onLost.run();
        }
        return true;
    }

    private void leave(Path path, FlockException reason) {
        boolean lost;
        lock.lock();
        try {
            if (!path.running) {
                return;
            }
            path.running = false;
            running.remove(path);
            failures.add(reason);
            lost = !over && entriesClosed && running.isEmpty();
            over |= lost;
        } finally {
            lock.unlock();
        }
        if (lost) {
            decided.countDown();
            onLost.run();
        }
    }

    /** A fresh exception for each waiter, so that suppressed ones do not pile up. */
    private FlockException failureLocked() {
        if (failures.isEmpty()) {
            return new FlockException(Code.PEER_CONNECTION_FAILED, "no path to the peer was tried");
        }
        FlockException first = failures.getFirst();
        FlockException thrown = new FlockException(first.reason(), first.getMessage(), first);
        failures.stream().skip(1).forEach(thrown::addSuppressed);
        return thrown;
    }
}

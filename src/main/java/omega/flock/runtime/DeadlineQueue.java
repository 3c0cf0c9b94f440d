package omega.flock.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Many timeouts on one virtual thread, which waits on one condition until the earliest. What is due within a millisecond shares one
 * wake-up, so an action may run that much late: thousands of timeouts must not cost thousands of wake-ups.
 *
 * <p>Actions must be short and must not block: they set a flag, signal a condition or fork a task. One that throws an exception is
 * logged and hurts no other. An error fails the scope ({@link TaskScope#fail}), because then no timeout fires any more. Cancelling is cheap and leaves nothing behind. Thread-safe.
 */
public final class DeadlineQueue implements AutoCloseable {

    private static final Logger LOG = System.getLogger("omega.flock.runtime");
    private static final long GRAIN_NANOS = 1_000_000;

    /** A scheduled action. */
    public final class Entry implements Comparable<Entry> {

        private final long deadlineNanos;
        private final long order;
        private Runnable action; // guarded by lock; null once it ran or was cancelled

        private Entry(long deadlineNanos, long order, Runnable action) {
            this.deadlineNanos = deadlineNanos;
            this.order = order;
            this.action = action;
        }

        /** Keeps the action from running, unless it has begun. Returns whether it was still waiting. */
        public boolean cancel() {
            lock.lock();
            try {
                boolean waiting = action != null;
                action = null;
                if (waiting) {
                    cancelledEntries++;
                    compactIfSparse();
                }
                return waiting;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int compareTo(Entry other) {
            long difference = deadlineNanos - other.deadlineNanos;
            return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
        }
    }

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Entry> entries = new PriorityQueue<>(); // guarded by lock
    private final Task<Void> runner;
    private long nextOrder; // guarded by lock
    private int cancelledEntries; // guarded by lock
    private long wakesAt = TimerTable.NEVER; // guarded by lock; until when the thread waits, at most
    private boolean closed; // guarded by lock

    /** Starts the queue's thread in {@code scope}; it ends with the scope or with {@link #close()}. */
    public DeadlineQueue(String threadName, Ticker ticker, TaskScope scope) {
        this.ticker = ticker;
        this.runner = scope.forkVital(threadName, this::run);
    }

    /**
     * Runs {@code action} on the queue's thread once the deadline has passed. After {@link #close()} it never runs.
     *
     * @param deadlineNanos a value of the ticker
     */
    public Entry schedule(long deadlineNanos, Runnable action) {
        lock.lock();
        try {
            Entry entry = new Entry(deadlineNanos, nextOrder++, action);
            if (!closed) {
                entries.add(entry);
                if (deadlineNanos < wakesAt - GRAIN_NANOS) {
                    wakesAt = deadlineNanos; // one signal is enough
                    changed.signal();
                }
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many actions wait. */
    public int size() {
        lock.lock();
        try {
            return entries.size() - cancelledEntries;
        } finally {
            lock.unlock();
        }
    }

    /** Drops every waiting action and ends the thread. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            entries.clear();
            cancelledEntries = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (!runner.runsOn(Thread.currentThread())) { // whoever closes on it, since it has failed, goes on with that
            runner.cancel();
        }
    }

    private void run() throws InterruptedException {
        for (Runnable action = awaitDue(); action != null; action = awaitDue()) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "deadline.action.failed", e);
            }
        }
    }

    private Runnable awaitDue() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                Entry first = entries.peek();
                if (first == null) {
                    wakesAt = TimerTable.NEVER;
                    changed.await();
                } else if (first.action == null) {
                    entries.poll();
                    cancelledEntries--;
                } else {
                    long now = ticker.nanoTime();
                    if (first.deadlineNanos <= now) {
                        entries.poll();
                        Runnable action = first.action;
                        first.action = null;
                        return action;
                    }
                    long wait = Math.max(first.deadlineNanos - now, GRAIN_NANOS);
                    wakesAt = now + wait;
                    changed.awaitNanos(wait);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void compactIfSparse() {
        if (cancelledEntries > 64 && cancelledEntries > entries.size() / 2) {
            entries.removeIf(entry -> entry.action == null);
            cancelledEntries = 0;
        }
    }
}

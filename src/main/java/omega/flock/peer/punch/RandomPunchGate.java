package omega.flock.peer.punch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.Ticker;

/**
 * Lets one random punch at a time through, and the next only a while after the last has ended: each opens hundreds of
 * sockets and mappings in somebody's router. One per node, for both roles. Thread-safe; never blocks.
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/connect.js}, {@code lib/holepuncher.js}: limit 1, interval 20 s.
 */
public final class RandomPunchGate {

    /** The right to one random punch; closing it gives it back. */
    public final class Permit implements AutoCloseable {

        private boolean used; // guarded by lock
        private boolean closed; // guarded by lock

        private Permit() {}

        /** Says that probes are being sent, so that the interval counts from the end of this punch. */
        void markUsed() {
            lock.lock();
            try {
                used = true;
            } finally {
                lock.unlock();
            }
        }

        /** Gives the right back. Idempotent. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    running--;
                    if (used) {
                        startIntervalLocked();
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private final Ticker ticker;
    private final Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private int running; // guarded by lock
    private boolean waiting; // guarded by lock; whether notBefore counts
    private long notBeforeNanos; // guarded by lock

    /** Creates an open gate with the usual interval of 20 s. */
    public RandomPunchGate(Ticker ticker) {
        this(ticker, PunchConstants.RANDOM_PUNCH_INTERVAL);
    }

    /** Creates an open gate. */
    public RandomPunchGate(Ticker ticker, Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("interval " + interval);
        }
        this.ticker = ticker;
        this.interval = interval;
    }

    /** Returns the right to start a random punch now, or empty if one is running or has only just ended. */
    public Optional<Permit> tryEnter() {
        lock.lock();
        try {
            if (running >= PunchConstants.RANDOM_PUNCH_LIMIT || waiting && ticker.nanoTime() - notBeforeNanos < 0) {
                return Optional.empty();
            }
            running++;
            return Optional.of(new Permit());
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the gate shut for one interval from now, as the option deferRandomPunch wants at start and resume. */
    public void defer() {
        lock.lock();
        try {
            startIntervalLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many permits are out. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    private void startIntervalLocked() {
        waiting = true;
        notBeforeNanos = ticker.nanoTime() + interval.toNanos();
    }
}

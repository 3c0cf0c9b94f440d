package omega.flock.secret;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Nanos;

/**
 * Fires when this side has been silent for the interval, whoever reads or writes; its action runs in the lane of the node. The
 * keep-alives of a node that are due within a 16th of the interval go out together, so that a crowd costs a few wake-ups a
 * second. Setting it again replaces the timer. Thread-safe.
 */
final class KeepAlive {

    private final SecretStreamOptions options;
    private final Runnable action;
    private final Runnable firing = this::fired;
    private final ReentrantLock lock = new ReentrantLock();
    private long intervalNanos; // guarded by lock; 0 is off
    private DeadlineQueue.Entry timer; // guarded by lock; null when none is set
    private boolean stopped; // guarded by lock
    private volatile long lastSentNanos;

    KeepAlive(SecretStreamOptions options, Runnable action) {
        this.options = options;
        this.action = action;
        this.lastSentNanos = options.ticker().nanoTime();
    }

    void set(Duration interval) {
        lock.lock();
        try {
            cancelLocked();
            boolean off = interval.isZero() || interval.isNegative();
            intervalNanos = off ? 0 : Math.max(Nanos.of(interval), SecretConstants.SHORTEST_KEEP_ALIVE.toNanos());
            scheduleLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Takes note that a frame was sent, so that the silence starts anew. */
    void sent() {
        lastSentNanos = options.ticker().nanoTime();
    }

    /** Ends it for good. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            cancelLocked();
        } finally {
            lock.unlock();
        }
    }

    private void fired() {
        boolean silent;
        lock.lock();
        try {
            timer = null;
            silent = intervalNanos > 0 && options.ticker().nanoTime() - lastSentNanos >= intervalNanos;
            if (silent) {
                lastSentNanos = options.ticker().nanoTime();
            }
            scheduleLocked();
            silent &= !stopped;
        } finally {
            lock.unlock();
        }
        if (silent) {
            fire();
        }
    }

    /** On a direct path one goes out at once, whatever the interval: the peer's acknowledgement proves it. Does not block. */
    void tookPath(boolean throughRelay) {
        if (!throughRelay) {
            fire();
        }
    }

    private void fire() {
        try {
            options.keepAlives().add(action);
        } catch (RejectedExecutionException e) {
            stop(); // the owner is closing, and the stream with it
        }
    }

    private void scheduleLocked() {
        if (!stopped && intervalNanos > 0) {
            timer = options.timers().schedule(slotAfter(lastSentNanos + intervalNanos), firing);
        }
    }

    /** {@return the beginning of a slot of time, not before the deadline, that all streams with this interval share} */
    private long slotAfter(long deadlineNanos) {
        long slot = intervalNanos / SecretConstants.KEEP_ALIVE_SLOTS;
        return deadlineNanos + Math.floorMod(-deadlineNanos, slot);
    }

    private void cancelLocked() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}

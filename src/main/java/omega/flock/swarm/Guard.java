package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The one lock of a swarm: each change runs under it and is indivisible to every other. What a change sets in motion
 * outside, such as resetting a connection, is put off until the lock is released and then runs on the same thread, in order.
 *
 * <p>User code never runs in a change, nor in what is put off.
 */
final class Guard {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> putOff = new ArrayList<>(); // guarded by lock

    /** Makes a change. */
    void run(Runnable change) {
        get(() -> {
            change.run();
            return null;
        });
    }

    /** Makes a change, or reads, and returns what it yields. */
    <T> T get(Supplier<T> change) {
        List<Runnable> actions = List.of();
        lock.lock();
        try {
            return change.get();
        } finally {
            if (lock.getHoldCount() == 1 && !putOff.isEmpty()) {
                actions = List.copyOf(putOff);
                putOff.clear();
            }
            lock.unlock();
            performAll(actions);
        }
    }

    /** Puts an action off until the current change is over. */
    void afterwards(Runnable action) {
        requireHeld();
        putOff.add(action);
    }

    /** Returns a condition of the lock; whoever waits on it holds the lock by {@link #lock()}. */
    Condition newCondition() {
        return lock.newCondition();
    }

    /** Returns the lock, for waiting on a condition only. */
    ReentrantLock lock() {
        return lock;
    }

    /** Fails if the current thread is not inside a change. */
    void requireHeld() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("not inside a change");
        }
    }

    /** An error of one action keeps no other from being performed, and then fails the thread. */
    private static void performAll(List<Runnable> actions) {
        Error failure = null;
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "swarm.action.failed", e);
            } catch (Error e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

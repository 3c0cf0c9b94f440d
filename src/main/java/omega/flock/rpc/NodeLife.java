package omega.flock.rpc;

import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The life of a node, and whose turn it is to change it: transitions bind and close ports, so they run without a lock, but one
 * at a time. Thread-safe.
 *
 * <pre>
 *            bind              suspend
 *    NEW ───────────► RUNNING ─────────► SUSPENDED        close from anywhere ──► CLOSED (absorbing)
 *     │                       ◄─────────     ▲
 *     │                         resume       │
 *     └──────────────── suspend ─────────────┘
 * </pre>
 */
final class NodeLife {

    enum Phase { NEW, RUNNING, SUSPENDED, CLOSED }

    /** Transitions bind or close two ports; one that takes longer than this hangs, and must not hang others with it. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private Phase phase = Phase.NEW; // guarded by lock
    private boolean changing; // guarded by lock

    Phase phase() {
        lock.lock();
        try {
            return phase;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the turn to leave one of these phases, once a transition that is under way has ended.
     *
     * @return false if the node is in another phase; otherwise {@link #end} must follow
     */
    boolean begin(EnumSet<Phase> from) {
        lock.lock();
        try {
            awaitIdle();
            if (!from.contains(phase)) {
                return false;
            }
            changing = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the turn back. A node that was closed meanwhile stays closed; returns false then. */
    boolean end(Phase reached) {
        lock.lock();
        try {
            changing = false;
            idle.signalAll();
            boolean closed = phase == Phase.CLOSED;
            phase = closed ? Phase.CLOSED : reached;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Closes, after the transition under way. Returns false if the node was closed before. */
    boolean close() {
        lock.lock();
        try {
            awaitIdle();
            boolean first = phase != Phase.CLOSED;
            phase = Phase.CLOSED;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Waits without heed of interrupts, which stay set: whoever closes must not be kept from it. */
    private void awaitIdle() {
        long left = PATIENCE_NANOS;
        boolean interrupted = false;
        while (changing && left > 0) {
            try {
                left = idle.awaitNanos(left);
            } catch (InterruptedException e) {
                // Set again below: set now, it would turn this wait into a busy one.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

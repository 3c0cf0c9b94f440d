package omega.flock.peer.punch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.Ticker;

/**
 * The sockets of one attempt and how far it has come: each transition happens once, and tells its caller which sockets it
 * has made superfluous. The punching thread waits here. Thread-safe.
 */
final class AttemptSockets {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final List<PunchSocket> sockets = new ArrayList<>(); // guarded by lock; the first is the negotiating one
    private PunchState state = PunchState.PREPARING; // guarded by lock

    PunchState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    List<PunchSocket> snapshot() {
        lock.lock();
        try {
            return List.copyOf(sockets);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a socket, unless the attempt is not in the expected state any more. */
    boolean add(PunchSocket socket, PunchState expected) {
        lock.lock();
        try {
            return state == expected && sockets.add(socket);
        } finally {
            lock.unlock();
        }
    }

    /** PREPARING: puts a fresh socket in the place of the first. Returns the one that is not needed, either old or fresh. */
    PunchSocket replaceFirst(PunchSocket fresh) {
        lock.lock();
        try {
            return state == PunchState.PREPARING ? sockets.set(0, fresh) : fresh;
        } finally {
            lock.unlock();
        }
    }

    /** PREPARING → PUNCHING. Returns whether this call did it. */
    boolean begin() {
        lock.lock();
        try {
            boolean begins = state == PunchState.PREPARING;
            if (begins) {
                state = PunchState.PUNCHING;
            }
            return begins;
        } finally {
            lock.unlock();
        }
    }

    /** PREPARING, PUNCHING → CONNECTED, with this socket. Returns the losers, or empty if there is a winner or an end. */
    Optional<List<PunchSocket>> win(PunchSocket winner) {
        lock.lock();
        try {
            boolean late = state == PunchState.CONNECTED || state == PunchState.CLOSED;
            if (late || !sockets.remove(winner)) {
                return Optional.empty();
            }
            state = PunchState.CONNECTED;
            List<PunchSocket> losers = List.copyOf(sockets);
            sockets.clear();
            sockets.add(winner);
            ended.signalAll();
            return Optional.of(losers);
        } finally {
            lock.unlock();
        }
    }

    /** Any → CLOSED. Returns the sockets that were left, or empty if it was closed before. */
    Optional<List<PunchSocket>> end() {
        lock.lock();
        try {
            if (state == PunchState.CLOSED) {
                return Optional.empty();
            }
            state = PunchState.CLOSED;
            List<PunchSocket> left = List.copyOf(sockets);
            sockets.clear();
            ended.signalAll();
            return Optional.of(left);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the time has come; returns false at once when there is nothing to punch any more. */
    boolean awaitDue(Ticker ticker, long dueNanos) throws InterruptedException {
        lock.lock();
        try {
            while (state == PunchState.PUNCHING) {
                long wait = dueNanos - ticker.nanoTime();
                if (wait <= 0) {
                    return true;
                }
                ended.awaitNanos(wait);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }
}

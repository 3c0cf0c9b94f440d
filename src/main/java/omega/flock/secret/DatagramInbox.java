package omega.flock.secret;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.transport.flow.DropReason;

/** Datagrams between the port's reader, which puts them, and the user's thread, which takes them. Bounded; thread-safe. */
final class DatagramInbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(0); // guarded by lock
    private final ReplayWindow window = new ReplayWindow(); // guarded by lock
    private boolean closed; // guarded by lock

    /**
     * Puts one in that the peer has sealed; the oldest goes when there are too many, since a datagram is worth less the older it is.
     *
     * @param number what it was sealed under
     * @return why one was dropped, this one or the oldest; empty as a rule
     */
    Optional<DropReason> put(long number, byte[] datagram) {
        lock.lock();
        try {
            if (closed) {
                return Optional.empty();
            }
            if (!window.admit(number)) {
                return Optional.of(DropReason.MESSAGE_REPLAYED);
            }
            boolean full = waiting.size() == SecretConstants.DATAGRAM_INBOX;
            if (full) {
                waiting.poll();
            }
            waiting.add(datagram);
            changed.signal();
            return full ? Optional.of(DropReason.MESSAGE_UNREAD) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for one.
     *
     * @param timeoutNanos how long, or 0 for ever
     * @return empty when the inbox was closed or the time is over
     */
    Optional<byte[]> take(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos;
            while (waiting.isEmpty() && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    /** Lets waiting readers go once nothing is left. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}

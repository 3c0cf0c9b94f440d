package omega.flock.secret;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.transport.flow.DropReason;

/**
 * Datagrams between the port's reader, which puts them, and the user's thread, which takes them. Bounded, by number and by memory;
 * thread-safe.
 */
final class DatagramInbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(0); // guarded by lock
    private final ReplayWindow window = new ReplayWindow(); // guarded by lock
    private final FrameBuffer.Memory memory;
    private int heap; // guarded by lock; of those that wait
    private int taken; // guarded by lock; of the memory
    private boolean closed; // guarded by lock

    DatagramInbox(FrameBuffer.Memory memory) {
        this.memory = memory;
    }

    /**
     * Puts one in that the peer has sealed; the oldest go when there are too many, since a datagram is worth less the older it is.
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
            boolean full = false;
            while (waiting.size() == SecretConstants.DATAGRAM_INBOX || !waiting.isEmpty() && !hasRoomLocked(datagram)) {
                heap -= heapOf(waiting.poll());
                full = true;
            }
            waiting.add(datagram);
            heap += heapOf(datagram);
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
            Optional<byte[]> oldest = Optional.ofNullable(waiting.poll());
            oldest.ifPresent(datagram -> heap -= heapOf(datagram));
            if (waiting.isEmpty() && taken > 0) {
                memory.resize(taken, 0);
                taken = 0;
            }
            return oldest;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether there is memory for one more, which is taken in steps} */
    private boolean hasRoomLocked(byte[] datagram) {
        int needed = heap + heapOf(datagram);
        if (needed <= Math.max(taken, SecretConstants.DATAGRAMS_GUARANTEED)) {
            return true;
        }
        int larger = needed + SecretConstants.DATAGRAMS_STEP;
        boolean granted = memory.resize(taken, larger);
        taken = granted ? larger : taken;
        return granted;
    }

    private static int heapOf(byte[] datagram) {
        return datagram.length + SecretConstants.DATAGRAM_HEAP;
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

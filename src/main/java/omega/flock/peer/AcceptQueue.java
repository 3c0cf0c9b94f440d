package omega.flock.peer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.secret.SecretStream;

/** Connections between the handshakes, which put them, and the program, which accepts them. Bounded; thread-safe. */
final class AcceptQueue {

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<SecretStream> waiting = new ArrayDeque<>(); // guarded by lock
    private boolean closed; // guarded by lock
    private Optional<Throwable> failure = Optional.empty(); // guarded by lock; why it was closed, if not on purpose

    AcceptQueue(int capacity) {
        this.capacity = capacity;
    }

    /** Puts a connection in; false if there is no room, or nobody will ever ask. */
    boolean offer(SecretStream stream) {
        lock.lock();
        try {
            // Those that ended while they waited make room; nobody would want them.
            waiting.removeIf(each -> waiting.size() >= capacity && !each.isOpen());
            if (closed || waiting.size() >= capacity) {
                return false;
            }
            waiting.add(stream);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a connection.
     *
     * @param timeoutNanos how long, Long.MAX_VALUE for ever
     * @return empty at the end of the time
     * @throws FlockException SERVER_CLOSED once the server is closed and none is left
     */
    Optional<SecretStream> take(long timeoutNanos) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (waiting.isEmpty()) {
                if (closed) {
                    throw new FlockException(Code.SERVER_CLOSED,
                            failure.map(cause -> "the node failed: " + cause).orElse("the server is closed"), failure.orElse(null));
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            return Optional.of(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more, and returns those that nobody has accepted.
     *
     * @param why what failed, if it is not closed on purpose
     */
    List<SecretStream> close(Optional<Throwable> why) {
        lock.lock();
        try {
            closed = true;
            failure = why;
            List<SecretStream> left = new ArrayList<>(waiting);
            waiting.clear();
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }
}

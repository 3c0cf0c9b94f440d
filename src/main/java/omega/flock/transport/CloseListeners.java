package omega.flock.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;

/**
 * Whoever wants to know that a stream ended, each told exactly once and in the order in which they came: on the thread that ended it, and
 * on its own thread only if it came after all others had been told. So whoever is told knows that those before it have been.
 */
final class CloseListeners {
    private static final Logger LOG = System.getLogger("omega.flock.transport");

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Consumer<CloseReason>> waiting = new ArrayDeque<>(2); // guarded by lock
    private CloseReason told; // guarded by lock; null until the stream ended
    private boolean telling; // guarded by lock; some thread is about to tell those who wait

    void add(Consumer<CloseReason> listener) {
        CloseReason already;
        lock.lock();
        try {
            already = telling ? null : told;
            if (already == null) {
                waiting.add(listener);
            }
        } finally {
            lock.unlock();
        }
        if (already != null) {
            tell(listener, already);
        }
    }

    void tellAll(CloseReason reason) {
        lock.lock();
        try {
            if (told != null) {
                return;
            }
            told = reason;
            telling = true;
        } finally {
            lock.unlock();
        }
        for (Optional<Consumer<CloseReason>> next = next(); next.isPresent(); next = next()) {
            tell(next.get(), reason);
        }
    }

    private Optional<Consumer<CloseReason>> next() {
        lock.lock();
        try {
            telling = !waiting.isEmpty();
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    private static void tell(Consumer<CloseReason> listener, CloseReason reason) {
        try {
            listener.accept(reason);
        } catch (RuntimeException | Error e) {
            // One listener's mistake must not keep the others from being told.
            LOG.log(Level.ERROR, "stream.close.listener.failed", e);
        }
    }
}

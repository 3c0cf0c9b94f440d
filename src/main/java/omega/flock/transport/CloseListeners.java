package omega.flock.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;

/** Whoever wants to know that a stream ended, each told exactly once, on the thread that ended it or on its own if it came late. */
final class CloseListeners {
    private static final Logger LOG = System.getLogger("omega.flock.transport");

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<CloseReason>> waiting = new ArrayList<>(); // guarded by lock
    private CloseReason told; // guarded by lock; null until the stream ended

    void add(Consumer<CloseReason> listener) {
        Optional<CloseReason> already;
        lock.lock();
        try {
            already = Optional.ofNullable(told);
            if (told == null) {
                waiting.add(listener);
            }
        } finally {
            lock.unlock();
        }
        already.ifPresent(reason -> tell(listener, reason));
    }

    void tellAll(CloseReason reason) {
        List<Consumer<CloseReason>> listeners;
        lock.lock();
        try {
            if (told != null) {
                return;
            }
            told = reason;
            listeners = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        listeners.forEach(listener -> tell(listener, reason));
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

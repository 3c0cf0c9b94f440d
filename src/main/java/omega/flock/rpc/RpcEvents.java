package omega.flock.rpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.TaskScope;

/**
 * Tells listeners what happens, one event at a time, on a virtual thread named {@code rpc-events} that lives while there is
 * something to tell. Events of a kind that wait are merged, so there are never more than there are kinds. Thread-safe.
 */
final class RpcEvents {

    /** What can happen. */
    enum Kind { PERSISTENT, EPHEMERAL, NAT_UPDATE, NETWORK_UPDATE, NETWORK_CHANGE, WAKE_UP, BOOTSTRAPPED }

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final TaskScope scope;
    private final List<RpcListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedSet<Kind> waiting = new LinkedHashSet<>(); // guarded by lock
    private boolean telling; // guarded by lock

    RpcEvents(TaskScope scope) {
        this.scope = scope;
    }

    void add(RpcListener listener) {
        listeners.add(listener);
    }

    /** Lets the listeners know soon; returns at once. */
    void fire(Kind kind) {
        lock.lock();
        try {
            // An event that happens again moves to the end: what listeners hear last is what is true.
            waiting.addLast(kind);
            if (!telling && !listeners.isEmpty()) {
                scope.forkVital("rpc-events", this::tellAll);
                telling = true;
            }
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "rpc.event.after.close kind={0}", kind);
        } finally {
            lock.unlock();
        }
    }

    /** Tells on the calling thread that the node is closed. */
    void closed() {
        listeners.forEach(listener -> guarded(listener::onClosed));
    }

    private void tellAll() {
        for (Optional<Kind> next = next(); next.isPresent(); next = next()) {
            Kind kind = next.get();
            listeners.forEach(listener -> guarded(() -> tell(listener, kind)));
        }
    }

    private Optional<Kind> next() {
        lock.lock();
        try {
            telling = !waiting.isEmpty() && !scope.isCancelled();
            return telling ? Optional.of(waiting.removeFirst()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private static void tell(RpcListener listener, Kind kind) {
        switch (kind) {
            case PERSISTENT -> listener.onPersistent();
            case EPHEMERAL -> listener.onEphemeral();
            case NAT_UPDATE -> listener.onNatUpdate();
            case NETWORK_UPDATE -> listener.onNetworkUpdate();
            case NETWORK_CHANGE -> listener.onNetworkChange();
            case WAKE_UP -> listener.onWakeUp();
            case BOOTSTRAPPED -> listener.onBootstrapped();
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "rpc.listener.failed", e);
        }
    }
}

package omega.flock.gateway;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.base.Subscription;
import omega.flock.peer.PeerNode;
import omega.flock.rpc.RpcListener;
import omega.flock.rpc.RpcNode;
import omega.flock.runtime.TaskLane;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * Says how a node is, and tells listeners when that changes. Called on the node's event thread and on those of callers; each listener has a
 * lane of its own, so that one that blocks or throws hurts only itself.
 */
final class HealthWatch implements RpcListener {

    private static final Logger LOG = System.getLogger("omega.flock.gateway");

    private final PeerNode node;
    private final RpcNode rpc;
    /** Outlives the node, which it has to tell the end of: a lane has a thread only while it has something to tell. */
    private final TaskScope scope = new TaskScope("health");
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Consumer<Health>, TaskLane> listeners = new LinkedHashMap<>(); // guarded by lock
    private Health health; // guarded by lock

    HealthWatch(PeerNode node) {
        this.node = node;
        this.rpc = node.dht().rpc();
        this.health = new Health(Health.State.ONLINE, now(), Optional.empty());
    }

    /**
     * Adds a listener.
     *
     * @throws IllegalStateException if the node is closed
     */
    Subscription add(Consumer<Health> listener) {
        // A wrapper of its own, so that a listener that was added twice is removed once.
        Consumer<Health> own = listener::accept;
        lock.lock();
        try {
            node.requireNotClosed(); // under the lock: whoever gets in hears of the end
            listeners.put(own, new TaskLane("flock-health", scope));
        } finally {
            lock.unlock();
        }
        return () -> remove(own);
    }

    /** Looks at the node, lets the listeners know soon if that is news, and returns what it is like. */
    Health update() {
        lock.lock();
        try {
            Health.State state = state();
            Optional<String> cause = cause(state);
            if (health.state() != Health.State.FAILED && (health.state() != state || !health.cause().equals(cause))) {
                Instant since = health.state() == state ? health.since() : now();
                Health changed = new Health(state, since, cause);
                health = changed;
                listeners.forEach((listener, lane) -> lane.add(() -> tell(listener, changed)));
            }
            return health;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onNetworkUpdate() {
        update();
    }

    @Override
    public void onBootstrapped() {
        update();
    }

    @Override
    public void onClosed() {
        update();
    }

    private void remove(Consumer<Health> listener) {
        lock.lock();
        try {
            listeners.remove(listener);
        } finally {
            lock.unlock();
        }
    }

    private Health.State state() {
        if (node.failure().isPresent()) {
            return Health.State.FAILED;
        }
        if (node.isClosed() || node.isSuspended() || !rpc.online()) {
            return Health.State.OFFLINE;
        }
        return rpc.degraded() ? Health.State.DEGRADED : Health.State.ONLINE;
    }

    private Optional<String> cause(Health.State state) {
        return switch (state) {
            case ONLINE -> Optional.empty();
            case DEGRADED -> Optional.of("most requests of the last 20 seconds were not answered");
            case OFFLINE -> node.isClosed() ? Optional.of("closed") : node.isSuspended() ? Optional.of("suspended") : rpc.offlineCause();
            case FAILED -> node.failure().map(Throwable::toString);
        };
    }

    private static void tell(Consumer<Health> listener, Health health) {
        try {
            listener.accept(health);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "health.listener.failed", e);
        }
    }

    private static Instant now() {
        return Instant.ofEpochMilli(Ticker.SYSTEM.wallMillis());
    }
}

package omega.flock.rpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omega.flock.runtime.TaskScope;

/**
 * What a node does every five seconds, on its deadline thread; what may block is forked. Thread-safe (dht-rpc 6.27.0
 * {@code index.js}, {@code _ontick} and {@code _onwakeup}).
 */
final class NodeTicks {

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final NodeState state;
    private final RequestPool pool;
    private final Upkeep upkeep;
    private final NodeQueries queries;
    private final NetworkCheck networkCheck;
    private final BootstrapResolver bootstrap;
    private final RpcEvents events;
    private final RpcCounters counters;
    private final TaskScope scope;
    private final InterfaceWatch interfaces;
    private final ReentrantLock lock = new ReentrantLock();
    private final HealthWindow health = new HealthWindow(); // guarded by lock
    private final SplittableRandom random; // guarded by lock

    NodeTicks(NodeState state, RequestPool pool, Upkeep upkeep, NodeQueries queries, NetworkCheck networkCheck,
            BootstrapResolver bootstrap, RpcEvents events, RpcCounters counters, InterfaceWatch interfaces, TaskScope scope, long seed) {
        this.state = state;
        this.pool = pool;
        this.upkeep = upkeep;
        this.queries = queries;
        this.networkCheck = networkCheck;
        this.bootstrap = bootstrap;
        this.events = events;
        this.counters = counters;
        this.interfaces = interfaces;
        this.scope = scope;
        this.random = new SplittableRandom(seed);
    }

    /** Does what is due. */
    void tick(long wallMillis) {
        NodeState.TickPlan plan = state.tick(wallMillis, pool.inFlight());
        if (plan.wokeUp()) {
            onWakeUp(plan.becameEphemeral());
        }
        scope.tryFork("rpc-interfaces", this::lookAtInterfaces);
        if (!state.bootstrapped()) {
            return;
        }
        if (plan.tryPersistence()) {
            scope.tryFork("rpc-network-check", () -> networkCheck.run(false));
        }
        judged(locked(() -> health.update(counters.responses(), counters.timeouts())));
        plan.checks().forEach(upkeep::check);
        if (plan.refresh() || locked(health::silent)) {
            refresh();
        }
    }

    /** The first walk is over. */
    void bootstrapped() {
        judged(counters.responses() == 0 && bootstrap.expectsSomebody() && locked(health::nobodyAnswered));
    }

    /** {@return why nobody can be reached; empty while online} */
    Optional<String> offlineCause() {
        if (online()) {
            return Optional.empty();
        }
        if (interfaces.isCutOff()) {
            return Optional.of("this machine is in no network any more");
        }
        return Optional.of(locked(health::unreached) ? "nobody has answered of " + bootstrap.describe() : "nobody answers any more");
    }

    private void judged(boolean changed) {
        fireIf(changed, RpcEvents.Kind.NETWORK_UPDATE);
        if (changed) {
            offlineCause().ifPresentOrElse(cause -> LOG.log(Level.WARNING, "network.offline cause={0}", cause),
                    () -> LOG.log(Level.DEBUG, "network.online degraded={0}", degraded()));
        }
    }

    /** Goes on after a suspension. */
    void wakeUp(long wallMillis) {
        onWakeUp(state.wakeUp(wallMillis));
    }

    /** Walks to a random place of the table. */
    void refresh() {
        double where;
        lock.lock();
        try {
            where = random.nextDouble();
        } finally {
            lock.unlock();
        }
        queries.refresh(where);
    }

    boolean online() {
        return locked(health::online);
    }

    boolean degraded() {
        return locked(health::degraded);
    }

    private void onWakeUp(boolean becameEphemeral) {
        bootstrap.forget();
        judged(locked(health::reset));
        fireIf(becameEphemeral, RpcEvents.Kind.EPHEMERAL);
        events.fire(RpcEvents.Kind.WAKE_UP);
    }

    private void lookAtInterfaces() {
        if (interfaces.hasChanged()) {
            bootstrap.forget();
            judged(interfaces.isCutOff() && locked(() -> health.cutOff(counters.responses())));
            events.fire(RpcEvents.Kind.NETWORK_CHANGE);
            events.fire(RpcEvents.Kind.NETWORK_UPDATE);
        }
    }

    private void fireIf(boolean happened, RpcEvents.Kind kind) {
        if (happened) {
            events.fire(kind);
        }
    }

    private boolean locked(BooleanSupplier body) {
        lock.lock();
        try {
            return body.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }
}

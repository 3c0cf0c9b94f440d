package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import omega.flock.base.PublicKey;
import omega.flock.runtime.TaskScope;

/**
 * What every part of a swarm shares.
 *
 * @param <L> its connections
 */
final class SwarmContext<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    final SwarmOptions options;
    final Network<L> network;
    final TaskScope scope;
    final Alarms alarms;
    final Guard guard = new Guard();
    final Counters counters = new Counters();
    final RandomGenerator random; // guarded by guard
    private Phase phase = Phase.OPEN; // guarded by guard

    SwarmContext(SwarmOptions options, Network<L> network, TaskScope scope, Alarms alarms, RandomGenerator random) {
        this.options = options;
        this.network = network;
        this.scope = scope;
        this.alarms = alarms;
        this.random = random;
    }

    /** Returns the phase; only inside a change. */
    Phase phase() {
        guard.requireHeld();
        return phase;
    }

    /** Moves to another phase; only inside a change. */
    void phase(Phase next) {
        guard.requireHeld();
        phase = next;
    }

    /** Tells whether the swarm may use the network; only inside a change. */
    boolean open() {
        return phase() == Phase.OPEN;
    }

    /** Fails when the swarm is closed; only inside a change. */
    void requireNotClosed(String what) {
        if (phase() == Phase.CLOSED) {
            throw new IllegalStateException(scope.failure().map(cause -> "the flock failed: " + cause + ", it").orElse("the flock is closed, it")
                    + " cannot " + what, scope.failure().orElse(null));
        }
    }

    PublicKey localKey() {
        return options.keyPair().publicKey();
    }

    long now() {
        return alarms.nanoTime();
    }

    /** Sends a keep-alive on a thread of its own, for it may have to wait behind unsent data. */
    void keepAlive(L link) {
        try {
            scope.fork("flock-keepalive " + SwarmText.brief(link.remotePublicKey()), link::sendKeepAlive);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.keepalive.rejected peer={0}", link.remotePublicKey());
        }
    }
}

package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.runtime.TaskScope;

/**
 * Carries out dials, each on a virtual thread and in a scope of its own. However a dial ends, it tells the scheduler once.
 *
 * @param <L> the connections
 */
final class Dialler<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<L> context;
    private final Scheduler<L> scheduler;
    private final Firewall<L> firewall;

    Dialler(SwarmContext<L> context, Scheduler<L> scheduler, Firewall<L> firewall) {
        this.context = context;
        this.scheduler = scheduler;
        this.firewall = firewall;
    }

    /** Starts the thread of a dial; only inside a change. */
    void start(ConnectionEntry<L> entry) {
        String name = "flock-dial " + SwarmText.brief(entry.peer().publicKey());
        TaskScope scope = context.scope.child(name);
        entry.task(scope.fork(name, () -> {
            try {
                dial(entry, scope);
            } finally {
                scope.close();
            }
        }));
    }

    private void dial(ConnectionEntry<L> entry, TaskScope scope) throws InterruptedException {
        PublicKey key = entry.peer().publicKey();
        boolean opened = false;
        try {
            if (admitted(entry, scope)) {
                L link = context.network.dial(key, context.options.keyPair(), context.guard.get(entry.peer()::relayAddresses),
                        relaysFor(entry.peer()), SwarmConstants.DIAL_TIMEOUT);
                opened = opened(entry, link);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "swarm.dial.failed peer={0} error={1}", key, e);
            if (RelayRule.isUnpunchable(e) && !context.options.relayThrough().isEmpty()) {
                context.guard.run(entry.peer()::forceRelaying);
            }
        } finally {
            if (!opened) {
                context.guard.run(() -> scheduler.dialFailed(entry));
            }
        }
    }

    private List<PublicKey> relaysFor(PeerState peer) {
        List<PublicKey> configured = context.options.relayThrough();
        return configured.isEmpty() ? configured
                : RelayRule.choose(configured, context.guard.get(peer::relayForced), context.network.randomized());
    }

    private boolean admitted(ConnectionEntry<L> entry, TaskScope scope) throws InterruptedException {
        return context.options.firewall().isEmpty()
                || firewall.admitsDial(entry.peer().publicKey(), scope) && context.guard.get(() -> scheduler.dialAdmitted(entry));
    }

    private boolean opened(ConnectionEntry<L> entry, L link) {
        if (context.guard.get(() -> scheduler.dialOpened(entry, link))) {
            link.onClose(reason -> context.guard.run(() -> scheduler.linkClosed(entry, reason)));
            return true;
        }
        link.abort(context.guard.get(() -> entry.abortReason().orElseGet(() -> CloseReason.closedLocally("cancelled"))));
        return false;
    }
}

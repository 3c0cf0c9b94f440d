package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/**
 * Asks the program whom to reject, on the thread of the dial or handshake, never under the guard. A predicate that throws or
 * takes too long rejects without a ban; what it rejects is banned, so it is asked about a key once.
 *
 * @param <L> the connections
 */
final class Firewall<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<L> context;
    private final PeerBook book;
    private final ConnectionTable<L> connections;
    private final Scheduler<L> scheduler;

    Firewall(SwarmContext<L> context, PeerBook book, ConnectionTable<L> connections, Scheduler<L> scheduler) {
        this.context = context;
        this.book = book;
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** Tells whether the dialling peer is turned away; runs on the handshake's thread, which the network limits in time. */
    boolean rejectsInbound(PublicKey key) {
        boolean unwelcome = context.guard.get(() -> {
            if (!context.open() || key.equals(context.localKey()) || banned(key)) {
                return true;
            }
            // One that replaces another takes no place of its own.
            boolean full = !connections.contains(key) && !context.options.budget().allowsInbound(connections.inbound())
                    && connections.givingWayToOthers().isEmpty();
            if (full) {
                context.counters.count(Drop.SERVER_LIMIT);
            }
            return full;
        });
        if (unwelcome || context.options.firewall().isEmpty()) {
            return unwelcome;
        }
        try {
            return settle(key, context.options.firewall().get().test(key));
        } catch (RuntimeException e) {
            return failed(key, e);
        }
    }

    /** Tells whether a peer may be dialled; asks in a task of the dial's scope, for a limited time. */
    boolean admitsDial(PublicKey key, TaskScope dialScope) throws InterruptedException {
        Optional<Predicate<PublicKey>> predicate = context.options.firewall();
        if (predicate.isEmpty()) {
            return true;
        }
        Task<Optional<Boolean>> verdict =
                dialScope.forkCallable("flock-firewall " + SwarmText.brief(key), () -> ask(predicate.get(), key));
        try {
            Optional<Boolean> rejects = verdict.join(SwarmConstants.FIREWALL_TIMEOUT);
            return rejects.isPresent() && !settle(key, rejects.get());
        } catch (TimeoutException e) {
            verdict.cancel();
            return !failed(key, e);
        } catch (ExecutionException e) {
            return !failed(key, e.getCause());
        }
    }

    private Optional<Boolean> ask(Predicate<PublicKey> predicate, PublicKey key) {
        try {
            return Optional.of(predicate.test(key));
        } catch (RuntimeException e) {
            failed(key, e);
            return Optional.empty();
        }
    }

    private boolean settle(PublicKey key, boolean rejects) {
        if (rejects) {
            context.guard.run(() -> scheduler.bannedByFirewall(key));
        }
        return rejects;
    }

    /** Logs and counts; returns true, for the peer is rejected. */
    private boolean failed(PublicKey key, Throwable failure) {
        LOG.log(Level.WARNING, "swarm.firewall.failed peer=" + key, failure);
        context.guard.run(() -> context.counters.count(Drop.FIREWALL_FAILED));
        return true;
    }

    private boolean banned(PublicKey key) {
        return book.find(key).filter(PeerState::banned).isPresent();
    }
}

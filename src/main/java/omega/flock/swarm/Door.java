package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.runtime.NetworkSource;

/**
 * Listens under the swarm's key and takes in who connects, on one virtual thread; decides between two connections to one
 * peer.
 *
 * @param <L> the connections
 */
final class Door<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<L> context;
    private final ConnectionTable<L> connections;
    private final PeerBook book;
    private final Scheduler<L> scheduler;
    private final Firewall<L> firewall;
    private Optional<Listener<L>> listener = Optional.empty(); // this and the rest guarded by context.guard
    private Optional<CompletableFuture<Listener<L>>> opening = Optional.empty();
    private boolean started;

    Door(SwarmContext<L> context, ConnectionTable<L> connections, PeerBook book, Scheduler<L> scheduler, Firewall<L> firewall) {
        this.context = context;
        this.connections = connections;
        this.book = book;
        this.scheduler = scheduler;
        this.firewall = firewall;
    }

    // ---- listening ----

    /**
     * Starts to listen unless that has begun, and returns what a caller waits for. A failure is forgotten, so that the next
     * call tries again. While suspended it waits for the resume. Only inside a change.
     */
    CompletableFuture<Listener<L>> open() {
        if (context.phase() == Phase.CLOSED) {
            return CompletableFuture.failedFuture(closed());
        }
        if (listener.isPresent()) {
            return CompletableFuture.completedFuture(listener.get());
        }
        if (opening.isEmpty()) {
            opening = Optional.of(new CompletableFuture<>());
        }
        CompletableFuture<Listener<L>> result = opening.get();
        start();
        return result;
    }

    /** Starts what was asked for while suspended; only inside a change. */
    void resume() {
        start();
    }

    /** Returns the nodes through which the key is reached; empty before it listens. */
    List<PeerAddress> relayAddresses() {
        return context.guard.get(() -> listener).map(Listener::relayAddresses).orElse(List.of());
    }

    /** Stops waiting for a listener that will not come, and returns the one there is; only inside a change. */
    Optional<Listener<L>> shut() {
        opening.ifPresent(result -> result.completeExceptionally(closed()));
        opening = Optional.empty();
        Optional<Listener<L>> open = listener;
        listener = Optional.empty();
        return open;
    }

    private void start() {
        if (opening.isEmpty() || started || !context.open()) {
            return;
        }
        CompletableFuture<Listener<L>> result = opening.get();
        try {
            context.scope.fork("flock-listen " + SwarmText.brief(context.localKey()), () -> listen(result));
            started = true;
        } catch (RejectedExecutionException e) {
            opening = Optional.empty();
            result.completeExceptionally(closed());
        }
    }

    private void listen(CompletableFuture<Listener<L>> result) throws IOException, InterruptedException {
        Listener<L> opened;
        try {
            opened = context.network.listen(context.options.keyPair(), firewall::rejectsInbound, () ->
                    RelayRule.choose(context.options.relayThrough(), false, context.network.randomized()));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            context.guard.run(() -> {
                started = false;
                opening = opening.filter(current -> current != result);
            });
            result.completeExceptionally(e);
            throw e;
        }
        boolean late = context.guard.get(() -> {
            started = false;
            if (context.phase() == Phase.CLOSED) {
                return true;
            }
            listener = Optional.of(opened);
            opening = Optional.empty();
            return false;
        });
        if (late) {
            opened.close();
            return;
        }
        result.complete(opened);
        LOG.log(Level.DEBUG, "swarm.listening key={0}", context.localKey());
        acceptAll(opened);
    }

    private void acceptAll(Listener<L> open) throws InterruptedException {
        try {
            while (true) {
                L link = open.accept();
                context.guard.run(() -> admit(link));
            }
        } catch (IOException e) {
            // The listener has ended; the next refresh of a server listens again.
            LOG.log(Level.DEBUG, "swarm.listener.ended", e);
        } finally {
            context.guard.run(() -> listener = listener.filter(current -> current != open));
        }
    }

    // ---- who connects ----

    /** Takes a connection in, or lets it wait for an older one to close, or refuses it; only inside a change. */
    void admit(L link) {
        PublicKey key = link.remotePublicKey();
        if (!context.open()) {
            refuse(link, Drop.NOT_OPEN, context.phase() == Phase.CLOSED ? SwarmFailures.closed() : SwarmFailures.suspended());
        } else if (key.equals(context.localKey()) || book.find(key).filter(PeerState::banned).isPresent()) {
            refuse(link, Drop.BANNED, SwarmFailures.banned());
        } else {
            connections.find(key).ifPresentOrElse(existing -> choose(existing, link), () -> take(link));
        }
    }

    private void take(L link) {
        NetworkSource source = NetworkSource.of(link.remoteAddress());
        boolean full = !context.options.budget().allowsInbound(connections.inbound());
        Optional<ConnectionEntry<L>> givesWay = full ? connections.givingWayTo(source) : Optional.empty();
        if (full && givesWay.isEmpty() || !context.options.budget().allowsInboundFrom(connections.inboundFrom(source))) {
            refuse(link, Drop.SERVER_LIMIT, SwarmFailures.serverLimit());
            return;
        }
        givesWay.ifPresent(oldest -> {
            context.counters.count(Drop.SERVER_LIMIT);
            scheduler.abort(oldest, SwarmFailures.serverLimit());
        });
        ConnectionEntry<L> entry = scheduler.inboundOpened(link);
        context.guard.afterwards(
                () -> link.onClose(reason -> context.guard.run(() -> scheduler.linkClosed(entry, reason))));
    }

    private void choose(ConnectionEntry<L> existing, L arrived) {
        if (existing.abortReason().isPresent()) {
            succeed(existing, arrived);
            return;
        }
        long sent = existing.link().map(Link::messagesSent).orElse(0L);
        long received = existing.link().map(Link::messagesReceived).orElse(0L);
        switch (DuplicateRule.decide(context.localKey(), arrived.remotePublicKey(), sent, received)) {
            case KEEP_NEW -> {
                context.counters.count(Drop.DUPLICATE_OLD);
                succeed(existing, arrived);
                scheduler.abort(existing, SwarmFailures.duplicate());
            }
            case KEEP_EXISTING -> {
                // If the path of the older one is dead, the keep-alive finds out.
                existing.link().ifPresent(context::keepAlive);
                refuse(arrived, Drop.DUPLICATE_NEW, SwarmFailures.duplicate());
            }
        }
    }

    /** Lets a connection wait until the older one has been dealt with in full. */
    private void succeed(ConnectionEntry<L> existing, L arrived) {
        existing.addSuccessor(arrived).ifPresent(oldest -> refuse(oldest, Drop.SUCCESSORS_FULL, SwarmFailures.duplicate()));
        context.guard.afterwards(
                () -> arrived.onClose(reason -> context.guard.run(() -> existing.removeSuccessor(arrived))));
    }

    private void refuse(L link, Drop why, CloseReason reason) {
        context.counters.count(why);
        context.guard.afterwards(() -> link.abort(reason));
    }

    private static FlockException closed() {
        return new FlockException(Code.SHUT_DOWN, "the flock was closed");
    }
}

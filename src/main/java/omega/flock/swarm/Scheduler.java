package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.ConnectionEntry.Stage;

/**
 * Decides who is dialled and when, and keeps the books about every connection from its beginning to its end. All methods
 * run inside a change of the swarm's guard, on whichever thread brings the news; dials run elsewhere.
 *
 * @param <L> the connections
 */
final class Scheduler<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    /** Starts the thread of a dial. */
    @FunctionalInterface
    interface DialStarter<L extends Link> {
        void start(ConnectionEntry<L> entry);
    }

    private final SwarmContext<L> context;
    private final ConnectionTable<L> connections;
    private final PeerBook book;
    private final SwarmEvents<L> events;
    private final DialQueue queue = new DialQueue();
    private final RetryTimers retries;
    private DialStarter<L> dials = entry -> { };
    private Consumer<L> successors = link -> { };
    private Predicate<Topic> searched = topic -> false;

    Scheduler(SwarmContext<L> context, ConnectionTable<L> connections, PeerBook book, SwarmEvents<L> events) {
        this.context = context;
        this.connections = connections;
        this.book = book;
        this.events = events;
        this.retries = new RetryTimers(context, this::retryDue);
    }

    /** Joins the parts that need each other. */
    void connect(DialStarter<L> dialStarter, Consumer<L> successorsDoor, Predicate<Topic> topicSearched) {
        dials = dialStarter;
        successors = successorsDoor;
        searched = topicSearched;
    }

    // ---- who is wanted ----

    /**
     * A lookup of {@code topic} found a peer; {@code limit} is how many of that topic are wanted. What several nodes say in
     * one lookup is one discovery, else a dial that fails fast would be made again for each of them.
     */
    void discovered(FoundPeer found, Topic topic, int limit, boolean first) {
        if (found.publicKey().equals(context.localKey())) {
            return;
        }
        Optional<PeerState> known = book.find(found.publicKey());
        if (!first) {
            known.ifPresent(peer -> peer.updateRelayAddresses(found.relayAddresses()));
            return;
        }
        boolean supplied = known.isPresent() && known.get().topics().contains(topic) && engaged(known.get());
        if (!supplied && !connections.contains(found.publicKey()) && limit != Integer.MAX_VALUE && supply(topic) >= limit) {
            return;
        }
        Optional<PeerState> taken = book.discover(found.publicKey());
        if (taken.isEmpty()) {
            context.counters.count(Drop.PEERS_FULL);
            return;
        }
        PeerState peer = taken.get();
        peer.updateRelayAddresses(found.relayAddresses());
        peer.associate(topic);
        if (!connections.contains(peer.publicKey())) {
            peer.rediscovered();
            queue.add(peer);
            forgetIfIdle(peer);
        }
    }

    /** Joins a peer by its key. */
    void joinPeer(PublicKey key) {
        PeerState peer = book.upsert(key);
        book.explicit(peer, true);
        if (!connections.contains(key)) {
            queue.add(peer);
        }
        pass();
    }

    /** Ends {@link #joinPeer}; says whether the peer was explicit. */
    boolean leavePeer(PublicKey key) {
        Optional<PeerState> known = book.find(key).filter(PeerState::explicit);
        known.ifPresent(peer -> {
            book.explicit(peer, false);
            dropUnwanted();
            forgetIfIdle(peer);
        });
        return known.isPresent();
    }

    /** Drops those who are queued or waiting for something that nobody wants any more. */
    void dropUnwanted() {
        for (PeerState peer : List.copyOf(book.all())) {
            if ((peer.queued() || peer.waiting()) && !wanted(peer)) {
                queue.remove(peer);
                retries.remove(peer);
                forgetIfIdle(peer);
            }
        }
    }

    // ---- passes ----

    /** Dials as many as the limits allow: explicit peers first, then the queue. */
    void pass() {
        if (!context.open()) {
            return;
        }
        for (PeerState peer : book.explicitPeers()) {
            if (!context.options.budget().allowsDial(connections.underWay())) {
                break;
            }
            if (mayDialExplicit(peer)) {
                dial(peer);
            }
        }
        while (!queue.isEmpty() && mayDialQueued()) {
            PeerState peer = queue.take(context.random);
            if (peer.banned() || connections.contains(peer.publicKey()) || !wanted(peer)) {
                queue.settle(peer);
                forgetIfIdle(peer);
            } else {
                dial(peer);
            }
        }
        flushIfBlocked();
    }

    /** Retry timers are due. */
    private void retryDue() {
        for (PeerState peer : retries.takeDue()) {
            if (!connections.contains(peer.publicKey()) && wanted(peer)) {
                queue.add(peer);
            }
            forgetIfIdle(peer);
        }
        pass();
    }

    // ---- what becomes of a dial ----

    /** The firewall lets a dial pass; false if the dial was cancelled meanwhile. */
    boolean dialAdmitted(ConnectionEntry<L> entry) {
        if (entry.abortReason().isPresent()) {
            return false;
        }
        started(entry);
        return true;
    }

    /** A dial has opened; false if it was cancelled meanwhile, and the caller resets the connection. */
    boolean dialOpened(ConnectionEntry<L> entry, L link) {
        if (entry.abortReason().isPresent()) {
            return false;
        }
        PeerState peer = entry.peer();
        connections.opened(entry, link);
        context.counters.dialsOpened++;
        peer.dialOpened(context.now());
        // Published, then told, then settled: whoever waits in flush() finds the connection.
        events.connected(link, handle(peer));
        queue.settle(peer);
        events.updated();
        pass();
        return true;
    }

    /** A dial has ended without a connection, or has never begun. */
    void dialFailed(ConnectionEntry<L> entry) {
        boolean begun = entry.stage() == Stage.DIALLING;
        if (connections.remove(entry)) {
            context.counters.dialsClosed += begun ? 1 : 0;
            // A dial that its firewall could not judge counts as an attempt too, else it would begin again at once.
            if (begun || !entry.peer().banned()) {
                dialEnded(entry.peer());
            }
            queue.settle(entry.peer());
            finish(entry, begun);
        }
    }

    /** The firewall rejects a peer, which is banned for it. */
    void bannedByFirewall(PublicKey key) {
        PeerState peer = book.upsert(key);
        if (!peer.banned()) {
            book.banByFirewall(peer).ifPresent(freed -> {
                context.counters.count(Drop.BANS_FULL);
                forgetIfIdle(freed);
            });
            context.counters.bannedPeers++;
            events.banned(handle(peer), SwarmFailures.firewalled());
        }
    }

    // ---- connections ----

    /** A peer has connected to us and there is no other connection to it. */
    ConnectionEntry<L> inboundOpened(L link) {
        PeerState peer = book.upsert(link.remotePublicKey());
        ConnectionEntry<L> entry = connections.addInbound(peer, link);
        context.counters.inboundOpened++;
        peer.inboundOpened();
        events.connected(link, handle(peer));
        queue.remove(peer);
        events.updated();
        return entry;
    }

    /** An open connection has ended. */
    void linkClosed(ConnectionEntry<L> entry, CloseReason reason) {
        if (!connections.remove(entry)) {
            return;
        }
        LOG.log(Level.DEBUG, "swarm.connection.closed peer={0} reason={1}", entry.peer().publicKey(), reason);
        if (reason.kind() == CloseReason.Kind.DUPLICATE) {
            entry.link().ifPresent(events::withdraw);
        }
        if (entry.dialled()) {
            context.counters.dialsClosed++;
            dialEnded(entry.peer());
        } else {
            context.counters.inboundClosed++;
        }
        finish(entry, true);
    }

    /**
     * Ends a connection or dial from here. A connection is over when it says so; a dial is over at once, whenever its thread
     * hears the interrupt, and what it may still yield is reset.
     */
    void abort(ConnectionEntry<L> entry, CloseReason reason) {
        if (!entry.abort(reason)) {
            return;
        }
        entry.link().ifPresent(link -> context.guard.afterwards(() -> link.abort(reason)));
        if (entry.link().isEmpty()) {
            entry.task().ifPresent(task -> context.guard.afterwards(task::cancel));
            dialFailed(entry);
        }
    }

    // ---- flush ----

    /** Registers a flush, or settles it at once. */
    void flush(Flush flush) {
        if (!context.open()) {
            flush.settle(false);
        } else if (blocked() || !queue.await(flush)) {
            flush.settle(true);
        }
    }

    /** Nobody waits for a flush any more. */
    void abandon(Flush flush) {
        queue.abandon(flush);
    }

    // ---- life ----

    /** Drops the queue, the retry timers and every flush. Explicit and banned peers stay. */
    void quiesce() {
        queue.settleFlushes(false);
        queue.clear();
        retries.reset();
        List.copyOf(book.all()).forEach(this::forgetIfIdle);
    }

    /** Queues the explicit peers as if they had never failed, after a time without network. */
    void resume() {
        for (PeerState peer : book.explicitPeers()) {
            peer.startAfresh();
            if (!connections.contains(peer.publicKey())) {
                queue.add(peer);
            }
        }
        pass();
    }

    /** Bans or unbans for the user. */
    void ban(PeerState peer, boolean banned) {
        PeerState known = banned ? book.recall(peer) : book.find(peer.publicKey()).orElse(peer);
        book.ban(peer, banned);
        book.ban(known, banned);
        if (banned) {
            queue.remove(known);
            pass();
        }
        forgetIfIdle(known);
    }

    PeerHandle handle(PeerState peer) {
        return new PeerHandle(context.guard, this::ban, peer);
    }

    private void forgetIfIdle(PeerState peer) {
        book.forget(peer, connections.contains(peer.publicKey()));
    }

    private void dial(PeerState peer) {
        queue.dialled(peer);
        ConnectionEntry<L> entry = connections.addDial(peer);
        if (context.options.firewall().isEmpty()) {
            started(entry);
        }
        try {
            dials.start(entry);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.dial.rejected peer={0}", peer.publicKey());
            connections.remove(entry);
            queue.settle(peer);
        }
    }

    private void started(ConnectionEntry<L> entry) {
        entry.started();
        context.counters.dialsAttempted++;
        events.updated();
    }

    private void dialEnded(PeerState peer) {
        peer.dialClosed(context.now());
        if (context.open() && wanted(peer)) {
            retries.add(peer);
        }
    }

    /** The order matters: whoever waited for this connection to close comes before a new dial to the same peer. */
    private void finish(ConnectionEntry<L> entry, boolean update) {
        entry.takeSuccessors().forEach(successors);
        forgetIfIdle(entry.peer());
        pass();
        if (update) {
            events.updated();
        }
    }

    private void flushIfBlocked() {
        if (blocked()) {
            queue.settleFlushes(true);
        }
    }

    /** Tells whether nothing is dialled and a limit keeps the queue from being dialled. */
    private boolean blocked() {
        return connections.underWay() == 0 && !withinLimits();
    }

    private boolean withinLimits() {
        return context.options.budget().allowsDiscovered(connections.dials(), connections.inbound(), book.explicitCount());
    }

    private boolean mayDialQueued() {
        return context.options.budget().allowsDial(connections.underWay()) && withinLimits();
    }

    private boolean mayDialExplicit(PeerState peer) {
        boolean again = peer.attempts() == 0 || peer.reconnecting();
        return !peer.banned() && again && !connections.contains(peer.publicKey())
                && peer.attempts() < SwarmConstants.MAX_EXPLICIT_ATTEMPTS && !peer.resting(context.now());
    }

    private boolean wanted(PeerState peer) {
        return peer.explicit() || peer.topics().stream().anyMatch(searched);
    }

    private long supply(Topic topic) {
        return book.all().stream().filter(peer -> peer.topics().contains(topic) && engaged(peer)).count();
    }

    private boolean engaged(PeerState peer) {
        return peer.queued() || peer.waiting() || connections.contains(peer.publicKey());
    }
}

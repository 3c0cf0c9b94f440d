package omega.flock.swarm.machine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import omega.flock.runtime.NetworkSource;
import omega.flock.swarm.machine.PeerStanding.Connected;
import omega.flock.swarm.machine.PeerStanding.Dialling;
import omega.flock.swarm.machine.PeerStanding.Queued;
import omega.flock.swarm.machine.PeerStanding.Rest;

/** Decides who is wanted, who is dialled and when, and who is forgotten. Not thread-safe. */
final class DialStandings {
    private final Context context;
    private final DialBudget budget;
    private final PeerTable table;
    private final PeerQueue<Peer> queue = new PeerQueue<>();
    private final FlushTickets<Outcome> tickets = new FlushTickets<>();
    private RetrySchedule<Peer> retries;

    DialStandings(Context context, PeerTable table) {
        this.context = context;
        this.budget = context.options.budget();
        this.table = table;
        this.retries = new RetrySchedule<>(context.options.backoffs(), context.random);
    }

    // ---- who is wanted ----

    /**
     * A lookup of {@code topic} found a peer; {@code limit} is how many of that topic are wanted. What several nodes say in
     * one lookup is one discovery, else a dial that fails fast would be made again for each of them.
     */
    void discovered(FoundPeer found, Topic topic, int limit, boolean first) {
        if (found.publicKey().equals(context.options.key())) {
            return;
        }
        Optional<Peer> known = table.find(found.publicKey());
        if (!first) {
            known.ifPresent(peer -> peer.updateRelayAddresses(found.relayAddresses()));
            return;
        }
        boolean engaged = known.isPresent() && known.get().standing.engaged();
        boolean supplied = known.isPresent() && supplies(known.get(), topic);
        if (!supplied && !engaged && limit != Integer.MAX_VALUE && table.all().stream().filter(peer -> supplies(peer, topic)).count() >= limit) {
            return;
        }
        Optional<Peer> taken = table.discover(found.publicKey());
        if (taken.isEmpty()) {
            context.count(Drop.PEERS_FULL);
            return;
        }
        Peer peer = taken.get();
        peer.updateRelayAddresses(found.relayAddresses());
        peer.topics().add(topic);
        if (!engaged) {
            peer.rediscovered();
            enqueue(peer);
            table.forget(peer);
        }
    }

    void joinPeer(PublicKey key) {
        Peer peer = table.upsert(key);
        table.explicit(peer, true);
        enqueue(peer);
        pass();
    }

    /** Says whether the peer was explicit. */
    boolean leavePeer(PublicKey key) {
        Optional<Peer> known = table.find(key).filter(Peer::explicit);
        known.ifPresent(peer -> {
            table.explicit(peer, false);
            dropUnwanted();
            table.forget(peer);
        });
        return known.isPresent();
    }

    /** Drops those who are queued or waiting for something that nobody wants any more. */
    void dropUnwanted() {
        for (Peer peer : List.copyOf(table.all())) {
            if ((peer.queued() || peer.retrying) && !wanted(peer)) {
                cancelRetry(peer);
                unqueue(peer);
                table.forget(peer);
            }
        }
    }

    /** Bans or unbans for the user. */
    void ban(Peer peer, boolean banned) {
        Peer known = banned ? table.recall(peer) : table.find(peer.publicKey()).orElse(peer);
        table.ban(peer, banned);
        table.ban(known, banned);
        if (banned) {
            unqueue(known);
            pass();
        }
        table.forget(known);
    }

    /** The firewall rejects a peer, which is banned for it. */
    void bannedByFirewall(PublicKey key) {
        Peer peer = table.upsert(key);
        if (!peer.banned) {
            table.banByFirewall(peer).ifPresent(freed -> {
                context.count(Drop.BANS_FULL);
                table.forget(freed);
            });
            context.bannedPeers++;
            context.emit(new Effect.Banned(peer));
            unqueue(peer);
        }
    }

    // ---- passes ----

    /** Dials as many as the limits allow: explicit peers first, then the queue. */
    void pass() {
        if (!context.open()) {
            return;
        }
        for (Peer peer : table.explicitPeers()) {
            if (!budget.allowsDial(context.underWay)) {
                break;
            }
            if (mayDialExplicit(peer)) {
                dial(peer);
            }
        }
        while (!queue.isEmpty() && budget.allowsDial(context.underWay) && withinLimits()) {
            dial(queue.take(context.random).orElseThrow());
        }
        if (blocked()) {
            tickets.drain().forEach(flush -> flush.settle(true));
        }
    }

    /** {@return when the next retry is due} */
    OptionalLong deadline() {
        return retries.nextDeadline();
    }

    /** Queues those whose time has come. */
    void retryDue() {
        List<Peer> due = retries.popDue(context.now);
        if (due.isEmpty()) {
            return;
        }
        for (Peer peer : due) {
            peer.retrying = false;
            if (peer.standing == Rest.WAITING) {
                peer.rest();
                if (wanted(peer)) {
                    enqueue(peer);
                }
                table.forget(peer);
            }
        }
        pass();
    }

    // ---- what becomes of a dial ----

    /** Somebody has admitted a dial; false if it was given up meanwhile. */
    boolean dialAdmitted(Job.Dial dial) {
        Optional<Peer> peer = dialling(dial);
        peer.ifPresent(this::begun);
        return peer.isPresent();
    }

    void dialOpened(Job.Dial dial, Link link) {
        Optional<Peer> current = dialling(dial);
        if (current.isEmpty()) {
            context.emit(new Effect.Abort(link, SwarmFailures.late(context.phase)));
            return;
        }
        Peer peer = current.get();
        long ticket = ((Dialling) peer.standing).ticket();
        context.underWay--;
        peer.standing = new Connected(link, true, NetworkSource.of(link.remoteAddress()));
        context.dialsOpened++;
        peer.dialOpened(context.now);
        context.emit(new Effect.Watch(link));
        // Published, then told, then settled: whoever waits for a flush finds the connection.
        context.emit(new Effect.Connected(link, peer));
        settle(ticket);
        context.updated();
        pass();
    }

    /** A dial has ended without a connection, or has never begun. */
    void dialFailed(Job.Dial dial, boolean unpunchable) {
        dialling(dial).ifPresent(peer -> {
            if (unpunchable) {
                peer.forceRelaying();
            }
            boolean admitted = ((Dialling) peer.standing).admitted();
            endDial(peer);
            finish(peer, admitted);
        });
    }

    /** Nothing is under way with a peer any more. */
    void finish(Peer peer, boolean update) {
        table.forget(peer);
        pass();
        if (update) {
            context.updated();
        }
    }

    // ---- flush ----

    /** Begins a flush, which may have settled already. */
    Outcome flush() {
        Outcome flush = new Outcome();
        if (!context.open()) {
            flush.settle(false);
        } else if (blocked() || !tickets.await(flush)) {
            flush.settle(true);
        }
        return flush;
    }

    void abandon(Outcome flush) {
        tickets.abandon(flush);
    }

    // ---- life ----

    /** Drops the queue, the retry timers and every flush. Explicit and banned peers stay. */
    void quiesce() {
        tickets.drain().forEach(flush -> flush.settle(false));
        retries = new RetrySchedule<>(context.options.backoffs(), context.random);
        for (Peer peer : List.copyOf(table.all())) {
            peer.retrying = false;
            unqueue(peer);
            if (peer.standing instanceof Rest) {
                peer.rest();
            }
            table.forget(peer);
        }
    }

    /** Queues the explicit peers as if they had never failed, after a time without network. */
    void resume() {
        for (Peer peer : table.explicitPeers()) {
            peer.startAfresh();
            enqueue(peer);
        }
        pass();
    }

    // ---- what there is ----

    /** {@return how many dials are on the network and have neither opened nor ended} */
    int connecting() {
        return (int) table.all().stream().filter(peer -> peer.standing instanceof Dialling dial && dial.admitted()).count();
    }

    /** {@return how many dials are queued or under way} */
    int outstanding() {
        return tickets.outstanding();
    }

    // ---- single steps ----

    private void enqueue(Peer peer) {
        if (peer.consider()) {
            cancelRetry(peer);
            peer.standing = new Queued(tickets.issue());
            queue.add(peer.priority(), peer);
        }
    }

    void unqueue(Peer peer) {
        if (peer.standing instanceof Queued queued) {
            queue.remove(peer);
            peer.rest();
            settle(queued.ticket());
        }
    }

    private void dial(Peer peer) {
        queue.remove(peer);
        cancelRetry(peer);
        long ticket = peer.standing instanceof Queued queued ? queued.ticket() : tickets.issue();
        Job.Dial dial = new Job.Dial(context.nextJob(), peer.publicKey(), peer.relayAddresses(), peer.relayForced);
        peer.standing = new Dialling(dial, ticket, false);
        context.dials++;
        context.underWay++;
        if (!context.options.asksBeforeDials()) {
            begun(peer);
        }
        context.emit(new Effect.Start(dial, context.now + SwarmConstants.DIAL_TIMEOUT.toNanos()));
    }

    private void begun(Peer peer) {
        Dialling dialling = (Dialling) peer.standing;
        peer.standing = new Dialling(dialling.dial(), dialling.ticket(), true);
        context.dialsAttempted++;
        context.updated();
    }

    /** Gives a dial up, which is over at once, whenever its thread hears of it. */
    void stop(Peer peer) {
        context.emit(new Effect.Stop(((Dialling) peer.standing).dial(), true));
        endDial(peer);
    }

    private void endDial(Peer peer) {
        Dialling dialling = (Dialling) peer.standing;
        context.dials--;
        context.underWay--;
        peer.rest();
        context.dialsClosed += dialling.admitted() ? 1 : 0;
        // A dial that its firewall could not judge counts as an attempt too, else it would begin again at once.
        if (dialling.admitted() || !peer.banned) {
            awaitRetry(peer);
        }
        settle(dialling.ticket());
    }

    /** A dial has ended: the peer waits for its next try, if it has one. */
    void awaitRetry(Peer peer) {
        peer.dialClosed(context.now);
        if (context.open() && wanted(peer) && !peer.retrying) {
            Backoff.after(peer).ifPresent(backoff -> {
                retries.add(backoff, peer, context.now);
                peer.retrying = true;
                peer.rest();
            });
        }
    }

    private void cancelRetry(Peer peer) {
        if (peer.retrying) {
            retries.remove(peer);
            peer.retrying = false;
            if (peer.standing instanceof Rest) {
                peer.rest();
            }
        }
    }

    private void settle(long ticket) {
        tickets.settle(ticket).forEach(flush -> flush.settle(true));
    }

    private Optional<Peer> dialling(Job.Dial dial) {
        return table.find(dial.key()).filter(peer -> peer.standing instanceof Dialling under && under.dial().equals(dial));
    }

    /** Tells whether nothing is dialled and a limit keeps the queue from being dialled. */
    private boolean blocked() {
        return context.underWay == 0 && !withinLimits();
    }

    private boolean withinLimits() {
        return budget.allowsDiscovered(context.dials, context.inbound, table.explicitCount());
    }

    private boolean mayDialExplicit(Peer peer) {
        boolean again = peer.attempts == 0 || peer.reconnecting();
        return !peer.banned && again && !peer.standing.engaged()
                && peer.attempts < SwarmConstants.MAX_EXPLICIT_ATTEMPTS && !peer.resting(context.now);
    }

    private boolean wanted(Peer peer) {
        return peer.explicit || peer.topics().stream().anyMatch(context.sought::contains);
    }

    private static boolean supplies(Peer peer, Topic topic) {
        return peer.topics().contains(topic) && (peer.standing != Rest.IDLE || peer.retrying);
    }
}

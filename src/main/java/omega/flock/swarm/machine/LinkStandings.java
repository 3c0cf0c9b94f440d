package omega.flock.swarm.machine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;
import omega.flock.swarm.machine.PeerStanding.Closing;
import omega.flock.swarm.machine.PeerStanding.Connected;
import omega.flock.swarm.machine.PeerStanding.Dialling;
import omega.flock.swarm.machine.PeerStanding.Queued;
import omega.flock.swarm.machine.PeerStanding.Rest;

/**
 * Decides which connections stay: at most one for each key, at most so many that others have opened, and none of whom is banned. Not
 * thread-safe.
 */
final class LinkStandings {
    private static final NetworkSource NOBODY = new NetworkSource(0, 0);

    private final Context context;
    private final DialBudget budget;
    private final PeerTable table;
    private final DialStandings dials;
    private final FairSlots<Peer> places; // of connections that others have opened

    LinkStandings(Context context, PeerTable table, DialStandings dials) {
        this.context = context;
        this.budget = context.options.budget();
        this.table = table;
        this.dials = dials;
        this.places = new FairSlots<>(Math.max(1, budget.maxServerConnections()));
    }

    // ---- connections from outside ----

    /** Tells whether whoever begins a handshake is turned away without asking anybody. */
    boolean turnsAway(PublicKey key) {
        if (!context.open() || key.equals(context.options.key()) || table.banned(key)) {
            return true;
        }
        // One that replaces another takes no place of its own.
        boolean replaces = table.find(key).filter(peer -> peer.standing.engaged()).isPresent();
        boolean full = !replaces && !budget.allowsInbound(context.inbound) && givingWayTo(NOBODY).isEmpty();
        if (full) {
            context.count(Drop.SERVER_LIMIT);
        }
        return full;
    }

    /** Takes a connection in, or lets it wait for an older one to close, or refuses it. */
    void arrived(Link link) {
        context.emit(new Effect.Watch(link));
        admit(link);
    }

    private void admit(Link link) {
        PublicKey key = link.remotePublicKey();
        if (!context.open()) {
            refuse(link, Drop.NOT_OPEN, SwarmFailures.late(context.phase));
        } else if (key.equals(context.options.key()) || table.banned(key)) {
            refuse(link, Drop.BANNED, SwarmFailures.banned());
        } else {
            Optional<Peer> known = table.find(key);
            switch (known.map(peer -> peer.standing).orElse(Rest.IDLE)) {
                case Rest ignored -> take(link);
                case Queued ignored -> take(link);
                case Dialling ignored -> chooseOverDial(known.get(), link);
                case Connected existing -> choose(known.get(), existing, link);
                case Closing closing -> succeed(closing, link);
            }
        }
    }

    /** If it wins, the dial is over at once, whenever its thread hears of it. */
    private void chooseOverDial(Peer peer, Link arrived) {
        if (DuplicateRule.decide(context.options.key(), peer.publicKey(), 0, 0) == DuplicateRule.KEEP_EXISTING) {
            refuse(arrived, Drop.DUPLICATE_NEW, SwarmFailures.duplicate());
            return;
        }
        context.count(Drop.DUPLICATE_OLD);
        dials.stop(peer);
        take(arrived);
        dials.finish(peer, true);
    }

    private void choose(Peer peer, Connected existing, Link arrived) {
        Link old = existing.link();
        switch (DuplicateRule.decide(context.options.key(), peer.publicKey(), old.messagesSent(), old.messagesReceived())) {
            case KEEP_NEW -> {
                context.count(Drop.DUPLICATE_OLD);
                succeed(reset(peer, existing, SwarmFailures.duplicate()), arrived);
            }
            case KEEP_EXISTING -> {
                context.emit(new Effect.Probe(old)); // if the path of the older one is dead, this finds out
                refuse(arrived, Drop.DUPLICATE_NEW, SwarmFailures.duplicate());
            }
        }
    }

    private void succeed(Closing closing, Link arrived) {
        closing.successors().addLast(arrived);
        if (closing.successors().size() > SwarmConstants.MAX_SUCCESSORS) {
            refuse(closing.successors().removeFirst(), Drop.SUCCESSORS_FULL, SwarmFailures.duplicate());
        }
    }

    private void take(Link link) {
        NetworkSource source = NetworkSource.of(link.remoteAddress());
        boolean full = !budget.allowsInbound(context.inbound);
        Optional<Peer> givesWay = full ? givingWayTo(source) : Optional.empty();
        if (full && givesWay.isEmpty() || !budget.allowsInboundFrom(places.held(source))) {
            refuse(link, Drop.SERVER_LIMIT, SwarmFailures.serverLimit());
            return;
        }
        givesWay.ifPresent(oldest -> {
            context.count(Drop.SERVER_LIMIT);
            reset(oldest, SwarmFailures.serverLimit());
        });
        Peer peer = table.upsert(link.remotePublicKey());
        dials.unqueue(peer);
        peer.standing = new Connected(link, false, source);
        context.inbound++;
        places.enter(peer, source);
        context.inboundOpened++;
        peer.inboundOpened();
        context.emit(new Effect.Connected(link, peer));
        context.updated();
    }

    private void refuse(Link link, Drop why, CloseReason reason) {
        context.count(why);
        context.emit(new Effect.Abort(link, reason));
    }

    /**
     * {@return who has to lose its connection if one more is to come from a source while there are as many as there may be: the oldest of
     * the source that holds most} Empty unless that one would still hold no fewer: nobody loses a connection to whoever has as many.
     */
    private Optional<Peer> givingWayTo(NetworkSource source) {
        return places.displacedBy(source).filter(oldest -> places.held(source(oldest)) > places.held(source) + 1);
    }

    private static NetworkSource source(Peer peer) {
        return peer.standing instanceof Closing closing ? closing.last().source() : ((Connected) peer.standing).source();
    }

    // ---- the end of a connection ----

    /** A connection has ended; one that was refused is not known any more. */
    void closed(Link link, CloseReason reason) {
        Peer peer = table.find(link.remotePublicKey()).orElse(null);
        if (peer == null) {
            return;
        }
        if (peer.standing instanceof Connected open && open.link().equals(link)) {
            ended(peer, open, List.of(), reason);
        } else if (peer.standing instanceof Closing closing && closing.last().link().equals(link)) {
            ended(peer, closing.last(), List.copyOf(closing.successors()), reason);
        } else if (peer.standing instanceof Closing closing) {
            closing.successors().remove(link);
        }
    }

    /** The order matters: whoever waited for this connection to close comes before a new dial to the same peer. */
    private void ended(Peer peer, Connected last, List<Link> successors, CloseReason reason) {
        if (reason.kind() == CloseReason.Kind.DUPLICATE) {
            context.emit(new Effect.TakeBack(last.link()));
        }
        if (last.dialled()) {
            context.dials--;
            context.dialsClosed++;
            peer.rest();
            dials.awaitRetry(peer);
        } else {
            context.inbound--;
            places.leave(peer, last.source());
            context.inboundClosed++;
            peer.rest();
        }
        successors.forEach(this::admit);
        dials.finish(peer, true);
    }

    /** Ends a connection or dial from here. A connection is over when it says so. */
    void reset(Peer peer, CloseReason reason) {
        switch (peer.standing) {
            case Dialling ignored -> {
                dials.stop(peer);
                dials.finish(peer, true);
            }
            case Connected open -> reset(peer, open, reason);
            case Closing closing -> {
                closing.successors().forEach(link -> context.emit(new Effect.Abort(link, reason)));
                closing.successors().clear();
            }
            case Queued ignored -> { }
            case Rest ignored -> { }
        }
    }

    private Closing reset(Peer peer, Connected open, CloseReason reason) {
        Closing closing = new Closing(open, new ArrayDeque<>());
        peer.standing = closing;
        context.emit(new Effect.Abort(open.link(), reason));
        return closing;
    }

    /** Ends every dial and, unless they are to be told later, every connection. */
    void resetAll(CloseReason reason, boolean connectionsToo) {
        for (Peer peer : List.copyOf(table.all())) {
            if (connectionsToo || peer.standing instanceof Dialling) {
                reset(peer, reason);
            }
        }
    }

    // ---- what there is ----

    /** {@return the connections, those included that have been reset and have yet to end} */
    List<Link> links() {
        return table.all().stream().flatMap(peer -> peer.standing.connection().stream()).toList();
    }
}

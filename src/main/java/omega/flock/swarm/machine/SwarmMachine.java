package omega.flock.swarm.machine;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import omega.flock.base.CloseReason;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.machine.JoinedTopic.Session;

/**
 * A swarm as a pure machine: it is told what happens and what the user wants, and is polled for what is to be done ({@link Effect}) and for
 * its next deadline. Not thread-safe; its owner holds a lock around every call and calls {@link #time} first.
 *
 * <pre>
 *   OPEN ◄──suspend(), resume()──► SUSPENDED ──close()──► CLOSED      absorbing
 *     └─────────────────────close()──────────────────────────▲
 * </pre>
 *
 * <p>How it stands to each peer is in {@link PeerStanding}, and to each topic in {@link TopicStanding}.
 */
public final class SwarmMachine {
    final Context context; // seen by tests
    private final PeerTable peers = new PeerTable(SwarmConstants.MAX_DISCOVERED_PEERS, SwarmConstants.MAX_FIREWALL_BANS);
    private final DialStandings dials;
    private final LinkStandings links;
    private final TopicStandings topics;
    private final Listening listening;
    private List<Link> told = List.of(); // while closing: open connections that will be reset
    private List<Link> delivering = List.of(); // while closing: those that the program has closed
    private long farewellAt = Long.MAX_VALUE;
    private long graceUntil = Long.MAX_VALUE;

    /**
     * Creates an open machine without peers and topics.
     *
     * @param random decides whom to dial first and spreads timers
     */
    public SwarmMachine(MachineOptions options, RandomGenerator random) {
        this.context = new Context(options, random);
        this.dials = new DialStandings(context, peers);
        this.links = new LinkStandings(context, peers, dials);
        this.listening = new Listening(context);
        this.topics = new TopicStandings(context, dials, listening);
    }

    // ---- time and effects ----

    /** It is that late now, by the monotonic and by the wall clock. */
    public void time(long nowNanos, long wallMillis) {
        context.now = nowNanos;
        context.wallMillis = wallMillis;
    }

    /** {@return what is to be done next; null for nothing} */
    public Effect nextEffect() {
        return context.effects.poll();
    }

    /** {@return when {@link #due} is to be called; empty for never} */
    public OptionalLong deadline() {
        long next = Math.min(Math.min(topics.deadline(), dials.deadline().orElse(Long.MAX_VALUE)), Math.min(farewellAt, graceUntil));
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Does what is due. */
    public void due() {
        dials.retryDue();
        topics.due();
        if (farewellAt <= context.now) {
            farewellAt = Long.MAX_VALUE;
            told.forEach(link -> context.emit(new Effect.Abort(link, SwarmFailures.closed())));
        }
        if (graceUntil <= context.now) {
            graceUntil = Long.MAX_VALUE;
            delivering = List.of();
        }
    }

    // ---- topics ----

    /** Opens a session of a topic, whose refresh begins unless the machine is suspended. */
    public Session join(Topic topic, JoinModes modes) {
        return topics.join(topic, modes);
    }

    /** Ends a topic with all its sessions; it is over when {@link JoinedTopic#left} says so. */
    public void leave(JoinedTopic topic) {
        topics.leave(topic, true);
    }

    /** Ends one session; returns the refresh that withdraws what it announced. */
    public Optional<Refresh> end(JoinedTopic topic, Session session) {
        return topics.end(topic, session);
    }

    /** Changes what a session wants; {@link #refresh} follows. */
    public void modes(Session session, JoinModes modes) {
        session.modes = modes;
    }

    /** Looks up and announces now, or joins the refresh that does; empty if the topic is suspended or being left. */
    public Optional<Refresh> refresh(JoinedTopic topic) {
        return topics.refresh(topic, false);
    }

    /** {@return a topic that is joined and not being left} */
    public Optional<JoinedTopic> find(Topic topic) {
        return topics.find(topic);
    }

    /** {@return the topics that are joined and not being left, in the order in which they were joined: a snapshot} */
    public List<JoinedTopic> topics() {
        return topics.live();
    }

    /** {@return all topics, those included that are being left: a snapshot} */
    public List<JoinedTopic> allTopics() {
        return topics.all();
    }

    /** A node has answered a walk. */
    public void found(Job.Search search, List<FoundPeer> found) {
        topics.found(search, found);
    }

    /**
     * A walk has ended.
     *
     * @param met the closest nodes that it met
     * @param success whether it came to its end, commits included
     */
    public void searched(Job.Search search, List<PeerAddress> met, boolean success) {
        topics.searched(search, met, success);
    }

    /** A record has been withdrawn, or cannot be. */
    public void unannounced(Job.Unannounce job) {
        topics.unannounced(job);
    }

    // ---- listening ----

    /** Starts to listen unless that has begun; what comes of it settles when it listens, or cannot. */
    public Outcome listen() {
        return listening.wish();
    }

    /** It listens; false if nobody needs that any more. */
    public boolean listens(Job.Listen job) {
        boolean wanted = listening.opened(job);
        topics.listeningChanged();
        return wanted;
    }

    /** It does not listen any more, or could not begin to. */
    public void listenEnded(Job.Listen job, Throwable cause) {
        listening.ended(job, cause);
        topics.listeningChanged();
    }

    // ---- peers ----

    /** Keeps a connection to a peer; false for our own key. */
    public boolean joinPeer(PublicKey key) {
        boolean other = !key.equals(context.options.key());
        if (other) {
            dials.joinPeer(key);
        }
        return other;
    }

    /** Ends {@link #joinPeer}; says whether there was something to end. */
    public boolean leavePeer(PublicKey key) {
        return dials.leavePeer(key);
    }

    /** Bans or unbans a peer, which may have been forgotten meanwhile. */
    public void ban(Peer peer, boolean banned) {
        dials.ban(peer, banned);
    }

    /** The firewall rejects a peer. */
    public void rejected(PublicKey key) {
        dials.bannedByFirewall(key);
    }

    /** The firewall could not judge a peer, which is rejected and not banned. */
    public void firewallFailed() {
        context.count(Drop.FIREWALL_FAILED);
    }

    /** {@return everyone who is in mind} */
    public Collection<Peer> peers() {
        return peers.all();
    }

    // ---- connections ----

    /** The firewall admits a dial; false if it was given up meanwhile. */
    public boolean dialAdmitted(Job.Dial dial) {
        return dials.dialAdmitted(dial);
    }

    /** A dial has become a connection. */
    public void dialOpened(Job.Dial dial, Link link) {
        dials.dialOpened(dial, link);
    }

    /**
     * A dial has ended without a connection.
     *
     * @param unpunchable whether it has shown that the peer can be reached through a relay only
     */
    public void dialFailed(Job.Dial dial, boolean unpunchable) {
        dials.dialFailed(dial, unpunchable);
    }

    /** Tells whether whoever begins a handshake is turned away without asking the firewall. */
    public boolean turnsAway(PublicKey key) {
        return links.turnsAway(key);
    }

    /** A peer has connected to us. */
    public void arrived(Link link) {
        links.arrived(link);
    }

    /** A connection has ended. */
    public void closed(Link link, CloseReason reason) {
        delivering = delivering.stream().filter(each -> !each.equals(link)).toList();
        links.closed(link, reason);
    }

    /** Nobody accepts connections, and too many wait for it. */
    public void backlogFull(Link link) {
        context.count(Drop.BACKLOG_FULL);
        context.emit(new Effect.Abort(link, CloseReason.closedLocally("nobody accepts connections")));
    }

    /** The program does not read of bans as fast as they come. */
    public void banEventsFull() {
        context.count(Drop.BAN_EVENTS_FULL);
    }

    /** {@return the connections, those included that have been reset and have yet to end} */
    public List<Link> links() {
        return links.links();
    }

    /** {@return how many dials are on the network and have neither opened nor ended} */
    public int connecting() {
        return dials.connecting();
    }

    // ---- flush ----

    /** Begins to wait for the dials that are queued or under way; true when they have ended, false when suspended or closed. */
    public Outcome flush() {
        return dials.flush();
    }

    /** Nobody waits for a flush any more. */
    public void abandon(Outcome flush) {
        dials.abandon(flush);
    }

    // ---- life ----

    /** {@return where it is in its life} */
    public Phase phase() {
        return context.phase;
    }

    /** The network has changed: finds out which connections are dead before it looks for peers anew. */
    public void networkChanged() {
        if (context.open()) {
            links.links().forEach(link -> context.emit(new Effect.Probe(link)));
            topics.restart();
        }
    }

    /** Lets go of the network; false if it has none. {@link #quiet} says when that is done. */
    public boolean suspend() {
        if (!context.open()) {
            return false;
        }
        context.phase = Phase.SUSPENDED;
        topics.suspend();
        dials.quiesce();
        links.resetAll(SwarmFailures.suspended(), true);
        return true;
    }

    /** {@return whether no record is being withdrawn and no connection has yet to end} */
    public boolean quiet() {
        return !topics.withdrawing() && links.links().isEmpty();
    }

    /** Takes the network back. */
    public void resume() {
        if (context.phase == Phase.SUSPENDED) {
            context.phase = Phase.OPEN;
            listening.resume();
            topics.resume();
            dials.resume();
        }
    }

    /**
     * Begins to close. Topics are left in the same change, so that no refresh fails for a close: it is needed no more.
     *
     * @param courteous whether records are withdrawn and peers told, unless it is suspended
     * @return whether so it is, and {@link #parted} will say when that is over; empty if it was closed before
     */
    public Optional<Boolean> close(boolean courteous) {
        Phase before = context.phase;
        if (before == Phase.CLOSED) {
            return Optional.empty();
        }
        context.phase = Phase.CLOSED;
        dials.quiesce();
        links.resetAll(SwarmFailures.closed(), false);
        boolean polite = courteous && before == Phase.OPEN;
        topics.leaveAll(polite);
        listening.close();
        if (polite) {
            told = links.links().stream().filter(Link::isOpen).toList();
            delivering = links.links().stream().filter(link -> !link.isOpen()).toList();
            farewellAt = context.now + SwarmConstants.FAREWELL_LIMIT.toNanos();
            graceUntil = context.now + SwarmConstants.LINGER_GRACE.toNanos();
        }
        return Optional.of(polite);
    }

    /** {@return whether, while it closes, records are withdrawn and connections that the program has closed have delivered all, or long enough} */
    public boolean parted() {
        return topics.all().isEmpty() && delivering.isEmpty();
    }

    /** Ends what there still is. */
    public void abandonAll(CloseReason reason) {
        farewellAt = Long.MAX_VALUE;
        graceUntil = Long.MAX_VALUE;
        links.resetAll(reason, true);
    }

    /** Forgets everything. */
    public void clear() {
        topics.clear();
        peers.clear();
    }

    // ---- about itself ----

    /** {@return the counters} */
    public SwarmStats stats() {
        return context.stats();
    }

    /** {@return how many dials are queued or under way} */
    public int outstanding() {
        return dials.outstanding();
    }

    /** {@return how it stands to its topics and peers, one a line} */
    public List<String> describe() {
        Stream<String> ofTopics = topics.all().stream().map(topic -> "topic " + topic.topic() + (topic.server() ? ", server" : "")
                + (topic.client() ? ", client" : "") + ": " + topic.standing.name());
        Stream<String> ofPeers = peers.all().stream().map(peer -> "peer " + peer.publicKey() + (peer.explicit() ? ", explicit" : "")
                + (peer.banned() ? ", banned" : "") + ": " + peer.standing.name());
        return Stream.concat(ofTopics, ofPeers).toList();
    }
}

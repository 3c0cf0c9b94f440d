package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.machine.JoinedTopic.Session;
import omega.flock.swarm.machine.TopicStanding.Due;
import omega.flock.swarm.machine.TopicStanding.Resting;
import omega.flock.swarm.machine.TopicStanding.Searching;
import omega.flock.swarm.machine.TopicStanding.Still;
import omega.flock.swarm.machine.TopicStanding.Withdrawing;

/**
 * Decides when a topic is looked up, announced and withdrawn: moves each {@link JoinedTopic} from one {@link TopicStanding} to the next. Not
 * thread-safe. Behaviour: hyperswarm 4.17.2 lib/peer-discovery.js.
 */
final class TopicStandings {
    private final Context context;
    private final DialStandings dials;
    private final Listening listening;
    /** In the order in which they were joined. One that is left stays until its record is withdrawn, and its next life waits for that. */
    private final Set<JoinedTopic> all = new LinkedHashSet<>();
    private final Map<Topic, JoinedTopic> live = new HashMap<>();
    private final Map<Job, JoinedTopic> jobs = new HashMap<>();

    TopicStandings(Context context, DialStandings dials, Listening listening) {
        this.context = context;
        this.dials = dials;
        this.listening = listening;
    }

    Optional<JoinedTopic> find(Topic topic) {
        return Optional.ofNullable(live.get(topic));
    }

    /** {@return the topics that are joined and not being left: a snapshot} */
    List<JoinedTopic> live() {
        return all.stream().filter(JoinedTopic::live).toList();
    }

    /** {@return all topics, those included that are being left: a snapshot} */
    List<JoinedTopic> all() {
        return List.copyOf(all);
    }

    /** Tells whether some record is being withdrawn. */
    boolean withdrawing() {
        return all.stream().anyMatch(topic -> topic.standing instanceof Withdrawing);
    }

    // ---- sessions ----

    /** Adds a session and refreshes. */
    Session join(Topic topic, JoinModes modes) {
        JoinedTopic joined = live.get(topic);
        if (joined == null) {
            Optional<JoinedTopic> predecessor = all.stream().filter(each -> each.topic().equals(topic)).reduce((earlier, later) -> later);
            joined = new JoinedTopic(topic, predecessor, context.open() ? resting() : Still.SUSPENDED);
            all.add(joined);
            live.put(topic, joined);
        }
        Session session = joined.open(modes);
        refresh(joined, false);
        return session;
    }

    /** Ends a session; returns the refresh that its owner may wait for. With the last session the topic is left. */
    Optional<Refresh> end(JoinedTopic topic, Session session) {
        if (!topic.end(session) || !topic.live()) {
            return Optional.empty();
        }
        if (!topic.wanted()) {
            leave(topic, true);
            return Optional.empty();
        }
        boolean withdraws = topic.server && !topic.wantsServer() && (topic.memory.announced() || topic.refresh().isPresent());
        Optional<Refresh> refresh = withdraws ? refresh(topic, false) : Optional.empty();
        // Modes take effect at once; a walk that has become too much does no harm.
        takeModes(topic);
        dials.dropUnwanted();
        return refresh;
    }

    private void takeModes(JoinedTopic topic) {
        topic.server = topic.wantsServer();
        topic.client = topic.wantsClient();
        if (topic.client) {
            context.sought.add(topic.topic());
        } else {
            context.sought.remove(topic.topic());
        }
    }

    // ---- refreshing ----

    /**
     * Looks up and announces as the sessions want it, or joins the refresh that does so already.
     *
     * @param restart whether a refresh under way is worth nothing, because it began on another network
     * @return empty if the topic is suspended or being left
     */
    Optional<Refresh> refresh(JoinedTopic topic, boolean restart) {
        return refresh(topic, restart, SwarmConstants.SOON_PAUSES.size());
    }

    private Optional<Refresh> refresh(JoinedTopic topic, boolean restart, int looks) {
        boolean more = topic.wantsServer() != topic.server || topic.wantsClient() && !topic.client;
        boolean less = topic.client && !topic.wantsClient();
        takeModes(topic);
        if (less) {
            dials.dropUnwanted();
        }
        if (!topic.active()) {
            return Optional.empty();
        }
        Optional<Refresh> running = topic.refresh();
        if (running.isPresent() && !running.get().lookingAgain() && !more && !restart) {
            return running;
        }
        Refresh next = new Refresh(topic.server, refreshDeadline(), looks);
        running.ifPresent(before -> before.successor = Optional.of(next));
        stop(topic);
        topic.standing = new Due(next, patience(topic));
        proceed(topic);
        return Optional.of(next);
    }

    /** Looks at a crowded topic again: each of its nodes names but some of those it knows, drawn at random. */
    private void lookAgain(JoinedTopic topic, int looksLeft) {
        Refresh look = new Refresh(false, refreshDeadline(), looksLeft);
        look.looksAgain = true;
        search(topic, look, Job.Kind.LOOKUP, topic.memory.seeds());
    }

    private long refreshDeadline() {
        return context.now + SwarmConstants.REFRESH_DEADLINE.toNanos();
    }

    /** Begins what a topic waits to do, once what ran before has ended. */
    private void proceed(JoinedTopic topic) {
        if (topic.standing instanceof Due due && !mustWait(topic, due.patienceNanos())) {
            topic.standing = new Due(due.refresh(), Long.MAX_VALUE);
            begin(topic, due.refresh());
        } else if (topic.standing instanceof Withdrawing ending && ending.job().isEmpty() && !mustWait(topic, ending.deadline())) {
            withdraw(topic, ending);
        }
    }

    private void begin(JoinedTopic topic, Refresh refresh) {
        if (!refresh.announcing) {
            search(topic, refresh, topic.memory.announced() ? Job.Kind.LOOKUP_AND_UNANNOUNCE : Job.Kind.LOOKUP, topic.memory.seeds());
        } else if (listening.listens()) {
            search(topic, refresh, Job.Kind.ANNOUNCE, topic.memory.seeds());
        } else if (listening.wish().settled()) {
            settled(topic, refresh, false);
        }
    }

    private void search(JoinedTopic topic, Refresh refresh, Job.Kind kind, List<PeerAddress> seeds) {
        boolean announcing = kind == Job.Kind.ANNOUNCE;
        Job.Search search = new Job.Search(context.nextJob(), topic.topic(), kind, announcing && topic.memory.mustClear(), seeds);
        if (announcing) {
            topic.memory.announcing();
        }
        topic.standing = new Searching(refresh, search);
        start(topic, search, refresh.expiresAt);
    }

    /** A node has answered; its peers count while this is the current walk and somebody looks for them. */
    void found(Job.Search search, List<FoundPeer> peers) {
        JoinedTopic topic = jobs.get(search);
        if (topic != null && topic.client && topic.standing instanceof Searching current && current.search().equals(search)) {
            current.refresh().crowded |= RefreshRule.crowded(peers.size());
            int limit = topic.limit();
            peers.forEach(peer -> dials.discovered(peer, topic.topic(), limit, current.refresh().firstReport(peer.publicKey())));
            dials.pass();
        }
    }

    /** A walk has ended, or was cut short after it had met these nodes. */
    void searched(Job.Search search, List<PeerAddress> met, boolean success) {
        JoinedTopic topic = jobs.remove(search);
        if (topic == null) {
            return;
        }
        boolean announcing = search.kind() == Job.Kind.ANNOUNCE;
        topic.memory.walked(met, announcing, success);
        ended(topic, search);
        if (topic.standing instanceof Searching current && current.search().equals(search)) {
            Refresh refresh = current.refresh();
            if (success && search.clear() && topic.client) {
                // Of two peers that announce themselves at the same time, each may look before the other's record is stored. The one
                // whose record is stored last now sees the other.
                refresh.looksAgain = true;
                search(topic, refresh, Job.Kind.LOOKUP, met);
                return;
            }
            if (success && !announcing && !refresh.looksAgain) {
                topic.memory.withdrawn();
            }
            settled(topic, refresh, success || refresh.looksAgain);
        }
        proceed(topic);
    }

    /** The current refresh is over. A failure is no reason not to try again, and soon: nobody finds us meanwhile, nor we them. */
    private void settled(JoinedTopic topic, Refresh refresh, boolean success) {
        topic.lastOutcome = success;
        boolean soon = (!success || refresh.crowded) && refresh.looksLeft > 0;
        topic.standing = soon ? resting(RefreshRule.soon(refresh.looksLeft, context.random), refresh.looksLeft) : resting();
        refresh.settle(success);
    }

    private Resting resting() {
        return resting(RefreshRule.interval(context.random), 0);
    }

    private Resting resting(Duration delay, int looksLeft) {
        return new Resting(context.now + delay.toNanos(), delay, context.wallMillis, looksLeft);
    }

    // ---- listening ----

    /** The swarm listens now, or could not begin to. */
    void listeningChanged() {
        for (JoinedTopic topic : all()) {
            if (topic.standing instanceof Due due && due.refresh().announcing && due.patienceNanos() == Long.MAX_VALUE) {
                if (listening.listens()) {
                    proceed(topic);
                } else {
                    settled(topic, due.refresh(), false);
                }
            }
        }
    }

    // ---- time ----

    /** {@return when the next topic has something to do by itself} */
    long deadline() {
        return all.stream().mapToLong(topic -> topic.standing.deadline()).min().orElse(Long.MAX_VALUE);
    }

    /** Does what is due. */
    void due() {
        for (JoinedTopic topic : all()) {
            if (topic.standing.deadline() <= context.now) {
                due(topic);
            }
        }
    }

    private void due(JoinedTopic topic) {
        switch (topic.standing) {
            case Resting resting when RefreshRule.slept(resting.delay(), resting.sinceMillis(), context.wallMillis) ->
                    topic.standing = resting(RefreshRule.afterSleep(context.random), 0);
            case Resting resting when resting.looksLeft() > 0 && topic.lastOutcome -> lookAgain(topic, resting.looksLeft() - 1);
            case Resting resting -> refresh(topic, false, Math.max(0, resting.looksLeft() - 1));
            case Due due when due.refresh().expiresAt <= context.now -> expired(topic, due.refresh());
            case Due ignored -> proceed(topic);
            case Searching searching -> {
                context.emit(new Effect.Stop(searching.search(), true));
                expired(topic, searching.refresh());
            }
            case Withdrawing ending when ending.job().isEmpty() -> proceed(topic);
            case Withdrawing ending -> {
                context.emit(new Effect.Stop(ending.job().get(), true));
                over(topic, ending);
            }
            case Still ignored -> { }
        }
    }

    /** One lost completion must not freeze a topic for ever. */
    private void expired(JoinedTopic topic, Refresh refresh) {
        context.count(Drop.REFRESH_TIMEOUT);
        settled(topic, refresh, false);
    }

    // ---- leaving ----

    /** Ends a topic with all its sessions. */
    void leave(JoinedTopic topic, boolean unannounce) {
        if (!topic.live()) {
            return;
        }
        boolean courteous = unannounce && topic.active();
        topic.endAll();
        live.remove(topic.topic());
        takeModes(topic);
        dials.dropUnwanted();
        if (topic.standing instanceof Withdrawing ending) {
            topic.standing = new Withdrawing(true, ending.courteous(), ending.deadline(), ending.job());
        } else {
            stop(topic);
            topic.standing = new Withdrawing(true, courteous, patience(topic), Optional.empty());
            proceed(topic);
        }
    }

    void leaveAll(boolean unannounce) {
        all().forEach(topic -> leave(topic, unannounce));
    }

    /** Uses no network until {@link #resume()}, but for taking the records back. */
    void suspend() {
        for (JoinedTopic topic : live()) {
            if (topic.active()) {
                stop(topic);
                topic.standing = new Withdrawing(false, true, patience(topic), Optional.empty());
                proceed(topic);
            }
        }
    }

    void resume() {
        for (JoinedTopic topic : live()) {
            if (topic.standing instanceof Withdrawing ending) {
                ending.job().ifPresent(job -> context.emit(new Effect.Stop(job, true)));
                topic.straggler = ending.job().map(Job.class::cast).or(() -> topic.straggler);
            }
            topic.standing = resting();
            refresh(topic, false);
        }
    }

    /** Begins every walk anew, for the network is another. */
    void restart() {
        live().forEach(topic -> refresh(topic, true));
    }

    private void withdraw(JoinedTopic topic, Withdrawing ending) {
        List<PeerAddress> holders = topic.memory.withdrawn();
        if (!ending.courteous() || holders.isEmpty()) {
            over(topic, ending);
            return;
        }
        Job.Unannounce job = new Job.Unannounce(context.nextJob(), topic.topic(), holders);
        long until = context.now + SwarmConstants.UNANNOUNCE_LIMIT.toNanos();
        topic.standing = new Withdrawing(ending.leaving(), true, until, Optional.of(job));
        start(topic, job, until);
    }

    /** A record has been withdrawn, or cannot be: what nobody takes back expires by itself. */
    void unannounced(Job.Unannounce job) {
        JoinedTopic topic = jobs.remove(job);
        if (topic != null) {
            ended(topic, job);
            if (topic.standing instanceof Withdrawing ending && ending.job().equals(Optional.of(job))) {
                over(topic, ending);
            } else {
                proceed(topic);
            }
        }
    }

    private void over(JoinedTopic topic, Withdrawing ending) {
        topic.standing = ending.leaving() ? Still.LEFT : Still.SUSPENDED;
        if (ending.leaving()) {
            all.remove(topic);
            new ArrayList<>(all).stream().filter(next -> next.topic().equals(topic.topic())).forEach(this::proceed);
        }
    }

    /** Forgets everything. */
    void clear() {
        all.forEach(topic -> topic.standing = Still.LEFT);
        all.clear();
        live.clear();
        jobs.clear();
    }

    // ---- single steps ----

    /** Nobody needs the refresh under way any more; its walk ends soon after, and what follows waits for that. */
    private void stop(JoinedTopic topic) {
        topic.refresh().ifPresent(refresh -> refresh.settle(true));
        if (topic.standing instanceof Searching searching) {
            context.emit(new Effect.Stop(searching.search(), false));
            topic.straggler = Optional.of(searching.search());
        }
    }

    private long patience(JoinedTopic topic) {
        Duration limit = topic.predecessor.filter(before -> !before.left()).isPresent()
                ? SwarmConstants.PREDECESSOR_LIMIT : SwarmConstants.COMMIT_GRACE.multipliedBy(2);
        return context.now + limit.toNanos();
    }

    private boolean mustWait(JoinedTopic topic, long patienceNanos) {
        return context.now < patienceNanos && patienceNanos != Long.MAX_VALUE
                && (topic.straggler.isPresent() || topic.predecessor.filter(before -> !before.left()).isPresent());
    }

    private void start(JoinedTopic topic, Job job, long untilNanos) {
        topic.straggler = Optional.empty();
        jobs.put(job, topic);
        context.emit(new Effect.Start(job, untilNanos));
    }

    private void ended(JoinedTopic topic, Job job) {
        topic.straggler = topic.straggler.filter(straggler -> !straggler.equals(job));
    }
}

package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import omega.flock.runtime.TaskScope;
import omega.flock.swarm.Alarms.Alarm;

/**
 * One joined topic: its sessions, the refresh under way, the next one's alarm, and where it is announced. All methods run
 * inside a change of the swarm's guard but {@link RefreshRun}'s, which runs on the virtual thread of a refresh.
 *
 * <pre>
 *   ACTIVE ◄──suspend(), resume()──► SUSPENDED ──leave()──► LEAVING ──► LEFT      absorbing
 *      └─────────────────────────leave()──────────────────────▲
 * </pre>
 *
 * <p>Behaviour: hyperswarm 4.17.2 lib/peer-discovery.js.
 */
final class TopicDiscovery<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    /** The life of a joined topic. */
    enum State {
        /** Looks up and announces. */
        ACTIVE,
        /** Keeps its sessions and uses no network. */
        SUSPENDED,
        /** Withdraws its announcement. */
        LEAVING,
        /** Is over. */
        LEFT;

        /** Tells whether it has sessions, or could. */
        boolean live() {
            return this == ACTIVE || this == SUSPENDED;
        }
    }

    /** What a topic needs from its swarm. */
    interface Owner<L extends Link> {

        /** Returns what waits until the swarm listens; inside a change. */
        CompletableFuture<Listener<L>> listen();

        /** The topic wants fewer peers than before; inside a change. */
        void narrowed();

        /** The topic has been left; inside a change. */
        void left(TopicDiscovery<L> discovery);
    }

    private final SwarmContext<L> context;
    private final Scheduler<L> scheduler;
    private final Owner<L> owner;
    private final Topic topic;
    private final TaskScope scope;
    private final Optional<CompletableFuture<Void>> predecessor;
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    // All below guarded by context.guard.
    private final Set<Session<L>> sessions = new LinkedHashSet<>();
    private State state;
    private boolean server;
    private boolean client;
    private Optional<Refresh> current = Optional.empty();
    private Optional<Alarm> alarm = Optional.empty();
    private boolean lastOutcome = true;
    private final WalkMemory memory = new WalkMemory();

    /** {@code predecessor} is the end of an earlier life of the same topic, which must not be overtaken. */
    TopicDiscovery(SwarmContext<L> context, Scheduler<L> scheduler, Owner<L> owner, Topic topic,
            Optional<CompletableFuture<Void>> predecessor) {
        this.context = context;
        this.scheduler = scheduler;
        this.owner = owner;
        this.topic = topic;
        this.predecessor = predecessor;
        this.scope = context.scope.child("topic " + SwarmText.brief(topic));
        this.state = context.open() ? State.ACTIVE : State.SUSPENDED;
    }

    Topic topic() {
        return topic;
    }

    SwarmContext<L> context() {
        return context;
    }

    TaskScope scope() {
        return scope;
    }

    Optional<CompletableFuture<Void>> predecessor() {
        return predecessor;
    }

    State state() {
        return state;
    }

    boolean server() {
        return server;
    }

    boolean client() {
        return client;
    }

    /** Returns what settles when the topic has been left. */
    CompletableFuture<Void> left() {
        return left;
    }

    Optional<Refresh> current() {
        return current;
    }

    /** Returns how the last refresh that ended by itself went; true before the first. */
    boolean lastOutcome() {
        return lastOutcome;
    }

    // ---- sessions ----

    /** Adds a session and refreshes. */
    Session<L> join(JoinModes modes) {
        Session<L> session = new Session<>(this, modes);
        sessions.add(session);
        refresh(false);
        return session;
    }

    /** Removes a session. Returns what its owner may wait for. */
    CompletableFuture<?> remove(Session<L> session) {
        if (!sessions.remove(session)) {
            return CompletableFuture.completedFuture(null);
        }
        if (!state.live()) {
            return left;
        }
        if (sessions.isEmpty()) {
            return leave(true);
        }
        boolean withdraws = server && !anyServer() && (memory.announced() || current.isPresent());
        if (withdraws) {
            Optional<Refresh> refresh = refresh(false);
            owner.narrowed();
            return refresh.map(Refresh::result).orElseGet(() -> CompletableFuture.completedFuture(true));
        }
        // Modes take effect at once; a walk that has become too much does no harm.
        server = anyServer();
        client = anyClient();
        owner.narrowed();
        return CompletableFuture.completedFuture(null);
    }

    /** Returns how many peers of the topic are wanted: what the least modest client session wants. */
    int limit() {
        return sessions.stream().map(Session::modes).filter(JoinModes::client).mapToInt(JoinModes::limit).max().orElse(0);
    }

    // ---- refreshing ----

    /**
     * Looks up and announces as the sessions want it, or joins the refresh that does so already.
     *
     * @param restart whether a refresh under way is worth nothing, because it began on another network
     * @return empty if the topic is suspended or being left
     */
    Optional<Refresh> refresh(boolean restart) {
        boolean more = anyServer() != server || anyClient() && !client;
        boolean less = client && !anyClient();
        server = anyServer();
        client = anyClient();
        if (less) {
            owner.narrowed();
        }
        if (state != State.ACTIVE) {
            return Optional.empty();
        }
        if (current.isPresent() && !more && !restart) {
            return current;
        }
        Refresh next = new Refresh(current);
        current.ifPresent(running -> running.supersededBy(next, context.guard));
        cancelAlarm();
        current = Optional.of(next);
        try {
            next.task(scope.fork("flock-refresh " + SwarmText.brief(topic),
                    () -> new RefreshRun<>(this, next, server).run()));
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.refresh.rejected topic={0}", topic);
            ended(next, List.of(), server, false);
        }
        return current;
    }

    CompletableFuture<Listener<L>> listen() {
        return owner.listen();
    }

    /** Tells whether a refresh is the one that counts. */
    boolean isCurrent(Refresh refresh) {
        return state == State.ACTIVE && current.filter(running -> running == refresh).isPresent();
    }

    /** Returns what starts the walk of a refresh; empty if it is not the current one. */
    Optional<Walk.Start> plan(Refresh refresh, boolean announcing, List<PeerAddress> relays) {
        if (!isCurrent(refresh)) {
            return Optional.empty();
        }
        List<PeerAddress> seeds = memory.seeds();
        KeyPair identity = context.options.keyPair();
        if (announcing) {
            memory.announcing();
            Network.Announcement announcement = new Network.Announcement(relays, memory.mustClear(), seeds);
            return Optional.of(() -> context.network.announce(topic, identity, announcement));
        }
        return Optional.of(memory.announced() ? () -> context.network.lookupAndUnannounce(topic, identity, seeds)
                : () -> context.network.lookup(topic, seeds));
    }

    /** Returns what looks at these nodes again after a first announcement there; empty if nobody looks for peers. */
    Optional<Walk.Start> planSecondLook(Refresh refresh, boolean announcing, List<PeerAddress> nodes) {
        boolean first = announcing && memory.mustClear();
        return first && client && isCurrent(refresh) ? Optional.of(() -> context.network.lookup(topic, nodes)) : Optional.empty();
    }

    /** A node has answered; its peers count while this is the current refresh and somebody looks for them. */
    void found(Refresh refresh, List<FoundPeer> peers) {
        if (client && isCurrent(refresh)) {
            int limit = limit();
            peers.forEach(peer -> scheduler.discovered(peer, topic, limit, refresh.firstReport(peer.publicKey())));
            scheduler.pass();
        }
    }

    /** The thread of a refresh is done; its walk has met these nodes. */
    void ended(Refresh refresh, List<PeerAddress> met, boolean announcing, boolean success) {
        memory.walked(met, announcing, success);
        if (current.filter(running -> running == refresh).isPresent()) {
            if (success && !announcing) {
                memory.withdrawn();
            }
            settled(success);
        }
        refresh.result().complete(success);
        refresh.ended().countDown();
    }

    /** A refresh takes too long: it is over, whatever its thread does. */
    void expire(Refresh refresh) {
        if (isCurrent(refresh)) {
            context.counters.count(Drop.REFRESH_TIMEOUT);
            LOG.log(Level.WARNING, "swarm.refresh.timeout topic={0}", topic);
            refresh.expire(context.guard);
            settled(false);
        }
    }

    /** The current refresh is over. A failure is no reason not to try again later. */
    private void settled(boolean success) {
        current = Optional.empty();
        lastOutcome = success;
        if (state == State.ACTIVE) {
            schedule(RefreshRule.interval(context.random));
        }
    }

    private void schedule(Duration delay) {
        cancelAlarm();
        long startWall = context.alarms.wallMillis();
        alarm = Optional.of(context.alarms.schedule(context.now() + delay.toNanos(), () -> context.guard.run(() -> {
            if (state != State.ACTIVE || current.isPresent()) {
                return;
            }
            if (RefreshRule.slept(delay, startWall, context.alarms.wallMillis())) {
                schedule(RefreshRule.afterSleep(context.random));
            } else {
                refresh(false);
            }
        })));
    }

    private void cancelAlarm() {
        alarm.ifPresent(Alarm::cancel);
        alarm = Optional.empty();
    }

    // ---- leaving ----

    /** Ends the topic with all its sessions; who calls again waits for the same end. */
    CompletableFuture<Void> leave(boolean unannounce) {
        if (!state.live()) {
            return left;
        }
        boolean courteous = unannounce && state == State.ACTIVE;
        state = State.LEAVING;
        sessions.clear();
        server = false;
        client = false;
        owner.narrowed();
        Optional<Refresh> running = halt();
        try {
            context.scope.fork("flock-leave " + SwarmText.brief(topic), () -> {
                try {
                    withdraw(running, courteous);
                } finally {
                    over();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.leave.rejected topic={0}", topic);
            context.guard.afterwards(this::over);
        }
        return left;
    }

    /** Uses no network until {@link #resume()}; returns what settles when the announcement is withdrawn. */
    CompletableFuture<Void> suspend() {
        CompletableFuture<Void> withdrawn = new CompletableFuture<>();
        if (state != State.ACTIVE) {
            withdrawn.complete(null);
            return withdrawn;
        }
        state = State.SUSPENDED;
        Optional<Refresh> running = halt();
        try {
            context.scope.fork("flock-withdraw " + SwarmText.brief(topic), () -> {
                try {
                    withdraw(running, true);
                } finally {
                    withdrawn.complete(null);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.withdraw.rejected topic={0}", topic);
            withdrawn.complete(null);
        }
        return withdrawn;
    }

    void resume() {
        if (state == State.SUSPENDED) {
            state = State.ACTIVE;
            refresh(false);
        }
    }

    private Optional<Refresh> halt() {
        cancelAlarm();
        Optional<Refresh> running = current;
        current = Optional.empty();
        running.ifPresent(refresh -> refresh.cancel(context.guard, true));
        return running;
    }

    private void withdraw(Optional<Refresh> last, boolean unannounce) throws InterruptedException {
        Waits.awaitQuietly(predecessor, SwarmConstants.PREDECESSOR_LIMIT);
        new Withdrawal(context, topic, memory).run(last, unannounce);
    }

    private void over() {
        context.guard.run(() -> {
            state = State.LEFT;
            owner.left(this);
            left.complete(null);
        });
        scope.close();
    }

    private boolean anyServer() {
        return sessions.stream().anyMatch(session -> session.modes().server());
    }

    private boolean anyClient() {
        return sessions.stream().anyMatch(session -> session.modes().client());
    }
}

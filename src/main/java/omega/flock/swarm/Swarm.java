package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.TaskScope;

/**
 * A flock without its façade. Methods run on the caller's thread; those that wait end with {@link InterruptedException} when
 * it is interrupted, while what they wait for goes on.
 *
 * @param <L> the connections
 */
public final class Swarm<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<L> context;
    private final Guard guard;
    private final ConnectionTable<L> connections; // guarded by guard
    private final PeerBook book = new PeerBook(); // guarded by guard
    private final SwarmEvents<L> events;
    private final Scheduler<L> scheduler;
    private final Door<L> door;
    private final TopicTable<L> topics;
    private final Lifecycle<L> lifecycle;

    /**
     * Creates a swarm, which owns the network and the scope from now on and closes both.
     *
     * @param random decides whom to dial first and spreads timers; used under the swarm's lock only
     */
    public Swarm(SwarmOptions options, Network<L> network, TaskScope scope, Alarms alarms, RandomGenerator random) {
        this.context = new SwarmContext<>(options, network, scope, alarms, random);
        this.guard = context.guard;
        this.connections = new ConnectionTable<>(options.budget().maxServerConnections());
        this.events = new SwarmEvents<>(context);
        this.scheduler = new Scheduler<>(context, connections, book, events);
        Firewall<L> firewall = new Firewall<>(context, book, connections, scheduler);
        this.door = new Door<>(context, connections, book, scheduler, firewall);
        this.topics = new TopicTable<>(context, scheduler, door);
        this.lifecycle = new Lifecycle<>(context, connections, book, scheduler, topics, door, events);
        Dialler<L> dialler = new Dialler<>(context, scheduler, firewall);
        guard.run(() -> scheduler.connect(dialler::start, door::admit, topics::searched));
        network.onChange(this::networkChanged);
        scope.onFailure(this::fail);
    }

    // ---- topics ----

    /** Joins a topic; its first refresh has begun when this returns. */
    public DiscoveryHandle join(Topic topic, JoinModes modes) {
        return guard.get(() -> {
            context.requireNotClosed("join a topic");
            return topics.join(topic, modes);
        });
    }

    /** Starts to leave a topic; returns what settles when that is done. */
    public CompletableFuture<?> leave(Topic topic) {
        return guard.get(() -> topics.leave(topic, true));
    }

    /** Starts to leave all topics; returns what settles when that is done. */
    public CompletableFuture<?> clear() {
        return CompletableFuture.allOf(guard.get(() -> topics.leaveAll(true)).toArray(CompletableFuture[]::new));
    }

    /** Returns all sessions of a topic as one. */
    public Optional<DiscoveryHandle> status(Topic topic) {
        return guard.get(() -> topics.find(topic).map(SharedDiscovery::new));
    }

    /** Returns the joined topics in the order in which they were joined. */
    public List<DiscoveryHandle> topics() {
        return guard.get(() -> topics.live().stream().<DiscoveryHandle>map(SharedDiscovery::new).toList());
    }

    // ---- peers ----

    /** Keeps a connection to a peer as long as possible; false for our own key. */
    public boolean joinPeer(PublicKey key) {
        return guard.get(() -> {
            context.requireNotClosed("join a peer");
            if (key.equals(context.localKey())) {
                return false;
            }
            scheduler.joinPeer(key);
            return true;
        });
    }

    /** Ends {@link #joinPeer}; says whether there was something to end. */
    public boolean leavePeer(PublicKey key) {
        return guard.get(() -> scheduler.leavePeer(key));
    }

    /** Returns everyone who is in mind. */
    public Map<PublicKey, PeerHandle> peers() {
        return guard.get(() -> {
            Map<PublicKey, PeerHandle> all = new HashMap<>();
            book.all().forEach(peer -> all.put(peer.publicKey(), scheduler.handle(peer)));
            return all;
        });
    }

    // ---- connections ----

    /** Returns the open connections, without those that are over for the program and deliver their last bytes. */
    public List<L> connections() {
        return guard.get(connections::links).stream().filter(Link::isOpen).toList();
    }

    /** Returns how many dials are under way. */
    public int connecting() {
        return guard.get(connections::connecting);
    }

    /** Waits until the swarm listens and is announced under its key. */
    public void listen() throws IOException, InterruptedException {
        CompletableFuture<Listener<L>> listener = guard.get(() -> {
            context.requireNotClosed("listen");
            return door.open();
        });
        try {
            listener.get();
        } catch (ExecutionException e) {
            throw listenFailure(e.getCause());
        }
    }

    /**
     * Waits until every refresh under way, and every dial that is known of then, has come to something.
     *
     * @param limit how long; empty for ever
     * @return false if it was not so in time, or the swarm was suspended or closed, or nobody of the network answers
     */
    public boolean flush(Optional<Duration> limit) throws InterruptedException {
        Deadline deadline = new Deadline(context.alarms, limit);
        for (TopicDiscovery<L> discovery : guard.get(topics::live)) {
            if (DiscoveryWaits.flushed(discovery, deadline.remaining()).isEmpty()) {
                return false;
            }
        }
        Flush flush = new Flush();
        guard.run(() -> scheduler.flush(flush));
        try {
            return Waits.outcome(flush.result(), deadline.remaining()).orElse(false) && context.network.online();
        } finally {
            guard.run(() -> scheduler.abandon(flush));
        }
    }

    /** Waits for a connection that no handler has taken. */
    public Optional<LinkEvent<L>> accept(Optional<Duration> limit) throws IOException, InterruptedException {
        return events.accept(limit);
    }

    /** Registers a handler. */
    public Subscription onConnection(LinkHandler<L> handler) {
        return events.onConnection(handler);
    }

    /** Registers a listener. */
    public Subscription onUpdate(Runnable listener) {
        return events.onUpdate(listener);
    }

    /** Registers a listener. */
    public Subscription onBan(BiConsumer<PeerHandle, FlockException> listener) {
        return events.onBan(listener);
    }

    /** Returns the counters. */
    public SwarmStats stats() {
        return guard.get(context.counters::snapshot);
    }

    /** Returns who this swarm is. */
    public KeyPair keyPair() {
        return context.options.keyPair();
    }

    // ---- life ----

    /** Returns where the swarm is in its life. */
    boolean closed() {
        return guard.get(() -> context.phase() == Phase.CLOSED);
    }

    /** Starts to let go of the network; returns what settles when that is done. */
    public CompletableFuture<?> suspend() {
        return lifecycle.suspend();
    }

    /** Starts to take the network back; returns what settles when that is done. */
    public CompletableFuture<?> resume() {
        return lifecycle.resume();
    }

    /** Withdraws what is announced, ends connections, closes the network. Bounded; every caller waits for the end. */
    public void close() {
        lifecycle.close(false);
    }

    /** Closes without withdrawing anything. */
    public void closeNow() {
        lifecycle.close(true);
    }

    /**
     * Waits until the swarm is closed and has released all, by whomever.
     *
     * @param limit how long; empty for ever
     * @return false if it was not so in time
     */
    public boolean awaitClose(Optional<Duration> limit) throws InterruptedException {
        return lifecycle.awaitClosed(limit);
    }

    /** Something that the swarm cannot do without has failed, and this is the thread that has noticed: whoever waits is to know. */
    private void fail(Throwable cause) {
        ClosingSteps.takeAll(() -> lifecycle.close(true));
        LOG.log(Level.ERROR, "swarm.failed", cause);
    }

    /** Finds out which connections are dead before it looks for peers anew. */
    private void networkChanged() {
        guard.run(() -> {
            if (context.open()) {
                connections.links().forEach(context::keepAlive);
                topics.restart();
            }
        });
    }

    private static IOException listenFailure(Throwable cause) {
        if (cause instanceof FlockException failure) {
            return new FlockException(failure.reason(), failure.getMessage(), failure);
        }
        return new IOException("cannot listen: " + cause.getMessage(), cause);
    }
}

package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Subscription;
import omega.flock.base.Topic;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.swarm.machine.JoinModes;
import omega.flock.swarm.machine.JoinedTopic;
import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.Outcome;
import omega.flock.swarm.machine.Peer;
import omega.flock.swarm.machine.Phase;
import omega.flock.swarm.machine.SwarmMachine;
import omega.flock.swarm.machine.SwarmStats;

/**
 * A flock without its façade. Methods run on the caller's thread; those that wait end with {@link InterruptedException} when
 * it is interrupted, while what they wait for goes on.
 */
public final class Swarm {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmShell shell;
    private final Lifecycle lifecycle;

    /**
     * Creates a swarm, which owns the network and the scope from now on and closes both.
     *
     * @param random decides whom to dial first and spreads timers; used under the swarm's lock only
     */
    public Swarm(SwarmOptions options, Network network, TaskScope scope, Ticker ticker, Alarms alarms, RandomGenerator random) {
        this.shell = new SwarmShell(options, network, scope, ticker, alarms, random);
        this.lifecycle = new Lifecycle(shell);
        network.onChange(() -> shell.tell(SwarmMachine::networkChanged));
        scope.onFailure(this::fail);
    }

    // ---- topics ----

    /** Joins a topic; its first refresh has begun when this returns. */
    public DiscoveryHandle join(Topic topic, JoinModes modes) {
        return shell.ask(machine -> {
            shell.requireOpen("join a topic");
            JoinedTopic.Session session = machine.join(topic, modes);
            return new DiscoveryHandle(shell, machine.find(topic).orElseThrow(), Optional.of(session));
        });
    }

    /** Starts to leave a topic. */
    public Pending leave(Topic topic) {
        return shell.ask(machine -> over(machine.allTopics().stream().filter(joined -> joined.topic().equals(topic)).toList(), machine));
    }

    /** Starts to leave all topics. */
    public Pending clear() {
        return shell.ask(machine -> over(machine.allTopics(), machine));
    }

    private Pending over(List<JoinedTopic> topics, SwarmMachine machine) {
        topics.forEach(machine::leave);
        return new Pending(shell, () -> topics.stream().allMatch(JoinedTopic::left));
    }

    /** Returns all sessions of a topic as one. */
    public Optional<DiscoveryHandle> status(Topic topic) {
        return shell.ask(machine -> machine.find(topic).map(this::shared));
    }

    /** Returns the joined topics in the order in which they were joined. */
    public List<DiscoveryHandle> topics() {
        return shell.ask(machine -> machine.topics().stream().map(this::shared).toList());
    }

    private DiscoveryHandle shared(JoinedTopic topic) {
        return new DiscoveryHandle(shell, topic, Optional.empty());
    }

    // ---- peers ----

    /** Keeps a connection to a peer as long as possible; false for our own key. */
    public boolean joinPeer(PublicKey key) {
        return shell.ask(machine -> {
            shell.requireOpen("join a peer");
            return machine.joinPeer(key);
        });
    }

    /** Ends {@link #joinPeer}; says whether there was something to end. */
    public boolean leavePeer(PublicKey key) {
        return shell.ask(machine -> machine.leavePeer(key));
    }

    /** Returns everyone who is in mind; what they are is read by {@link #read}. */
    public Map<PublicKey, Peer> peers() {
        return shell.ask(machine -> machine.peers().stream().collect(Collectors.toMap(Peer::publicKey, Function.identity())));
    }

    /** Reads what the lock of the swarm guards, a peer for instance. */
    public <T> T read(Supplier<T> question) {
        return shell.read(question);
    }

    /** Bans or unbans a peer, which may have been forgotten meanwhile. */
    public void ban(Peer peer, boolean banned) {
        shell.tell(machine -> machine.ban(peer, banned));
    }

    /** Allows or forbids to dial a peer again by itself after a connection has ended. */
    public void reconnect(Peer peer, boolean wanted) {
        shell.tell(machine -> peer.reconnecting(wanted));
    }

    // ---- connections ----

    /** Returns the open connections, without those that are over for the program and deliver their last bytes. */
    public List<Link> connections() {
        return shell.ask(SwarmMachine::links).stream().filter(Link::isOpen).toList();
    }

    /** Returns how many dials are under way. */
    public int connecting() {
        return shell.ask(SwarmMachine::connecting);
    }

    /**
     * Waits until the swarm listens and is announced under its key.
     *
     * @throws IOException NO_NETWORK if nobody of the network has answered; it listens all the same, and is announced when somebody does
     */
    public void listen() throws IOException, InterruptedException {
        Outcome listening = shell.ask(machine -> {
            shell.requireOpen("listen");
            return machine.listen();
        });
        shell.await(listening::settled, Optional.empty());
        Optional<Throwable> failure = listening.failure();
        if (failure.isPresent()) {
            throw failure.get() instanceof FlockException known ? new FlockException(known.reason(), known.getMessage(), known)
                    : new IOException("cannot listen: " + failure.get().getMessage(), failure.get());
        }
        boolean announced = shell.runner.listener().filter(listener -> !listener.relayAddresses().isEmpty()).isPresent();
        if (!announced && !shell.network.online()) {
            throw new FlockException(Code.NO_NETWORK, "nobody of the network answers: the key will be announced when somebody does");
        }
    }

    /**
     * Waits until every refresh under way, and every dial that is known of then, has come to something.
     *
     * @param limit how long; empty for ever
     * @return false if it was not so in time, or the swarm was suspended or closed, or nobody of the network answers
     */
    public boolean flush(Optional<Duration> limit) throws InterruptedException {
        long start = shell.ticker.nanoTime();
        for (JoinedTopic topic : shell.ask(SwarmMachine::topics)) {
            if (shell.flushed(topic, remaining(limit, start)).isEmpty()) {
                return false;
            }
        }
        Outcome flush = shell.ask(SwarmMachine::flush);
        try {
            return shell.await(flush::settled, remaining(limit, start)) && shell.read(flush::success) && shell.network.online();
        } finally {
            shell.tell(machine -> machine.abandon(flush));
        }
    }

    private Optional<Duration> remaining(Optional<Duration> limit, long startNanos) {
        return limit.map(all -> Duration.ofNanos(Nanos.of(all) - (shell.ticker.nanoTime() - startNanos)));
    }

    /** Waits for a connection that no handler has taken. */
    public Optional<LinkEvent> accept(Optional<Duration> limit) throws IOException, InterruptedException {
        return shell.events.accept(limit);
    }

    /** Registers a handler. */
    public Subscription onConnection(LinkHandler handler) {
        return shell.events.onConnection(handler);
    }

    /** Registers a listener. */
    public Subscription onUpdate(Runnable listener) {
        return shell.events.onUpdate(listener);
    }

    /** Registers a listener. */
    public Subscription onBan(BiConsumer<Peer, FlockException> listener) {
        return shell.events.onBan(listener);
    }

    /** Returns the counters. */
    public SwarmStats stats() {
        return shell.ask(SwarmMachine::stats);
    }

    /** Returns who this swarm is. */
    public KeyPair keyPair() {
        return shell.options.keyPair();
    }

    /** Returns how it stands, what runs, for whom, since when and until when at the latest, for a person to read. */
    public String dump() {
        return shell.dump();
    }

    // ---- life ----

    /** Tells whether the swarm is closed, or is about to be. */
    boolean closed() {
        return shell.ask(SwarmMachine::phase) == Phase.CLOSED;
    }

    /** Starts to let go of the network. */
    public Pending suspend() {
        return lifecycle.suspend();
    }

    /** Starts to take the network back. */
    public Pending resume() {
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
}

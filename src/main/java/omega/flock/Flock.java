package omega.flock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.Health;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.swarm.GatewayLink;
import omega.flock.swarm.GatewayNetwork;
import omega.flock.swarm.LinkEvent;
import omega.flock.swarm.Swarm;
import omega.flock.swarm.SwarmOptions;
import omega.flock.swarm.machine.Backoffs;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.Peer;
import omega.flock.swarm.machine.SwarmConstants;

/**
 * Finds peers by topic and keeps one encrypted connection to each.
 *
 * <pre>
 *   OPEN ◄──suspend(), resume()──► SUSPENDED ──close()──► CLOSED      absorbing
 *     └─────────────────────close()──────────────────────────▲
 * </pre>
 *
 * <p><b>Connections.</b> At most one per peer. When two peers dial each other at the same moment, the connection that the
 * larger key dialled stays; the side with the smaller key may see its own dial first, then that connection end with
 * {@link omega.flock.base.CloseReason.Kind#DUPLICATE}, then the other one. So expect more than one event for a peer. A
 * connection that ends is dialled again after about 1, 5 and 15 seconds while one of the peer's topics is joined as client;
 * a peer that stays away is forgotten until a lookup finds it again.
 *
 * <p><b>Threads.</b> All methods may be called by several threads at a time, from handlers too. Each connection handler call
 * has its own virtual thread; update and ban listeners run in order on one virtual thread. No user code runs under a lock.
 * All threads end with {@link #close()} and are daemons, which do not keep a program alive: one that has nothing else to wait for waits
 * in {@link #awaitClose()}.
 *
 * <p><b>The end.</b> A program that is terminated (SIGTERM, Ctrl-C) says nothing to its peers, who notice after about 16 seconds. A
 * shutdown hook closes the flock, so that peers of open connections know within a second, and nobody is sent to it any more:
 *
 * <pre>{@code
 * Runtime.getRuntime().addShutdownHook(new Thread(flock::close));
 * }</pre>
 *
 * <p><b>Waiting.</b> What declares {@link InterruptedException} waits; an interrupt ends the wait, not what is waited for.
 *
 * <p>Behaviour follows hyperswarm 4.17.2, with which a flock shares its wire format.
 */
public final class Flock implements AutoCloseable {

    private final Gateway gateway;
    private final Swarm swarm;

    private Flock(Gateway gateway, Swarm swarm) {
        this.gateway = gateway;
        this.swarm = swarm;
    }

    /**
     * Opens a flock on the public network with a fresh key pair. Returns at once, the network is joined in the background.
     *
     * @throws UncheckedIOException if no UDP port can be bound: a {@link java.net.BindException} that names the address
     */
    public static Flock open() {
        return builder().open();
    }

    /** Returns a builder with the defaults of the table there. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- topics ----

    /** Joins a topic as server and client; see {@link #join(Topic, JoinOptions)}. */
    public PeerDiscovery join(Topic topic) {
        return join(topic, JoinOptions.DEFAULT);
    }

    /**
     * Joins a topic: announces this flock there, looks for others, or both. Never blocks; the first announcement or lookup
     * has begun when this returns, so that {@link PeerDiscovery#flushed()} waits for it. Joining a topic again opens another
     * session of it with modes and limit of its own. While suspended, it begins with the resume.
     *
     * <p>A server's announcement is public, and a client tells nodes what it looks for: {@link Gateway#announce}. Whoever knows the topic
     * can connect, under as many keys as he likes: let {@link Builder#firewall}, or first messages, say who may.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public PeerDiscovery join(Topic topic, JoinOptions options) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(options, "options");
        return new PeerDiscovery(swarm.join(topic, options.modes()));
    }

    /**
     * Leaves a topic: ends all its sessions and blocks until the announcement is withdrawn, some seconds at most. Connections
     * stay open; who is queued or waited for because of this topic alone is not dialled. Does nothing if the topic is not
     * joined or the flock is closed.
     */
    public void leave(Topic topic) throws InterruptedException {
        swarm.leave(Objects.requireNonNull(topic, "topic")).await();
    }

    /** Leaves every topic; blocks as {@link #leave} does. */
    public void clear() throws InterruptedException {
        swarm.clear().await();
    }

    /** Returns what stands for all sessions of a topic; empty if it is not joined. */
    public Optional<PeerDiscovery> status(Topic topic) {
        return swarm.status(Objects.requireNonNull(topic, "topic")).map(PeerDiscovery::new);
    }

    /** Returns what {@link #status} does for every joined topic, in the order in which they were joined: a snapshot. */
    public List<PeerDiscovery> topics() {
        return swarm.topics().stream().map(PeerDiscovery::new).toList();
    }

    // ---- peers ----

    /**
     * Keeps a connection to a peer: dials it now and whenever the connection is lost, without end, though ever more seldom.
     * The peer must listen; no topic is needed. Never blocks. While suspended, it begins with the resume.
     *
     * @return false if it is this flock's own key, which is not dialled
     * @throws IllegalStateException if the flock is closed
     */
    public boolean joinPeer(PublicKey key) {
        return swarm.joinPeer(Objects.requireNonNull(key, "key"));
    }

    /**
     * Ends {@link #joinPeer}. An open connection stays open and is not dialled again; a dial under way goes on.
     *
     * @return whether the peer was joined
     */
    public boolean leavePeer(PublicKey key) {
        return swarm.leavePeer(Objects.requireNonNull(key, "key"));
    }

    /** Returns everyone the flock has in mind: connected, dialled, waited for, joined by key or banned. A snapshot. */
    public Map<PublicKey, PeerInfo> peers() {
        return swarm.peers().values().stream().collect(Collectors.toUnmodifiableMap(Peer::publicKey, this::info));
    }

    // ---- connections ----

    /** Returns the open connections of both directions, at most one for each peer: a snapshot. One that was closed is not among them. */
    public Set<Connection> connections() {
        Set<Connection> all = new LinkedHashSet<>();
        swarm.connections().forEach(link -> all.add(connection(link)));
        return Collections.unmodifiableSet(all);
    }

    /** Returns how many dials have been started and have neither opened nor failed. */
    public int connecting() {
        return swarm.connecting();
    }

    /**
     * Makes this flock reachable under its key, without a topic, and blocks until the key is announced at the nodes there are; joining as
     * server does so too. Returns at once when it listens already. While suspended, it waits for the resume.
     *
     * @throws IOException if that failed, with code {@code NO_NETWORK} if nobody of the network answers: the flock listens then, and its
     *     key is announced as soon as somebody does; with code {@code KEYPAIR_ALREADY_USED} if another flock listens under the key on the
     *     same gateway: the next call tries again
     * @throws IllegalStateException if the flock is closed
     */
    public void listen() throws IOException, InterruptedException {
        swarm.listen();
    }

    /**
     * Blocks until everybody who could be found has been tried: until the lookups and announcements under way are over, and
     * then until each dial that is queued or under way has opened or failed, or a limit of the flock keeps the rest from
     * being dialled. Handlers of the new connections have been started by then. Does not wait for peers that are to be tried
     * again later. Whether a lookup succeeded is what {@link PeerDiscovery#flushed()} tells.
     *
     * @return true; false if the flock was suspended or closed, or nobody of the network answers
     */
    public boolean flush() throws InterruptedException {
        return swarm.flush(Optional.empty());
    }

    /**
     * Blocks as {@link #flush()} does, for a limited time.
     *
     * @return false if it was not over by then, the flock was suspended or closed, or nobody of the network answers
     */
    public boolean flush(Duration timeout) throws InterruptedException {
        return swarm.flush(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Registers a handler for new connections. It also gets those that have arrived before anybody took them, at most 64.
     * With several handlers each gets every connection.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onConnection(ConnectionHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return swarm.onConnection((link, peer) -> handler.accept(connection(link), info(peer)))::close;
    }

    /**
     * Registers a listener for changes: a dial has started, a connection has opened or ended. Changes that happen while
     * listeners run become one call.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onUpdate(Runnable listener) {
        return swarm.onUpdate(Objects.requireNonNull(listener, "listener"))::close;
    }

    /**
     * Registers a listener for bans by the firewall; {@link PeerInfo#ban} is no such ban.
     *
     * @param listener gets the peer and an exception with code {@code PEER_FIREWALLED}
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onBan(BiConsumer<PeerInfo, FlockException> listener) {
        Objects.requireNonNull(listener, "listener");
        return swarm.onBan((peer, reason) -> listener.accept(info(peer), reason))::close;
    }

    /**
     * Blocks for the next connection of either direction: the alternative to a handler. Up to 64 connections wait for it;
     * beyond that the newest is reset.
     *
     * @throws IOException a {@link FlockException} with code {@code SHUT_DOWN} once the flock is closed
     * @throws IllegalStateException if a handler is registered, which takes all connections
     */
    public ConnectionEvent accept() throws IOException, InterruptedException {
        return event(swarm.accept(Optional.empty()).orElseThrow());
    }

    /**
     * Blocks as {@link #accept()} does, for a limited time.
     *
     * @return empty if there was no connection by then
     * @throws IOException a {@link FlockException} with code {@code SHUT_DOWN} once the flock is closed
     * @throws IllegalStateException if a handler is registered, which takes all connections
     */
    public Optional<ConnectionEvent> accept(Duration timeout) throws IOException, InterruptedException {
        return swarm.accept(Optional.of(Objects.requireNonNull(timeout, "timeout"))).map(this::event);
    }

    // ---- about itself ----

    /**
     * Returns the gateway under this flock, which lives as long as the flock. Who closes it alone leaves a flock that finds
     * nobody: connections end, {@link PeerDiscovery#flushed()} yields false, {@link #listen()} fails with code {@code
     * SHUT_DOWN}, {@link #suspend()} throws an {@code IllegalStateException}. Closing the flock is still needed.
     */
    public Gateway dht() {
        return gateway;
    }

    /** Returns how well the network is reached, since when, and what is wrong; see {@link Gateway#health()}. */
    public Health health() {
        return gateway.health();
    }

    /**
     * Runs a listener with each change of {@link #health()}, one after the other; see {@link Gateway#onHealth}.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onHealth(Consumer<Health> listener) {
        return gateway.onHealth(Objects.requireNonNull(listener, "listener"))::close;
    }

    /** Returns who this flock is. */
    public KeyPair keyPair() {
        return swarm.keyPair();
    }

    /** Returns the counters of the moment. */
    public FlockStats stats() {
        return new FlockStats(swarm.stats());
    }

    /**
     * Returns what the flock is doing, for a person to read: how it stands to each topic and peer; each dial, walk, withdrawal and listener,
     * since when it runs and until when at the latest; and its threads. Contains keys and topics. The form may change.
     */
    public String dump() {
        return swarm.dump();
    }

    // ---- life ----

    /**
     * Lets go of the network: withdraws announcements, resets every connection, releases the ports. Topics, peers joined by
     * key and bans are kept. Blocks until that is done, some seconds at most; calls that overlap run one after the other.
     * Waiting flushes yield false. Does nothing if suspended.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public void suspend() throws InterruptedException {
        swarm.suspend().await();
    }

    /**
     * Takes the network back, looks up and announces every topic anew, and dials the peers joined by key. Blocks until the
     * ports are bound. Does nothing if not suspended.
     *
     * @throws UncheckedIOException if no UDP port can be bound; the flock stays suspended
     * @throws IllegalStateException if the flock is closed
     */
    public void resume() throws InterruptedException {
        swarm.resume().await();
    }

    /**
     * Withdraws announcements, grants connections that the program has closed a second to deliver their last bytes, resets the others,
     * after half a second at the latest, and closes the gateway: within about 10 seconds, by force if necessary. Blocks until that is
     * done; further calls wait for the first. An interrupt shortens it and stays set. Idempotent; never throws.
     */
    @Override
    public void close() {
        swarm.close();
    }

    /** Closes at once: announcements are left to expire, within 27 minutes. Also hastens a {@link #close()} under way. */
    public void closeNow() {
        swarm.closeNow();
    }

    /** Blocks until {@link #close} has done all, called by another thread, a handler or a shutdown hook, or until the flock has failed. */
    public void awaitClose() throws InterruptedException {
        swarm.awaitClose(Optional.empty());
    }

    /**
     * Blocks as {@link #awaitClose()} does, for a limited time.
     *
     * @return whether the flock is closed
     */
    public boolean awaitClose(Duration timeout) throws InterruptedException {
        return swarm.awaitClose(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    @Override
    public String toString() {
        return "Flock[" + keyPair().publicKey() + "]";
    }

    private ConnectionEvent event(LinkEvent event) {
        return new ConnectionEvent(connection(event.link()), info(event.peer()));
    }

    private PeerInfo info(Peer peer) {
        return new PeerInfo(swarm, peer);
    }

    /** The network of a flock is a gateway, so its links are connections of one. */
    private static Connection connection(Link link) {
        return ((GatewayLink) link).connection();
    }

    /**
     * Gathers the settings of a flock. Not thread-safe.
     *
     * <table>
     * <caption>Settings</caption>
     * <tr><th>setting</th><th>default</th></tr>
     * <tr><td>{@link #keyPair}, {@link #seed}</td><td>a fresh key pair</td></tr>
     * <tr><td>{@link #maxPeers}</td><td>64 connections, up to which discovered peers are dialled</td></tr>
     * <tr><td>{@link #maxClientConnections}</td><td>no limit</td></tr>
     * <tr><td>{@link #maxServerConnections}</td><td>no limit but the gateway's {@linkplain Gateway.Builder#memoryBudget memory}</td></tr>
     * <tr><td>{@link #maxServerConnectionsPerHost}</td><td>256</td></tr>
     * <tr><td>{@link #maxParallel}</td><td>3 dials at a time</td></tr>
     * <tr><td>{@link #firewall}</td><td>rejects nobody</td></tr>
     * <tr><td>{@link #relayThrough}</td><td>none</td></tr>
     * <tr><td>{@link #dht}</td><td>a new gateway with the settings from {@link #bootstrap(String...)} to {@link #anyPort}</td></tr>
     * <tr><td>{@link #bootstrap(String...)}</td><td>the nodes of the public network</td></tr>
     * <tr><td>{@link #nodes}</td><td>none</td></tr>
     * <tr><td>{@link #host}</td><td>all IPv4 addresses of the machine</td></tr>
     * <tr><td>{@link #port}</td><td>49737 or one of the four above it, else any free one</td></tr>
     * <tr><td>{@link #anyPort}</td><td>true: another one will do</td></tr>
     * <tr><td>{@link #backoffs}</td><td>1 to 1.5 s, 5 to 6 s, 15 to 17 s, 10 to 12 min; drawn once per flock</td></tr>
     * <tr><td>{@link #jitter}</td><td>up to 500 ms on each of them</td></tr>
     * </table>
     */
    public static final class Builder {

        private Optional<KeyPair> keyPair = Optional.empty();
        private Optional<KeyPair> seeded = Optional.empty();
        private int maxPeers = DialBudget.DEFAULT.maxPeers();
        private int maxClientConnections = DialBudget.DEFAULT.maxClientConnections();
        private int maxServerConnections = DialBudget.DEFAULT.maxServerConnections();
        private int maxServerConnectionsPerHost = DialBudget.DEFAULT.maxServerConnectionsPerHost();
        private int maxParallel = DialBudget.DEFAULT.maxParallel();
        private Optional<Predicate<PublicKey>> firewall = Optional.empty();
        private List<PublicKey> relayThrough = List.of();
        private Optional<Gateway> gateway = Optional.empty();
        private final Gateway.Builder own = Gateway.builder();
        private Optional<Backoffs> backoffs = Optional.empty();
        private Duration jitter = SwarmConstants.BACKOFF_JITTER;

        private Builder() {}

        /** Sets who the flock is: for listening, announcing and dialling. Wins over {@link #seed}. */
        public Builder keyPair(KeyPair identity) {
            Objects.requireNonNull(identity, "identity");
            keyPair = Optional.of(identity);
            return this;
        }

        /**
         * Sets who the flock is by a seed, from which the JavaScript stack derives the same key pair. Two flocks of one seed
         * are one peer and do not connect to each other.
         *
         * @param seed 32 secret bytes
         * @throws IllegalArgumentException unless there are exactly 32
         */
        public Builder seed(byte[] seed) {
            Objects.requireNonNull(seed, "seed");
            seeded = Optional.of(KeyPair.fromSeed(seed));
            return this;
        }

        /**
         * Sets up to how many connections of any kind discovered peers are dialled. Neither refuses connections from outside
         * nor concerns peers joined by key; those leave less room: with 1, 2 and 4 of them a half, a third and a quarter
         * of the connections are dialled. Connections from outside fill three quarters of it at most: the rest is for own dials.
         *
         * @param max 0 or more; 0 to dial nobody
         */
        public Builder maxPeers(int max) {
            maxPeers = DialBudget.requireAtLeast(0, "maxPeers", max);
            return this;
        }

        /**
         * Sets up to how many own dials, open or under way, discovered peers are dialled.
         *
         * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
         */
        public Builder maxClientConnections(int max) {
            maxClientConnections = DialBudget.requireAtLeast(0, "maxClientConnections", max);
            return this;
        }

        /**
         * Sets how many connections peers may open to this flock at a time. Beyond that the address that holds most, by two at least,
         * loses its oldest one for each that comes from elsewhere; where there is no such address, those above the limit get no answer.
         * Default: no limit; what all of them take of the heap is bounded by the gateway's
         * {@linkplain Gateway.Builder#memoryBudget memory}.
         *
         * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
         */
        public Builder maxServerConnections(int max) {
            maxServerConnections = DialBudget.requireAtLeast(0, "maxServerConnections", max);
            return this;
        }

        /**
         * Sets how many connections may be open at a time that peers have opened to this flock from one address, which for those that a
         * relay carries is the relay's. Those above it are reset. On loopback each port is an address of its own.
         *
         * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
         */
        public Builder maxServerConnectionsPerHost(int max) {
            maxServerConnectionsPerHost = DialBudget.requireAtLeast(0, "maxServerConnectionsPerHost", max);
            return this;
        }

        /**
         * Sets how many dials may be under way at a time.
         *
         * @param max 1 or more
         */
        public Builder maxParallel(int max) {
            maxParallel = DialBudget.requireAtLeast(1, "maxParallel", max);
            return this;
        }

        /**
         * Sets who is turned away. Asked before a dial and when a peer that has proven its key wants to connect, at most once
         * for each key: whoever is rejected is banned, until {@link PeerInfo#unban}, and gets no answer.
         * Runs on a virtual thread of its own for at most 5 seconds; if it throws or takes longer, the peer is rejected this
         * time and not banned.
         *
         * <p>Keys cost nothing, so whoever is rejected may come again under another: a firewall that names whom to admit holds, one that
         * names whom to reject does not. What observers and nodes of the network learn of a dial does not depend on it; see
         * {@link omega.flock.gateway.ServerOptions#withFirewall}.
         *
         * @param rejects true to reject
         */
        public Builder firewall(Predicate<PublicKey> rejects) {
            Objects.requireNonNull(rejects, "rejects");
            firewall = Optional.of(rejects);
            return this;
        }

        /**
         * Sets blind relays: nodes that pass packets on between two peers whose NATs cannot be opened for each other. They see only
         * ciphertext, but who talks to whom, when and how much ({@link omega.flock.gateway.ConnectOptions#withRelayThrough}). One of them
         * is picked at random, for dials to peers that could not be punched before, and for all dials and inbound connections while the
         * NAT of this host is random. A connection through a relay opens at once, and moves to a direct path when one is found.
         *
         * @param relays the keys under which they listen; none for no relay
         */
        public Builder relayThrough(PublicKey... relays) {
            Objects.requireNonNull(relays, "relays");
            relayThrough = List.of(relays);
            return this;
        }

        /**
         * Sets the gateway to use, which is closed with the flock. Bootstrap nodes, host and ports are then its own, and the
         * settings here are not looked at.
         */
        public Builder dht(Gateway network) {
            Objects.requireNonNull(network, "network");
            gateway = Optional.of(network);
            return this;
        }

        /**
         * Sets the nodes through which the network is joined, in place of the public ones.
         *
         * @param hostPorts {@code host:port}, or {@code ip@host:port} to try an address before its name is looked up
         */
        public Builder bootstrap(String... hostPorts) {
            own.bootstrap(hostPorts);
            return this;
        }

        /** Sets the nodes through which the network is joined; see {@link #bootstrap(String...)}. */
        public Builder bootstrap(List<String> hostPorts) {
            own.bootstrap(hostPorts);
            return this;
        }

        /**
         * Sets nodes that were known before, best first, {@link Gateway#nodes()} as a rule; they enter the routing table without being
         * asked.
         */
        public Builder nodes(List<PeerAddress> nodes) {
            own.nodes(nodes);
            return this;
        }

        /** Sets the IPv4 address to bind. */
        public Builder host(String host) {
            own.host(host);
            return this;
        }

        /**
         * Sets the UDP port to bind; it and the four above it are tried, then any, unless {@link #anyPort} says otherwise. 0 takes any
         * port.
         *
         * @throws IllegalArgumentException unless it is in 0..65535
         */
        public Builder port(int port) {
            own.port(port);
            return this;
        }

        /** Sets whether another port will do when the one that is set is taken, or opening fails; see {@link Gateway.Builder#anyPort}. */
        public Builder anyPort(boolean any) {
            own.anyPort(any);
            return this;
        }

        /**
         * Sets after how long a peer is dialled again. The real delay lies between 0.66 and 1.32 of these, for peers are
         * retried in batches.
         *
         * @param small after the first loss of a peer that was reached before
         * @param medium after its second loss, or the first failure with one that never was
         * @param large after the next ones; a peer that is not joined by key is then given up until it is found again
         * @param extraLarge from then on, for peers joined by key
         * @throws IllegalArgumentException if one is negative
         */
        public Builder backoffs(Duration small, Duration medium, Duration large, Duration extraLarge) {
            backoffs = Optional.of(new Backoffs(small, medium, large, extraLarge, jitter));
            return this;
        }

        /**
         * Sets the upper bound of the random time that is added to each backoff.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder jitter(Duration jitter) {
            this.jitter = Backoffs.requireNotNegative("jitter", jitter);
            return this;
        }

        /**
         * Opens the flock. Returns at once, the network is joined in the background.
         *
         * @throws UncheckedIOException if no UDP port can be bound: a {@link java.net.BindException} that names the address
         * @throws IllegalStateException if the gateway to use is closed
         */
        public Flock open() {
            SwarmOptions options = options();
            Gateway network = gateway.orElseGet(own::open);
            return new Flock(network, swarm(options, network));
        }

        private SwarmOptions options() {
            return new SwarmOptions(keyPair.or(() -> seeded).orElseGet(KeyPair::generate),
                    new DialBudget(maxPeers, maxClientConnections, maxServerConnections, maxServerConnectionsPerHost, maxParallel),
                    backoffs.orElseGet(() -> Backoffs.defaults(new SplittableRandom())).withJitter(jitter), firewall, relayThrough);
        }

        /** Starts what finds peers over a gateway, which it owns from now on; it fails when that one does. */
        private static Swarm swarm(SwarmOptions options, Gateway network) {
            TaskScope scope = new TaskScope("flock " + options.keyPair().publicKey());
            try {
                DeadlineQueue alarms = new DeadlineQueue("flock-alarms", Ticker.SYSTEM, scope);
                Swarm swarm = new Swarm(options, new GatewayNetwork(network), scope, Ticker.SYSTEM,
                        (deadlineNanos, action) -> alarms.schedule(deadlineNanos, action)::cancel, new SplittableRandom());
                network.onHealth(health -> failWith(health, scope));
                failWith(network.health(), scope);
                return swarm;
            } catch (IllegalStateException e) {
                scope.close(); // nobody can be told of the end of a gateway that is closed
                throw e;
            }
        }

        private static void failWith(Health network, TaskScope scope) {
            if (network.state() == Health.State.FAILED) {
                scope.fail(new IllegalStateException("the gateway failed: " + network.cause().orElseThrow()));
            }
        }
    }
}

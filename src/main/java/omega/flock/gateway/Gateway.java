package omega.flock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.FlockException.Code;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Subscription;
import omega.flock.base.Topic;
import omega.flock.dht.DhtNode;
import omega.flock.net.MachinePorts;
import omega.flock.peer.PeerNode;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.routing.NodeId;

/**
 * One node of the distributed hash table, the connections that it dials and the servers that listen on it.
 *
 * <p>A gateway owns two UDP ports and everything on them. It is the Java sibling of a {@code HyperDHT} instance. Opening
 * binds the ports and returns; joining the network goes on in the background, and whoever wants to wait for it calls
 * {@link #awaitReady}. Thread-safe. Methods that wait end early with {@link InterruptedException} when interrupted; what
 * they waited for goes on unless their documentation says otherwise.
 *
 * <p>After {@link #close()} whatever needs the network throws {@link IllegalStateException}; what is under way then, see {@link
 * omega.flock}; addresses, identity and figures
 * can still be asked for. While suspended it fails with a {@link omega.flock.base.FlockException} with code {@code SUSPENDED}
 * or {@code IO_SUSPENDED}.
 *
 * <pre>
 *   OPEN ⇄ SUSPENDED      suspend(), resume()
 *     └────────┴──── close() ──► CLOSED
 * </pre>
 */
public final class Gateway implements AutoCloseable {

    private static final int HASH_BYTES = 32;

    /** Many times what the first walk takes where nobody answers. */
    private static final Duration FIRST_WALK_LIMIT = Duration.ofSeconds(30);

    private final PeerNode node;
    private final RpcNode rpc;
    private final OnlineWatch online;
    private final HealthWatch health;

    Gateway(PeerNode node) {
        this.node = node;
        this.rpc = node.dht().rpc();
        this.online = new OnlineWatch(rpc::online);
        rpc.addListener(online);
        this.health = new HealthWatch(node);
        rpc.addListener(health);
        node.onFailure(cause -> health.update());
    }

    /** Opens a gateway with the defaults of {@link Builder}: on the public network, with a fresh key pair. */
    public static Gateway open() {
        return builder().open();
    }

    /** Returns a builder with the defaults that its methods name. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens the first node of a network of one's own, which others name as bootstrap: stores for others once it is ready.
     *
     * @param host the IPv4 address at which others reach it, which is also the one that is bound
     * @param port the UDP port, 1 to 65535
     * @throws IOException if the port cannot be bound
     */
    public static Gateway bootstrapper(String host, int port) throws IOException {
        Objects.requireNonNull(host, "host");
        return new Gateway(GatewaySettings.openBootstrapper(host, port, MachinePorts.MACHINE));
    }

    /** Connects with {@link ConnectOptions#DEFAULT}. */
    public Connection connect(PublicKey remote) throws IOException, InterruptedException {
        return connect(remote, ConnectOptions.DEFAULT);
    }

    /**
     * Reaches a peer by its key: asks the network who can pass a handshake on to it, and finds a path through the NATs on
     * both sides. Blocks until the peer has answered on that path. An interrupt ends the attempt.
     *
     * @throws IOException a {@link omega.flock.base.FlockException} whose code says why: {@code PEER_NOT_FOUND}, {@code NO_NETWORK} if
     *     nobody answers at all, {@code PEER_CONNECTION_FAILED}, {@code HOLEPUNCH_ABORTED}, {@code DIAL_TIMEOUT}, {@code SHUT_DOWN} if
     *     the gateway is closed meanwhile, and others; what was tried is among its causes and their suppressed exceptions
     */
    public Connection connect(PublicKey remote, ConnectOptions options) throws IOException, InterruptedException {
        Objects.requireNonNull(options, "options");
        return new Connection(node.connect(Objects.requireNonNull(remote, "remote"), options.toDialOptions()));
    }

    /** Listens with {@link ServerOptions#DEFAULT}, which turn nobody away: see {@link ServerOptions#withFirewall}. */
    public GatewayServer listen(KeyPair keyPair) throws IOException, InterruptedException {
        return listen(keyPair, ServerOptions.DEFAULT);
    }

    /**
     * Makes this program reachable under a key. Blocks until the key has been announced, or could not be: then
     * {@link GatewayServer#relayAddresses()} is empty, and the key is announced as soon as the network answers. An interrupt closes the
     * server again.
     *
     * @throws IOException a {@link omega.flock.base.FlockException} with code {@code KEYPAIR_ALREADY_USED} if a server of
     *     this gateway has the key
     */
    public GatewayServer listen(KeyPair keyPair, ServerOptions options) throws IOException, InterruptedException {
        Objects.requireNonNull(options, "options");
        return new GatewayServer(node.listen(Objects.requireNonNull(keyPair, "keyPair"), options.toPeerServerOptions()));
    }

    /** Looks a topic up, beginning with the nodes that this gateway knows. */
    public Query<LookupReply> lookup(Topic topic) {
        return lookup(topic, List.of());
    }

    /**
     * Looks a topic up, beginning with {@code seeds}: the closest nodes of an earlier walk, for instance. Returns at once. The nodes on the
     * way learn this host's address and the topic's hash. What they answer is their word: a lookup's records carry no signature, and only
     * the handshake proves that somebody has a key.
     */
    public Query<LookupReply> lookup(Topic topic, List<PeerAddress> seeds) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(seeds, "seeds");
        return new MappedQuery<>(dht().lookup(DhtNode.target(topic), seeds), Replies::lookup, this::silence);
    }

    /** Announces with {@link AnnounceOptions#DEFAULT}. */
    public Query<LookupReply> announce(Topic topic, KeyPair keyPair, List<PeerAddress> relays) {
        return announce(topic, keyPair, relays, AnnounceOptions.DEFAULT);
    }

    /**
     * Looks a topic up and stores a signed record of this key at the nodes closest to it, where it lives for 13 to 27 minutes.
     * Returns at once; the query ends when the record is stored, and fails if no node took it.
     *
     * <p><b>Who learns what.</b> Each node that is asked on the way learns this host's address and the topic's hash, and each that stores
     * the record the key and the relays. They show it to everybody who knows the hash: an announcement is public. The signature keeps
     * others from storing one under this key at honest nodes; it does not keep nodes near the topic from hiding it, so it goes to twenty
     * of them. Nodes named as relays see from where and when the key is dialled, and can drop the handshake. A topic that is hard to guess
     * hides the record from whoever does not know it, but not from those nodes.
     *
     * @param relays nodes through which the key is reached, {@link GatewayServer#relayAddresses()} as a rule
     */
    public Query<LookupReply> announce(Topic topic, KeyPair keyPair, List<PeerAddress> relays, AnnounceOptions options) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(relays, "relays");
        Objects.requireNonNull(options, "options");
        return new MappedQuery<>(dht().announce(DhtNode.target(topic), keyPair, List.copyOf(relays), options.toDhtOptions()),
                Replies::lookup, this::silence);
    }

    /**
     * Looks a topic up, beginning with {@code seeds}, and withdraws this key's record from every node that lists it. Returns
     * at once; the query ends when the withdrawals have ended.
     */
    public Query<LookupReply> lookupAndUnannounce(Topic topic, KeyPair keyPair, List<PeerAddress> seeds) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(seeds, "seeds");
        return new MappedQuery<>(dht().lookupAndUnannounce(DhtNode.target(topic), keyPair, seeds), Replies::lookup, this::silence);
    }

    /** Withdraws this key's record of a topic. Blocks until the nodes near the topic were asked; an interrupt ends the wait only. */
    public void unannounce(Topic topic, KeyPair keyPair) throws IOException, InterruptedException {
        unannounce(topic, keyPair, List.of());
    }

    /**
     * Withdraws this key's record of a topic. Blocks until these nodes and those near the topic were asked; an interrupt ends the wait
     * only.
     */
    public void unannounce(Topic topic, KeyPair keyPair, List<PeerAddress> nodes) throws IOException, InterruptedException {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(nodes, "nodes");
        dht().unannounce(DhtNode.target(topic), keyPair, nodes);
    }

    /** Looks for the nodes at which a key is announced. Returns at once. */
    public Query<PeerReply> findPeer(PublicKey key) {
        Objects.requireNonNull(key, "key");
        return new MappedQuery<>(dht().findPeer(DhtNode.target(key), List.of()), Replies::peer, this::silence);
    }

    /**
     * Stores a value under its hash. Blocks until the closest nodes have answered; an interrupt ends the wait only. They forget it 32 to
     * 64 hours after it was last stored or asked for: who wants it kept stores it again.
     *
     * @param value at most 1,970 bytes, of a node that is not {@link #ephemeral} 1,938; about 1,000 get through every path
     * @return its 32-byte BLAKE2b hash
     * @throws IllegalArgumentException if it is too long for a datagram
     * @throws IOException if no node took it
     */
    public byte[] immutablePut(byte[] value) throws IOException, InterruptedException {
        Objects.requireNonNull(value, "value");
        return dht().immutablePut(value.clone()).hash().toBytes();
    }

    /**
     * Fetches a value by its 32-byte hash, which it is checked against. Blocks until it is found or the walk has ended. An interrupt ends
     * the walk.
     *
     * @throws IllegalArgumentException if the hash has another length
     */
    public Optional<byte[]> immutableGet(byte[] hash) throws IOException, InterruptedException {
        Objects.requireNonNull(hash, "hash");
        if (hash.length != HASH_BYTES) {
            throw new IllegalArgumentException("the hash of a value has " + HASH_BYTES + " bytes, not " + hash.length);
        }
        return found(dht().immutableGet(NodeId.of(hash)));
    }

    /**
     * Stores a signed value under a key. Blocks until the closest nodes have answered; an interrupt ends the wait only. They forget it 32 to
     * 64 hours after it was last stored or asked for: who wants it kept stores it again.
     *
     * @param value at most 1,862 bytes, of a node that is not {@link #ephemeral} 1,830; about 900 get through every path
     * @param seq 0 to 2^53-1; a higher one replaces what is stored
     * @throws IllegalArgumentException if the value is longer, or the number another
     * @throws IOException a {@link omega.flock.base.FlockException} with code {@code SEQ_REUSED} or {@code SEQ_TOO_LOW} if
     *     another value is stored with this number or a higher one
     */
    public MutableRecord mutablePut(KeyPair keyPair, byte[] value, long seq) throws IOException, InterruptedException {
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(value, "value");
        return Replies.mutable(dht().mutablePut(keyPair, value.clone(), seq));
    }

    /** Fetches the newest signed value of a key, whatever its number; see {@link #mutableGet(PublicKey, long)}. */
    public Optional<MutableRecord> mutableGet(PublicKey key) throws IOException, InterruptedException {
        return mutableGet(key, 0);
    }

    /**
     * Fetches the newest signed value of a key, its signature checked. Blocks until the walk has ended. An interrupt ends the walk.
     *
     * @param minSeq the lowest sequence number that will do
     */
    public Optional<MutableRecord> mutableGet(PublicKey key, long minSeq) throws IOException, InterruptedException {
        Objects.requireNonNull(key, "key");
        return found(dht().mutableGet(key, minSeq, true)).map(Replies::mutable);
    }

    /**
     * Asks a node for a sign of life. Blocks for four attempts of a second at most. An interrupt ends them.
     *
     * @return the round-trip time
     */
    public Duration ping(PeerAddress target) throws IOException, InterruptedException {
        Objects.requireNonNull(target, "target");
        return dht().rpc().ping(target).rtt();
    }

    /**
     * Waits until the first walk through the network is over. A gateway works before that too, only slower.
     *
     * @return false if it was not over by then, when nobody answers ({@link #health} says who was asked), or when the gateway is closed
     */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        return rpc.awaitBootstrapped(timeout) && isOpen() && online();
    }

    /** Returns an address of this machine with the server port. */
    public PeerAddress localAddress() {
        return rpc.localAddress().orElseThrow(() -> new IllegalStateException("the gateway has no port"));
    }

    /** Returns the address at which everybody can reach this node; empty unless it was found to be open. */
    public Optional<PeerAddress> remoteAddress() {
        return rpc.remoteAddress();
    }

    /** Tells whether this node does not store for others (yet). */
    public boolean ephemeral() {
        return rpc.ephemeral();
    }

    /** Tells whether the server port has not been found open. */
    public boolean firewalled() {
        return rpc.firewalled();
    }

    /** Tells whether a NAT gives this host another port for each destination, so that others of its kind cannot be punched. */
    public boolean randomized() {
        return rpc.portRandomized();
    }

    /** Tells whether the network answered lately; true also while nothing was asked. */
    public boolean online() {
        return rpc.online();
    }

    /** Returns how well the network is reached, since when, and what is wrong; a gateway that was just opened is taken to be online. */
    public Health health() {
        return health.update();
    }

    /**
     * Runs a listener with each change of {@link #health()}, one after the other on a virtual thread.
     * The last one says that the gateway was closed or has failed.
     *
     * @throws IllegalStateException if the gateway is closed
     */
    public Subscription onHealth(Consumer<Health> listener) {
        return health.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Returns nodes that this one knows, last contact first: worth keeping for {@link Builder#nodes}. */
    public List<PeerAddress> nodes() {
        return rpc.nodes(Integer.MAX_VALUE);
    }

    /** Returns the identity of connections that name no other. */
    public KeyPair keyPair() {
        return node.keyPair();
    }

    /** Tells whether nobody has begun to close the gateway. */
    public boolean isOpen() {
        return !node.isClosed();
    }

    /** Returns what the gateway holds and has done. */
    public GatewayStats stats() {
        return Replies.stats(node);
    }

    /**
     * Runs a listener on a virtual thread whenever this machine's addresses change.
     *
     * @throws IllegalStateException if the gateway is closed
     */
    public Subscription onNetworkChange(Runnable listener) {
        Objects.requireNonNull(listener, "listener");
        requireOpen();
        return node.onNetworkChange(listener);
    }

    /**
     * Runs a listener on a virtual thread whenever the gateway is online again.
     *
     * @throws IllegalStateException if the gateway is closed
     */
    public Subscription onOnline(Runnable listener) {
        Objects.requireNonNull(listener, "listener");
        requireOpen();
        return online.add(listener);
    }

    /**
     * Withdraws announcements, resets connections and releases the ports, until {@link #resume()}. Bounded; an interrupt shortens it, and
     * announcements may be left to expire then.
     */
    public void suspend() throws InterruptedException {
        requireOpen();
        try {
            node.suspend();
        } finally {
            health.update();
        }
    }

    /**
     * Binds the ports again, the same if they are free, and announces the servers again.
     *
     * @throws UncheckedIOException if no UDP port can be bound; the gateway stays suspended
     */
    public void resume() throws InterruptedException {
        requireOpen();
        try {
            node.resume();
            health.update();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Withdraws announcements (bounded), resets connections and releases the ports. Idempotent; never throws. */
    @Override
    public void close() {
        node.close();
    }

    /** Closes at once: announcements are left to expire. Idempotent; never throws. */
    public void closeNow() {
        node.closeNow();
    }

    private DhtNode dht() {
        requireOpen();
        return node.dht();
    }

    /** {@return the same} That nothing was found says nothing if nobody could be asked. */
    private <T> Optional<T> found(Optional<T> value) throws FlockException, InterruptedException {
        Optional<FlockException> silence = value.isEmpty() ? silence() : Optional.empty();
        if (silence.isPresent()) {
            throw silence.get();
        }
        return value;
    }

    /** {@return why no node can have answered; empty if some could} The first walk tells, which may end a moment after a later one. */
    private Optional<FlockException> silence() throws InterruptedException {
        rpc.awaitBootstrapped(FIRST_WALK_LIMIT);
        if (!isOpen()) {
            String why = node.failure().map(cause -> "the node failed: " + cause).orElse("the gateway was closed");
            return Optional.of(new FlockException(Code.REQUEST_DESTROYED, why, node.failure().orElse(null)));
        }
        return rpc.offlineCause().map(cause -> new FlockException(Code.NO_NETWORK, "the network cannot be reached: " + cause));
    }

    private void requireOpen() {
        node.requireNotClosed();
    }

    /**
     * Gathers the settings of a gateway, each with the default that its method names. Not thread-safe.
     */
    public static final class Builder {

        private final GatewaySettings settings = new GatewaySettings();

        private Builder() {}

        /** Sets the nodes to begin with; see {@link #bootstrap(List)}. */
        public Builder bootstrap(String... hostPorts) {
            Objects.requireNonNull(hostPorts, "hostPorts");
            return bootstrap(List.of(hostPorts));
        }

        /**
         * Sets the nodes to begin with, in place of the public ones; none at all for a network's first node.
         *
         * @param hostPorts {@code host:port}, or {@code ip@host:port} to try an address before its name is looked up
         */
        public Builder bootstrap(List<String> hostPorts) {
            Objects.requireNonNull(hostPorts, "hostPorts");
            settings.rpc().bootstrap(hostPorts);
            return this;
        }

        /** Sets the IPv4 address to bind. Default: all of the machine, 0.0.0.0. */
        public Builder host(String host) {
            Objects.requireNonNull(host, "host");
            settings.rpc().host(host);
            return this;
        }

        /**
         * Sets the UDP port to bind; it and the four above it are tried, then any, unless {@link #anyPort} says otherwise. Default: 49737.
         * 0 takes any port.
         *
         * @throws IllegalArgumentException unless it is in 0..65535
         */
        public Builder port(int port) {
            settings.port(port);
            return this;
        }

        /**
         * Sets whether another port will do when the one that is set is taken. Default: true. With false, opening fails: the port is what a
         * rule of a firewall or a router names, for instance. (hyperdht's option of this name would still try the four ports above it.)
         */
        public Builder anyPort(boolean any) {
            settings.anyPort(any);
            return this;
        }

        /** Sets the identity of connections that name no other. Default: a fresh one. Wins over {@link #seed}. */
        public Builder keyPair(KeyPair identity) {
            Objects.requireNonNull(identity, "identity");
            settings.keyPair(identity);
            return this;
        }

        /** Sets the identity by its 32-byte seed. */
        public Builder seed(byte[] seed) {
            Objects.requireNonNull(seed, "seed");
            settings.seed(seed);
            return this;
        }

        /** Sets nodes that were known before, best first. They enter the routing table without being asked. */
        public Builder nodes(List<PeerAddress> nodes) {
            Objects.requireNonNull(nodes, "nodes");
            settings.rpc().nodes(nodes);
            return this;
        }

        /**
         * Sets whether the node only asks (true), or becomes one that stores for others as soon as it proves reachable
         * (false). Default: it becomes one after about 20 minutes if it proves stable and reachable.
         */
        public Builder ephemeral(boolean ephemeral) {
            settings.rpc().ephemeral(ephemeral ? EphemeralMode.ALWAYS : EphemeralMode.NEVER);
            return this;
        }

        /** Sets to false that the port is known to be reachable from everywhere. Default: true until found open. */
        public Builder firewalled(boolean firewalled) {
            settings.rpc().firewalled(firewalled);
            return this;
        }

        /** Sets after how much idle time connections send a keep-alive; zero for never. Default: 5 seconds. */
        public Builder connectionKeepAlive(Duration interval) {
            settings.keepAlive(interval);
            return this;
        }

        /**
         * Sets how many bytes the gateway gives to strangers. A quarter is for what it keeps for others, of which whoever has stored
         * most loses first; three quarters are for connections: 16 KiB for each that a peer has opened or is about to, messages that have
         * arrived in part, and bytes that the program has not read or a peer has not acknowledged. As these are taken, peers are offered
         * smaller windows. When all are, the largest or oldest connection of the host that holds most is closed for one that holds less.
         * What a connection of that very host needs then is refused: a new connection is closed, and one with a message that has arrived
         * in part; a peer has to send once more; a write waits. Default: a quarter of the heap, at most 256 MiB, which is enough for
         * 10,000 idle connections that peers have opened.
         *
         * @param bytes at least 1 MiB; {@link Gateway.Builder#open} throws an IllegalArgumentException for less
         */
        public Builder memoryBudget(long bytes) {
            settings.memoryBudget(bytes);
            return this;
        }

        /**
         * Binds the ports and begins to join the network in the background.
         *
         * @throws UncheckedIOException if no UDP port can be bound: a {@link java.net.BindException} that names the address
         */
        public Gateway open() {
            return new Gateway(settings.open());
        }
    }
}

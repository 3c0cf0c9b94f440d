package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Subscription;
import omega.flock.dht.DhtNode;
import omega.flock.net.DatagramHandler;
import omega.flock.net.MachinePorts;
import omega.flock.net.PortBinder;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.peer.punch.PunchStats;
import omega.flock.peer.punch.Punching;
import omega.flock.peer.punch.RandomPunchGate;
import omega.flock.rpc.RpcNode;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.secret.SecretStreamOptions;
import omega.flock.transport.TransportOptions;
import omega.flock.transport.TransportStats;
import omega.flock.transport.UdxTransport;
import omega.flock.transport.packet.PacketHeader;

/**
 * A node that reaches peers and is reached by them: DHT node, stream transport, punchers, dialler and servers on one pair of
 * ports. Its methods run on their callers' threads; what goes on in between, on virtual threads of its scope.
 *
 * <pre>
 *              suspend()                        close(), closeNow()
 *   OPEN ◄──────────────────► SUSPENDED  ──┐
 *     │          resume()                  ├──► CLOSED     absorbing
 *     └────────────────────────────────────┘
 * </pre>
 *
 * <p>Each datagram goes to the streams first and to the DHT node second (hyperdht: "to a live stream of the whole UDX
 * instance").
 */
public final class PeerNode implements AutoCloseable {

    private enum State {
        OPEN, SUSPENDED, CLOSED
    }

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final TaskScope scope;
    private final SharedMemory memory;
    private final DeadlineQueue timers;
    private final UdxTransport transport;
    private final DhtNode dht;
    private final Punching punching;
    private final PeerContext context;
    private final KeyPair keyPair;
    private final List<Consumer<Throwable>> failureListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> networkListeners = new CopyOnWriteArrayList<>();
    private final List<PeerServer> servers = new CopyOnWriteArrayList<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    // Whoever has closed the node is the only one who will; made while there is memory for it.
    private final Consumer<CloseReason> lingering = ClosingSteps.insisting(reason -> finish(PeerConstants.LINGER, reason));
    private final Consumer<CloseReason> atOnce = ClosingSteps.insisting(reason -> finish(Duration.ZERO, reason));
    private volatile boolean failed;
    private boolean failing; // of the thread that has failed only

    private PeerNode(PeerConfig config, PortBinder binder, Ticker ticker) throws IOException {
        this.scope = new TaskScope("node");
        long storeBytes = config.memoryBudget() / PeerConstants.STORES_SHARE;
        HandshakePlaces halfOpen = HandshakePlaces.of(config.memoryBudget() - storeBytes);
        this.memory = new SharedMemory(config.memoryBudget() - storeBytes - halfOpen.bytes(), ticker, scope);
        this.timers = new DeadlineQueue("flock-timers", ticker, scope);
        this.transport = new UdxTransport(ticker, scope, timers, memory, TransportOptions.DEFAULT);
        // What begins like a stream packet is nothing else, and the transport has counted it.
        DatagramHandler packets = transport.orElse((port, source, datagram) -> PacketHeader.isStreamPacket(datagram));
        this.dht = new DhtNode(config.rpc(), binder, ticker, scope, packets, storeBytes);
        this.keyPair = config.keyPair();
        RpcNode rpc = dht.rpc();
        try {
            rpc.bind();
            InetAddress host = rpc.serverPort().localAddress().getAddress();
            PunchSockets sockets = new PunchSockets(binder, host, packets.orElse(rpc), ticker, timers);
            SecretStreamOptions streams =
                    SecretStreamOptions.of(ticker, timers, scope).withKeepAlive(config.connectionKeepAlive()).withMemory(memory);
            SecureRandom random = new SecureRandom();
            this.punching = new Punching(ticker, scope, random, new PunchingNode(rpc), sockets,
                    new RandomPunchGate(ticker, config.randomPunchInterval()));
            this.context = new PeerContext(ticker, scope, timers, dht, transport, punching,
                    new LocalAddresses(binder, rpc::serverPort, scope), streams, random, keyPair, halfOpen);
            rpc.addListener(new NodeEvents(rpc, this::addressChanged, this::networkChanged));
            rpc.start();
            scope.onFailure(this::fail);
            scope.failure().ifPresent(this::fail); // of a moment ago
        } catch (IOException | RuntimeException e) {
            dht.close();
            transport.close();
            scope.close();
            throw e;
        }
    }

    /** Begins to load what nodes need, if this is the first of the process, beside whatever its caller does before {@link #open}. */
    public static void warmUp() {
        WarmUp.begin();
    }

    /**
     * Binds the ports and starts to bootstrap in the background.
     *
     * @throws IOException if no port can be bound
     */
    public static PeerNode open(PeerConfig config) throws IOException {
        return open(config, MachinePorts.MACHINE, Ticker.SYSTEM);
    }

    /** Does the same on another network or clock. */
    public static PeerNode open(PeerConfig config, PortBinder binder, Ticker ticker) throws IOException {
        return new PeerNode(config, binder, ticker);
    }

    /** Returns the DHT node: lookups, announcements, values, addresses, events. */
    public DhtNode dht() {
        return dht;
    }

    /** Returns the identity that dials and servers use by default. */
    public KeyPair keyPair() {
        return keyPair;
    }

    /**
     * Reaches a peer by its key. Blocks until the encrypted stream stands and the peer has spoken on it, until the deadline,
     * or until interrupted, which gives the dial up.
     *
     * @throws FlockException with a code of dht.md 5.9, such as PEER_NOT_FOUND or HOLEPUNCH_ABORTED; DIAL_TIMEOUT at the
     *     deadline; SUSPENDED while suspended; SHUT_DOWN if the node is closed meanwhile; what else was tried is among its causes
     *     and suppressed exceptions
     * @throws IllegalStateException after close
     */
    public SecretStream connect(PublicKey remote, DialOptions options) throws FlockException, InterruptedException {
        Objects.requireNonNull(remote, "remote");
        requireUsable();
        try {
            return context.dialer().connect(remote, options);
        } catch (FlockException e) {
            throw explained(e);
        }
    }

    /**
     * Listens under a key; waits for the first announce cycle, whether it finds relays or not.
     *
     * @throws FlockException KEYPAIR_ALREADY_USED if a server of this node has the key; SUSPENDED while suspended
     * @throws InterruptedException if interrupted, which ends the server again
     * @throws IllegalStateException after close
     */
    public PeerServer listen(KeyPair serverKey, PeerServerOptions options) throws FlockException, InterruptedException {
        requireUsable();
        PeerServer server = PeerServer.register(context, serverKey, options, servers::remove);
        servers.add(server);
        try {
            // Closed in between: the one who closed may not have seen this server.
            requireUsable();
            server.awaitAnnounced();
            return server;
        } catch (FlockException | InterruptedException | RuntimeException | Error e) {
            server.closeNow();
            throw e;
        }
    }

    /** Runs a listener whenever the addresses of this machine change, each time on a virtual thread of its own. */
    public Subscription onNetworkChange(Runnable listener) {
        Runnable own = listener::run; // so that a listener that was added twice is removed once
        networkListeners.add(own);
        return () -> networkListeners.remove(own);
    }

    /**
     * Runs a listener once when something has failed without which this node would be deaf, and the node has therefore closed itself; at
     * once if that has happened. It gets what failed, on that thread.
     */
    public void onFailure(Consumer<Throwable> listener) {
        failureListeners.add(listener);
        if (failed) {
            tellFailure();
        }
    }

    /** Throws an IllegalStateException, with the reason if there is one, as soon as the node is being closed. */
    public void requireNotClosed() {
        if (isClosed()) {
            Optional<Throwable> cause = scope.failure();
            throw new IllegalStateException(cause.map(PeerNode::failedFor).orElse("the node is closed"), cause.orElse(null));
        }
    }

    /** {@return what failed, if this node has closed itself for that} */
    public Optional<Throwable> failure() {
        return scope.failure();
    }

    /**
     * Goes off the network: servers take their keys back, streams are reset, ports are closed, and dials fail with SUSPENDED.
     * Takes some seconds at most; an interrupt shortens that: then nodes may know the keys until they expire.
     */
    public void suspend() throws InterruptedException {
        if (!state.compareAndSet(State.OPEN, State.SUSPENDED)) {
            return;
        }
        // "DHT suspend order: not connectable; servers; destroy all raw streams; RPC; raw streams again."
        try {
            each(server -> server.suspend());
        } finally {
            context.destroyStreams(CloseReason.suspended("the node was suspended"));
            dht.rpc().suspend();
            context.destroyStreams(CloseReason.suspended("the node was suspended"));
        }
    }

    /** Comes back: ports are bound, the same ones if they are free, and servers announce again. */
    public void resume() throws IOException {
        if (state.compareAndSet(State.SUSPENDED, State.OPEN)) {
            dht.rpc().resume();
            context.localAddresses().networkChanged();
            servers.forEach(PeerServer::resume);
        }
    }

    /** Tells whether the node is suspended. */
    public boolean isSuspended() {
        return state.get() == State.SUSPENDED;
    }

    /** Tells whether somebody has begun to close the node. */
    public boolean isClosed() {
        return state.get() == State.CLOSED;
    }

    /** Returns what the memory holds that is given to what strangers send. */
    public SharedMemory.Snapshot memory() {
        return memory.snapshot();
    }

    /** Returns what the streams of this node, living and finished, have done. */
    public TransportStats transportStats() {
        return transport.stats();
    }

    /** Returns what this node did and holds. */
    public PeerStats stats() {
        PeerCounters counters = context.counters();
        PunchStats.Snapshot punches = punching.stats().snapshot();
        PunchSockets.Snapshot sockets = punching.sockets().snapshot();
        return new PeerStats(counters.dials.get(), servers.size(), counters.halfOpen.get(), punching.live(),
                sockets.live(), context.liveStreams(), counters.dialled.sum(), counters.accepted.sum(),
                punches.open(), punches.consistent(), punches.random(), punches.tryLater(), sockets.probesSent(),
                sockets.probesFailed() + sockets.echoesDropped(), counters.relays.get(), counters.relayAttempts.sum(),
                counters.relaySuccesses.sum(), counters.relayAborts.sum(), counters.drops());
    }

    /**
     * Closes servers, which take their keys back, streams and ports. What was written to streams that are being closed
     * already is still delivered if that takes less than two seconds; other streams are reset. Idempotent, bounded.
     */
    @Override
    public void close() {
        CloseReason reason = CloseReason.shutDown("the node was closed");
        if (state.getAndSet(State.CLOSED) != State.CLOSED) {
            try {
                each(PeerServer::close);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                lingering.accept(reason);
            }
        }
    }

    /** The same at once: keys are not taken back, and nothing is waited for. */
    public void closeNow() {
        CloseReason reason = CloseReason.shutDown("the node was closed");
        if (state.getAndSet(State.CLOSED) != State.CLOSED) {
            atOnce.accept(reason);
        }
    }

    /**
     * A thread that the node cannot do without has failed, and this is that thread: no node is better than a deaf one. Called again where it
     * lacked memory the last time: each step may be taken again.
     */
    private void fail(Throwable cause) {
        failing |= state.getAndSet(State.CLOSED) != State.CLOSED;
        if (failing) {
            finish(Duration.ZERO, CloseReason.shutDown(failedFor(cause)));
            LOG.log(Level.ERROR, "node.failed", cause);
            failed = true;
            tellFailure();
        }
    }

    private void tellFailure() {
        // Each listener is told by whoever takes it out.
        scope.failure().ifPresent(cause -> failureListeners.stream().filter(failureListeners::remove).forEach(each -> each.accept(cause)));
    }

    private void finish(Duration linger, CloseReason reason) {
        ClosingSteps.takeAll(
                () -> servers.forEach(PeerServer::closeNow),
                () -> context.awaitLingering(linger),
                () -> context.destroyStreams(reason),
                transport::close,
                () -> punching.sockets().close(),
                dht::close,
                timers::close,
                scope::close);
    }

    private static String failedFor(Throwable cause) {
        return "the node failed: " + cause;
    }

    /** {@return what a caller sees: once the node has closed or failed, that is why whatever was under way has come to nothing} */
    private FlockException explained(FlockException failure) {
        if (!isClosed()) {
            return failure;
        }
        Optional<Throwable> cause = scope.failure();
        String what = cause.map(PeerNode::failedFor).orElse("the node was closed");
        FlockException reason = new FlockException(Code.SHUT_DOWN, what, cause.orElse(null));
        reason.addSuppressed(failure);
        return reason;
    }

    /** Our address, or the port that others come by, is another one: nodes must hear of it before clients do. */
    private void addressChanged() {
        servers.forEach(PeerServer::refresh);
    }

    private void networkChanged() {
        context.localAddresses().networkChanged();
        servers.forEach(PeerServer::refresh);
        networkListeners.forEach(listener -> scope.tryFork("flock-network-change", listener::run));
    }

    /** Does something with all servers at once, and waits for it. */
    private void each(ServerAction action) throws InterruptedException {
        try (TaskScope step = scope.child("servers")) {
            servers.forEach(server -> step.fork("flock-server-close", () -> action.run(server)));
            step.join(PeerConstants.STOP_TIMEOUT.multipliedBy(2));
        }
    }

    @FunctionalInterface
    private interface ServerAction {
        void run(PeerServer server) throws InterruptedException;
    }

    private void requireUsable() throws FlockException {
        switch (state.get()) {
            case OPEN -> { }
            case SUSPENDED -> throw new FlockException(Code.SUSPENDED, "the node is suspended");
            case CLOSED -> requireNotClosed();
        }
    }
}

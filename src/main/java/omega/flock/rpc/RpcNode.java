package omega.flock.rpc;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.rpc.NodeLife.Phase;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * A node of the distributed hash table. Its methods run on the threads of its callers; datagrams come on the readers of its two
 * ports, timeouts and ticks on its deadline thread named {@code rpc-deadlines}, and a query has a thread of its own where it may block.
 * Thread-safe.
 *
 * <p>A new node is neither bound nor started; {@link #start} does both. It can be suspended, resumed and closed in any order,
 * twice, from any thread.
 */
public final class RpcNode implements DatagramHandler, AutoCloseable {

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private static final Consumer<RpcNode> CLOSE = ClosingSteps.insisting(RpcNode::release); // nobody else will

    private final RpcConfig config;
    private final RpcParts parts;
    private final TaskScope scope;
    private final Ticker ticker;
    private final NodeLife life = new NodeLife();
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch firstWalkOver = new CountDownLatch(1);

    /**
     * Creates a node that is not bound yet.
     *
     * @param scope the parent of the node's own scope
     * @param streams sees every datagram of the node's two ports before the node does
     * @param application answers the commands of the application
     */
    public RpcNode(RpcConfig config, PortBinder binder, Ticker ticker, TaskScope scope, DatagramHandler streams,
            RequestHandler application) {
        this.config = config;
        this.ticker = ticker;
        this.scope = scope.child("rpc");
        this.parts = new RpcParts(config, binder, ticker, this.scope, streams.orElse(this), application);
    }

    /** Adds a listener for events; before {@link #start}, to miss none. */
    public void addListener(RpcListener listener) {
        parts.events.add(listener);
    }

    /**
     * Binds both ports, unless they are. What was sent before leaves now.
     *
     * @throws IOException if none of the allowed ports is free, or the node is closed
     */
    public void bind() throws IOException {
        if (life.begin(EnumSet.of(Phase.NEW))) {
            bindAnd(Phase.NEW);
        } else if (life.phase() == Phase.CLOSED) {
            throw new FlockException(Code.REQUEST_DESTROYED, "the node is closed");
        }
    }

    /**
     * Binds, and starts to bootstrap and to tick in the background. Idempotent.
     *
     * @throws IOException if {@link #bind} does
     */
    public void start() throws IOException {
        bind();
        if (!started.compareAndSet(false, true)) {
            return;
        }
        try {
            scope.fork("rpc-bootstrap", this::bootstrap);
        } catch (RejectedExecutionException e) {
            throw new FlockException(Code.REQUEST_DESTROYED, "the node is closed", e);
        }
        scheduleTick();
    }

    /**
     * Waits until the first walk is over, or the node is closed.
     *
     * @return false if neither has happened by then
     */
    public boolean awaitBootstrapped(Duration timeout) throws InterruptedException {
        return firstWalkOver.await(Nanos.of(timeout), TimeUnit.NANOSECONDS);
    }

    /**
     * Returns the port from which a firewalled node sends its requests. While suspended it is the closed one.
     *
     * @throws IllegalStateException before {@link #bind}
     */
    public UdpPort clientPort() {
        return parts.ports.client();
    }

    /**
     * Returns the port at which an open node is reached. While suspended it is the closed one.
     *
     * @throws IllegalStateException before {@link #bind}
     */
    public UdpPort serverPort() {
        return parts.ports.server();
    }

    /**
     * Returns the client port while firewalled, the server port otherwise.
     *
     * @throws IllegalStateException before {@link #bind}
     */
    public UdpPort defaultPort() {
        return parts.ports.defaultPort();
    }

    /** Returns an address of this machine with the server port; nothing before {@link #bind}. */
    public Optional<PeerAddress> localAddress() {
        return parts.ports.pair().map(ports -> {
            InetSocketAddress bound = ports.server().localAddress();
            String host = bound.getAddress().isAnyLocalAddress() ? InterfaceWatch.localHost()
                    : bound.getAddress().getHostAddress();
            return new PeerAddress(host, bound.getPort());
        });
    }

    /** Returns the address at which everybody can reach the server port; nothing unless it is open and the port is kept. */
    public Optional<PeerAddress> remoteAddress() {
        NodeState.Observed observed = observed();
        boolean open = !parts.state.firewalled() && observed.port() != 0 && parts.ports.pair()
                .filter(ports -> ports.server().localAddress().getPort() == observed.port()).isPresent();
        return open ? observed.host().map(host -> new PeerAddress(host, observed.port())) : Optional.empty();
    }

    /** Returns our address as others see it. */
    NodeState.Observed observed() {
        return parts.state.observed();
    }

    /** Tells whether others agree about our host but not about our port: a NAT that gives each of them another one. */
    public boolean portRandomized() {
        NodeState.Observed observed = observed();
        return observed.host().isPresent() && observed.port() == 0;
    }

    /** Tells whether the node keeps no records for others and stands in no routing table; true at first. */
    public boolean ephemeral() {
        return parts.state.ephemeral();
    }

    /** Tells whether the server port may be closed to others; true until it was found open. */
    public boolean firewalled() {
        return parts.state.firewalled();
    }

    /** Tells whether somebody answered lately; true at first, until nobody answered the first walk. */
    public boolean online() {
        return parts.ticks.online();
    }

    /** Returns why nobody can be reached, for a person; empty while {@link #online()}. */
    public Optional<String> offlineCause() {
        return parts.ticks.offlineCause();
    }

    /** Tells whether most requests of the last 20 seconds were not answered. */
    public boolean degraded() {
        return parts.ticks.degraded();
    }

    /** Tells whether the node is suspended. */
    public boolean suspended() {
        return life.phase() == Phase.SUSPENDED;
    }

    /** Tells whether the node is closed. */
    public boolean closed() {
        return life.phase() == Phase.CLOSED;
    }

    /** Returns our id if the node is persistent; otherwise it has none for others. */
    public Optional<NodeId> id() {
        return parts.state.publicId();
    }

    /** Returns the id around which the routing table stands: a random one until our address is known. */
    public NodeId tableId() {
        return parts.state.tableId();
    }

    /** Returns known nodes, last contact first. */
    public List<PeerAddress> nodes(int limit) {
        return parts.state.newest(limit).stream().map(RpcPeer::address).toList();
    }

    /** Returns known nodes, nearest to a target first. */
    public List<RpcPeer> closestNodes(NodeId target, int limit) {
        return parts.state.closest(target, limit);
    }

    /**
     * Sends a request and waits for its reply, whatever its error number. Blocks until a reply comes, or until no
     * transmission was answered in time; an interrupt ends the wait and the request.
     *
     * @throws FlockException {@code REQUEST_TIMEOUT}, {@code REQUEST_DESTROYED}, {@code IO_SUSPENDED} or
     *     {@code TOO_MANY_REQUESTS}
     */
    public RpcReply request(RpcRequest request, PeerAddress to) throws FlockException, InterruptedException {
        return BlockingReply.request(parts.pool, request, to, Optional.empty());
    }

    /** Sends a request; the listener hears how it ends, possibly before this returns. */
    public RequestHandle send(RpcRequest request, PeerAddress to, ReplyListener listener) {
        return parts.pool.send(request, to, Optional.empty(), listener, Optional.empty());
    }

    /** Asks a node whether it is there. Blocks and fails as {@link #request} does. */
    public RpcReply ping(PeerAddress to) throws FlockException, InterruptedException {
        return request(RpcRequest.of(InternalCommand.PING), to);
    }

    /** Starts a query and sends its first requests. A query of a node that is closed fails. */
    public <T> RpcQuery<T> query(QueryRequest<T> request) {
        return query(request, List.of());
    }

    /** Starts a query whose consumer gets something of our own first, before any node has answered. */
    public <T> RpcQuery<T> query(QueryRequest<T> request, List<T> own) {
        return parts.queries.start(request, own, Optional.empty());
    }

    /** Returns a new group of requests and queries that can be ended together. */
    public RpcSession session() {
        return parts.queries.session();
    }

    /** Takes a datagram of any port if it is one of the RPC protocol, even a bad one. */
    @Override
    public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        return parts.inbound.onDatagram(port, source, datagram);
    }

    /** A node that no longer hears what comes to one of its two ports is none: see {@link TaskScope#fail}. */
    @Override
    public void onPortFailed(UdpPort port, Throwable cause) {
        if (parts.ports.isOurs(port)) {
            scope.fail(cause);
        }
    }

    /** Closes both ports, lets nothing in and fails what is in flight with {@code IO_SUSPENDED}. Idempotent. */
    public void suspend() {
        if (life.begin(EnumSet.of(Phase.NEW, Phase.RUNNING))) {
            try {
                parts.inbound.open(false);
                parts.pool.suspend();
                parts.ports.close();
            } finally {
                life.end(Phase.SUSPENDED);
            }
            LOG.log(Level.DEBUG, "rpc.suspended");
        }
    }

    /**
     * Binds again, the same ports first, and refreshes the table. Does nothing unless suspended.
     *
     * @throws IOException if no allowed port is free; the node stays suspended
     */
    public void resume() throws IOException {
        if (life.begin(EnumSet.of(Phase.SUSPENDED))) {
            parts.ticks.wakeUp(ticker.wallMillis());
            bindAnd(Phase.SUSPENDED);
            LOG.log(Level.DEBUG, "rpc.resumed server={0}", serverPort());
            if (started.get()) {
                parts.ticks.refresh();
            }
        }
    }

    /** Returns what the node has done so far. */
    public RpcStats stats() {
        return parts.counters.snapshot(parts.pool.inFlight(), parts.state.size());
    }

    /**
     * Closes both ports, fails what is in flight with {@code REQUEST_DESTROYED} and ends all threads of the node. Waits for
     * them, at most five seconds. Idempotent; any thread may call it.
     */
    @Override
    public void close() {
        if (life.close()) {
            CLOSE.accept(this);
            LOG.log(Level.DEBUG, "rpc.closed");
        }
    }

    private void release() {
        try {
            parts.inbound.open(false);
            parts.queries.close();
            parts.pool.close(scope.failure());
        } finally {
            parts.ports.close();
            parts.deadlines.close();
            firstWalkOver.countDown();
            scope.close();
            parts.events.closed();
        }
    }

    @Override
    public String toString() {
        return "RpcNode[" + parts.ports.pair().map(ports -> ports.server().toString()).orElse("not bound") + ", "
                + life.phase() + "]";
    }

    /** Does what is due every five seconds; a test calls it instead of waiting. */
    void tick(long wallMillis) {
        if (life.phase() == Phase.RUNNING) {
            parts.ticks.tick(wallMillis);
        }
    }

    private void bindAnd(Phase ifItFails) throws IOException {
        Phase reached = ifItFails;
        try {
            parts.ports.bind();
            config.assumedHost().ifPresent(
                    host -> parts.state.assumeAddress(host, serverPort().localAddress().getPort()));
            reached = Phase.RUNNING;
        } finally {
            if (!life.end(reached)) {
                // Closed by somebody who had no more patience with us.
                parts.ports.close();
            } else if (reached == Phase.RUNNING) {
                parts.inbound.open(true);
                parts.pool.run();
                LOG.log(Level.DEBUG, "rpc.bound server={0} client={1}", serverPort(), clientPort());
            }
        }
    }

    private void bootstrap() throws InterruptedException {
        try {
            parts.bootstrap.run();
        } finally {
            // Even if it has failed: from now on the ticks try again.
            parts.state.setBootstrapped();
            parts.ticks.bootstrapped();
            firstWalkOver.countDown();
        }
        LOG.log(Level.DEBUG, "rpc.bootstrapped nodes={0} firewalled={1} ephemeral={2}", parts.state.size(), firewalled(),
                ephemeral());
        parts.events.fire(RpcEvents.Kind.BOOTSTRAPPED);
    }

    private void scheduleTick() {
        parts.deadlines.schedule(ticker.nanoTime() + RpcConstants.TICK_NANOS, () -> {
            try {
                tick(ticker.wallMillis());
            } finally {
                scheduleTick();
            }
        });
    }
}

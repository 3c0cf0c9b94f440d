package omega.flock.dht;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.PortBinder;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RequestHandler;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** Java nodes that form a DHT of their own, in memory or on loopback, for tests of this package and of {@code interop}. */
public final class DhtSwarm implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FIRST_PORT = 49737;

    private final TaskScope scope = new TaskScope("swarm");
    private final PortBinder binder;
    private final Ticker ticker;
    private final boolean hostPerNode;
    private final List<DhtNode> nodes = new ArrayList<>();
    private final List<RpcNode> liars = new ArrayList<>();
    private List<String> bootstrap = List.of();

    private DhtSwarm(PortBinder binder, Ticker ticker, boolean hostPerNode) {
        this.binder = binder;
        this.ticker = ticker;
        this.hostPerNode = hostPerNode;
    }

    /** Starts a bootstrap node and so many persistent ones more, each on its own host of the network in memory. */
    public static DhtSwarm inMemory(PortBinder network, int persistentNodes) throws IOException, InterruptedException {
        return inMemory(network, Ticker.SYSTEM, persistentNodes);
    }

    /** Starts the same with another clock for all nodes, which has no part in the network's time. */
    public static DhtSwarm inMemory(PortBinder network, Ticker ticker, int persistentNodes)
            throws IOException, InterruptedException {
        return started(new DhtSwarm(network, ticker, true), persistentNodes, FIRST_PORT);
    }

    /** Starts a bootstrap node and so many persistent ones more on 127.0.0.1. */
    public static DhtSwarm onLoopback(int persistentNodes) throws IOException, InterruptedException {
        return started(new DhtSwarm(DatagramUdpPort::bind, Ticker.SYSTEM, false), persistentNodes, freePort());
    }

    /** Returns a swarm without nodes, for some that join the DHT of others on loopback. */
    public static DhtSwarm joining(List<String> bootstrap) {
        DhtSwarm swarm = new DhtSwarm(DatagramUdpPort::bind, Ticker.SYSTEM, false);
        swarm.bootstrap = bootstrap;
        return swarm;
    }

    private static DhtSwarm started(DhtSwarm swarm, int persistentNodes, int port) throws IOException, InterruptedException {
        try {
            String host = swarm.nextHost();
            swarm.add(RpcConfig.bootstrapper(port, host).host(host));
            swarm.bootstrap = List.of(host + ":" + port);
            for (int i = 0; i < persistentNodes; i++) {
                swarm.addPersistent();
            }
            return swarm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            swarm.close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    /** Returns where new nodes begin. */
    public List<String> bootstrap() {
        return bootstrap;
    }

    public DhtNode node(int index) {
        return nodes.get(index);
    }

    public List<DhtNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Adds a node that serves the storage commands. */
    public DhtNode addPersistent() throws IOException, InterruptedException {
        DhtNode node = add(config().ephemeral(EphemeralMode.NEVER).firewalled(false));
        if (node.rpc().ephemeral()) {
            throw new AssertionError("the node did not become persistent");
        }
        return node;
    }

    /** Adds a node that never serves them. */
    public DhtNode addClient() throws IOException, InterruptedException {
        return add(config().ephemeral(EphemeralMode.ALWAYS));
    }

    /** Adds a persistent node that answers the application's commands in its own way. */
    public RpcNode addLiar(RequestHandler answers) throws IOException, InterruptedException {
        RpcConfig config = config().ephemeral(EphemeralMode.NEVER).firewalled(false).build();
        RpcNode liar = new RpcNode(config, binder, ticker, scope, (port, source, datagram) -> false, answers);
        liars.add(liar);
        start(liar);
        return liar;
    }

    private RpcConfig.Builder config() {
        return RpcConfig.builder().bootstrap(bootstrap).host(nextHost());
    }

    private String nextHost() {
        int number = nodes.size() + liars.size();
        return hostPerNode ? "10.0." + (number >> 8) + "." + (number & 255) : "127.0.0.1";
    }

    private DhtNode add(RpcConfig.Builder config) throws IOException, InterruptedException {
        DhtNode node = new DhtNode(config, binder, ticker, scope, (port, source, datagram) -> false, Long.MAX_VALUE);
        nodes.add(node);
        start(node.rpc());
        return node;
    }

    private static void start(RpcNode node) throws IOException, InterruptedException {
        node.start();
        if (!node.awaitBootstrapped(PATIENCE)) {
            throw new AssertionError("the node did not bootstrap within " + PATIENCE);
        }
    }

    /** Returns the address at which a persistent node is known. */
    public static PeerAddress addressOf(DhtNode node) {
        return node.rpc().remoteAddress().orElseThrow(() -> new AssertionError("the node does not know its address"));
    }

    @Override
    public void close() {
        liars.forEach(RpcNode::close);
        for (DhtNode node : nodes.reversed()) {
            node.close();
        }
        scope.close();
    }

    /** {@return all answers of a query, which has ended then} */
    public static <T> List<T> all(RpcQuery<T> query) throws IOException, InterruptedException {
        List<T> all = new ArrayList<>();
        for (Optional<T> next = query.next(); next.isPresent(); next = query.next()) {
            all.add(next.get());
        }
        return all;
    }
}

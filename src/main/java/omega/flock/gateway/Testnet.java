package omega.flock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.KeyPair;
import omega.flock.net.MachinePorts;
import omega.flock.net.PortBinder;
import omega.flock.rpc.EphemeralMode;

/**
 * A private network in this process, for tests and demos: a bootstrap node and others that store for everybody. Nothing
 * leaves the address it is bound to, loopback by default. Thread-safe.
 *
 * <pre>{@code
 * try (Testnet testnet = Testnet.start(3);
 *         Flock flock = Flock.builder().bootstrap(testnet.bootstrap()).open()) {
 *     ...
 * }
 * }</pre>
 */
public final class Testnet implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    /** Longer datagrams belong to a stream: nearly all messages of the DHT are shorter, and those of streams are not. */
    private static final int MESSAGE_BYTES = 1_100;

    private static final Duration NODE_PATIENCE = Duration.ofSeconds(20);

    private final String host;
    private final String bootstrap;
    private final PortBinder ports; // of the nodes that store for everybody
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Gateway> nodes = new ArrayList<>(); // guarded by lock
    private boolean closed; // guarded by lock

    private Testnet(String host, PortBinder ports, Gateway first) {
        this.host = host;
        this.ports = ports;
        this.bootstrap = host + ":" + first.localAddress().port();
        nodes.add(first);
    }

    /**
     * Starts a network on loopback. Blocks until every node stores for others, some milliseconds each.
     *
     * @param nodes how many, at least 1
     * @throws IOException if a port cannot be bound or a node does not become reachable
     */
    public static Testnet start(int nodes) throws IOException, InterruptedException {
        return start(nodes, LOOPBACK, 0);
    }

    /**
     * Starts a network on an address of this machine.
     *
     * @param nodes how many, at least 1
     * @param host the IPv4 address to bind, at which other programs reach the nodes
     * @param port the port of the bootstrap node; 0 for any
     * @throws IOException if a port cannot be bound or a node does not become reachable
     */
    public static Testnet start(int nodes, String host, int port) throws IOException, InterruptedException {
        Objects.requireNonNull(host, "host");
        if (nodes < 1) {
            throw new IllegalArgumentException("a network needs at least one node, not " + nodes);
        }
        // The storing nodes share a reader: a query asks all of them at once, and would wake as many threads.
        PortBinder ports = MachinePorts.MACHINE.forMany(MESSAGE_BYTES);
        Gateway first = new Gateway(GatewaySettings.openBootstrapper(host, port, ports));
        Testnet testnet = new Testnet(host, ports, first);
        try {
            testnet.awaitPersistent(first);
            for (int i = 1; i < nodes; i++) {
                testnet.addPersistentNode();
            }
            return testnet;
        } catch (IOException | InterruptedException | RuntimeException e) {
            testnet.close();
            throw e;
        }
    }

    /** Returns what programs name as bootstrap to join this network: one {@code host:port}. */
    public List<String> bootstrap() {
        return List.of(bootstrap);
    }

    /**
     * Returns a new gateway on this network that stores for nobody; it is closed with the network.
     *
     * @throws IOException if no port can be bound
     * @throws IllegalStateException if the network is closed
     */
    public Gateway createNode() throws IOException {
        GatewaySettings settings = settings();
        settings.rpc().ephemeral(EphemeralMode.ALWAYS);
        return opened(settings);
    }

    /**
     * Returns the two ends of a connection, between two new nodes of this network: for the test of a handler or a protocol that takes a
     * {@link Connection}, which behaves here as it does anywhere. Blocks until both ends are open, some milliseconds.
     *
     * @throws IOException if that failed
     * @throws IllegalStateException if the network is closed
     */
    public Pair pair() throws IOException, InterruptedException {
        List<Gateway> own = new ArrayList<>();
        try {
            own.add(createNode());
            own.add(createNode());
            GatewayServer listening = own.getFirst().listen(KeyPair.generate());
            Connection client = own.getLast().connect(listening.publicKey());
            Connection server = listening.accept(NODE_PATIENCE).orElseThrow(() -> new IOException("no connection has come"));
            return new Pair(client, server, () -> release(own));
        } catch (IOException | InterruptedException | RuntimeException e) {
            release(own);
            throw e;
        }
    }

    /** Closes every node; their addresses are free again. Idempotent; never throws. */
    @Override
    public void close() {
        List<Gateway> open;
        lock.lock();
        try {
            closed = true;
            open = List.copyOf(nodes);
            nodes.clear();
        } finally {
            lock.unlock();
        }
        // Nobody is left to be told: announcements are not withdrawn.
        open.forEach(Gateway::closeNow);
        ports.awaitReleased();
    }

    private void addPersistentNode() throws IOException, InterruptedException {
        GatewaySettings settings = settings();
        settings.rpc().ephemeral(EphemeralMode.NEVER).firewalled(false);
        settings.ports(ports);
        awaitPersistent(opened(settings));
    }

    private GatewaySettings settings() {
        GatewaySettings settings = new GatewaySettings();
        settings.rpc().bootstrap(List.of(bootstrap)).host(host);
        settings.port(0);
        return settings;
    }

    private void release(List<Gateway> gone) {
        gone.forEach(Gateway::closeNow);
        lock.lock();
        try {
            nodes.removeAll(gone);
        } finally {
            lock.unlock();
        }
    }

    private void awaitPersistent(Gateway node) throws IOException, InterruptedException {
        if (!node.awaitReady(NODE_PATIENCE) || node.ephemeral()) {
            throw new IOException("node " + node.localAddress() + " of the network is not reachable from " + bootstrap);
        }
    }

    private Gateway opened(GatewaySettings settings) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the network is closed");
            }
        } finally {
            lock.unlock();
        }
        Gateway node;
        try {
            node = new Gateway(settings.open());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        lock.lock();
        try {
            if (!closed) {
                nodes.add(node);
                return node;
            }
        } finally {
            lock.unlock();
        }
        node.closeNow();
        throw new IllegalStateException("the network is closed");
    }

    /** The two ends of one connection. Thread-safe. */
    public static final class Pair implements AutoCloseable {

        private final Connection client;
        private final Connection server;
        private final Runnable release;

        private Pair(Connection client, Connection server, Runnable release) {
            this.client = client;
            this.server = server;
            this.release = release;
        }

        /** {@return the end that has dialled} */
        public Connection client() {
            return client;
        }

        /** {@return the end that was dialled} */
        public Connection server() {
            return server;
        }

        /** Resets the connection if it is open, and closes the nodes of both ends. Idempotent; never throws. */
        @Override
        public void close() {
            client.abort();
            server.abort();
            release.run();
        }
    }
}

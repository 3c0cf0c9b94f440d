package omega.flock.rpc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryNetwork;

/** Nodes on a network in memory, each on a host of its own, for tests of this package. The first is the bootstrap node. */
final class RpcSwarm implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final DatagramHandler NO_STREAMS = (port, source, datagram) -> false;

    /** Short enough to see timeouts in a test, long enough for a busy machine. */
    static final Duration TIMEOUT = Duration.ofMillis(150);

    private static final int PORT = 49737;

    private final MemoryNetwork network;
    private final TaskScope scope = new TaskScope("rpc-swarm");
    private final List<RpcNode> nodes = new ArrayList<>();
    private int nextHost = 1;

    RpcSwarm(long seed) throws IOException, InterruptedException {
        network = new MemoryNetwork(seed);
        String host = newHost();
        ready(add(host, RpcConfig.bootstrapper(PORT, host), RequestHandler.NONE));
    }

    /** A swarm with so many persistent nodes, the bootstrap node included. */
    static RpcSwarm of(long seed, int size) throws IOException, InterruptedException {
        return of(seed, size, RequestHandler.NONE);
    }

    static RpcSwarm of(long seed, int size, RequestHandler handler) throws IOException, InterruptedException {
        RpcSwarm swarm = new RpcSwarm(seed);
        for (int i = 1; i < size; i++) {
            swarm.persistent(handler);
        }
        return swarm;
    }

    MemoryNetwork network() {
        return network;
    }

    TaskScope scope() {
        return scope;
    }

    RpcNode bootstrapNode() {
        return nodes.getFirst();
    }

    List<RpcNode> nodes() {
        return List.copyOf(nodes);
    }

    List<String> bootstrap() {
        return List.of(addressOf(bootstrapNode()).toString());
    }

    RpcConfig.Builder config() {
        return RpcConfig.builder().bootstrap(bootstrap()).requestTimeout(TIMEOUT);
    }

    String newHost() {
        int number = nextHost++;
        return "10.0." + (number >> 8) + "." + (number & 255);
    }

    RpcNode persistent(RequestHandler handler) throws IOException, InterruptedException {
        return ready(add(config().ephemeral(EphemeralMode.NEVER).firewalled(false), handler));
    }

    RpcNode ephemeral() throws IOException, InterruptedException {
        return ready(add(config().ephemeral(EphemeralMode.ALWAYS), RequestHandler.NONE));
    }

    /** Adds a node that is neither bound nor started, on a public host of its own. */
    RpcNode add(RpcConfig.Builder config, RequestHandler handler) {
        return add(newHost(), config, handler);
    }

    RpcNode add(String host, RpcConfig.Builder config, RequestHandler handler) {
        return add(network.host(host), config.host(host), handler);
    }

    RpcNode add(PortBinder host, RpcConfig.Builder config, RequestHandler handler) {
        RpcNode node = new RpcNode(config.build(), host, Ticker.SYSTEM, scope, NO_STREAMS, handler);
        nodes.add(node);
        return node;
    }

    static RpcNode ready(RpcNode node) throws IOException, InterruptedException {
        node.start();
        if (!node.awaitBootstrapped(PATIENCE)) {
            throw new AssertionError("not bootstrapped within " + PATIENCE + ": " + node);
        }
        return node;
    }

    /** Sends this to each of the closest nodes with the token that it gave. */
    static CommitFunction repeating(RpcRequest request) {
        return (closest, query) -> Optional.of(request.withToken(
                closest.token().orElseThrow(() -> new IOException("no token from " + closest.from()))));
    }

    /** The address of the server port of a node on a public host. */
    static PeerAddress addressOf(RpcNode node) {
        return PeerAddress.of(node.serverPort().localAddress());
    }

    @Override
    public void close() {
        nodes.reversed().forEach(RpcNode::close);
        scope.close();
        network.close();
    }
}

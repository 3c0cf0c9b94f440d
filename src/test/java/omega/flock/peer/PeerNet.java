package omega.flock.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import omega.flock.base.KeyPair;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.peer.relay.BlindRelay;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Ticker;

/** A private DHT of Java nodes on loopback, and nodes that use it. Closing it closes all of them. */
final class PeerNet implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(20);

    private final List<PeerNode> nodes = new ArrayList<>();
    private final String bootstrap;

    private PeerNet(int bootstrapPort) {
        this.bootstrap = "127.0.0.1:" + bootstrapPort;
    }

    /** Starts so many persistent nodes. */
    static PeerNet start(int count) throws IOException, InterruptedException {
        int port = freePort();
        PeerNet net = new PeerNet(port);
        net.add(RpcConfig.bootstrapper(port, "127.0.0.1").host("127.0.0.1"), KeyPair.generate());
        for (int i = 1; i < count; i++) {
            net.add(net.builder().ephemeral(EphemeralMode.NEVER).firewalled(false), KeyPair.generate());
        }
        return net;
    }

    String bootstrap() {
        return bootstrap;
    }

    /** Returns one of the nodes of the DHT itself. */
    PeerNode dhtNode(int index) {
        return nodes.get(index);
    }

    /** Starts a node with the defaults of a program: firewalled until it knows better, never persistent in a test's time. */
    PeerNode node() throws IOException, InterruptedException {
        return node(builder -> { });
    }

    /** Starts a node that believes to be behind a firewall, so that it has to punch. */
    PeerNode firewalledNode() throws IOException, InterruptedException {
        return node(builder -> builder.quickFirewall(false));
    }

    /** The same, on ports that the binder makes. */
    PeerNode firewalledNode(PortBinder binder) throws IOException, InterruptedException {
        return add(builder().quickFirewall(false), KeyPair.generate(), binder);
    }

    /** Waits until nothing is under way at any node: no dial, half-open handshake, puncher, pool socket or stream. */
    void awaitIdle() {
        long deadline = System.nanoTime() + READY.toNanos();
        for (PeerNode node : nodes) {
            PeerStats stats = node.stats();
            while (stats.dials() + stats.halfOpenHandshakes() + stats.punchers() + stats.poolSockets() + stats.streams() > 0) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("still at work: " + stats);
                }
                Thread.yield();
                stats = node.stats();
            }
        }
    }

    PeerNode node(Consumer<RpcConfig.Builder> settings) throws IOException, InterruptedException {
        RpcConfig.Builder builder = builder();
        settings.accept(builder);
        return add(builder, KeyPair.generate());
    }

    /** Starts a node that relays for others: one of the DHT, behind no firewall. */
    BlindRelay relay() throws IOException, InterruptedException {
        BlindRelay relay = new BlindRelay();
        PeerNode node = add(builder().ephemeral(EphemeralMode.NEVER).firewalled(false), KeyPair.generate(),
                relay.tap(DatagramUdpPort::bind));
        relay.serve(node);
        return relay;
    }

    private RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of(bootstrap)).host("127.0.0.1");
    }

    private PeerNode add(RpcConfig.Builder builder, KeyPair keyPair) throws IOException, InterruptedException {
        return add(builder, keyPair, DatagramUdpPort::bind);
    }

    private PeerNode add(RpcConfig.Builder builder, KeyPair keyPair, PortBinder binder) throws IOException, InterruptedException {
        PeerNode node = PeerNode.open(PeerConfig.of(builder, keyPair), binder, Ticker.SYSTEM);
        nodes.add(node);
        if (!node.dht().rpc().awaitBootstrapped(READY)) {
            throw new IOException("not ready within " + READY);
        }
        return node;
    }

    private static int freePort() throws IOException {
        try (UdpPort port = DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (on, source, datagram) -> true)) {
            return port.localAddress().getPort();
        }
    }

    @Override
    public void close() {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).closeNow();
        }
    }
}

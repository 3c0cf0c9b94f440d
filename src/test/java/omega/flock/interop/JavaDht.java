package omega.flock.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;

/** A private DHT of persistent Java nodes in this process. */
final class JavaDht implements AutoCloseable {

    private final List<PeerNode> nodes = new ArrayList<>();
    private final List<String> bootstrap;

    private JavaDht(int port) {
        this.bootstrap = List.of("127.0.0.1:" + port);
    }

    static JavaDht start(int count) throws IOException, InterruptedException {
        int port = freePort();
        JavaDht dht = new JavaDht(port);
        dht.add(RpcConfig.bootstrapper(port, "127.0.0.1"));
        for (int i = 1; i < count; i++) {
            dht.add(RpcConfig.builder().bootstrap(dht.bootstrap).ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
        return dht;
    }

    List<String> bootstrap() {
        return bootstrap;
    }

    private void add(RpcConfig.Builder builder) throws IOException, InterruptedException {
        PeerNode node = PeerNode.open(PeerConfig.of(builder.host("127.0.0.1"), KeyPair.generate()));
        nodes.add(node);
        if (!node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(20))) {
            throw new IOException("a node of the DHT did not become ready");
        }
    }

    private static int freePort() throws IOException {
        try (UdpPort port = DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (on, source, datagram) -> true)) {
            return port.localAddress().getPort();
        }
    }

    @Override
    public void close() {
        nodes.reversed().forEach(PeerNode::closeNow);
    }
}

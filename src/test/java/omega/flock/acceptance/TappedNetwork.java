package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Query;
import omega.flock.gateway.TappedGateway;
import omega.flock.peer.DialOptions;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcRequest;
import omega.flock.secret.SecretStream;
import omega.flock.wire.WireWriter;

/** A private network of persistent nodes on loopback, whose ports are tapped. Closing it closes all that joined it. */
final class TappedNetwork implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Tap.Watcher watcher;
    private final List<TappedGateway> all = new ArrayList<>();
    private final List<Tap> taps = new ArrayList<>();
    private final List<String> bootstrap;

    TappedNetwork(int nodes, Tap.Watcher watcher) throws IOException, InterruptedException {
        this.watcher = watcher;
        Tap tap = new Tap(watcher);
        TappedGateway first = ready(TappedGateway.bootstrapper(tap), tap);
        bootstrap = List.of(first.gateway().localAddress().toString());
        for (int i = 1; i < nodes; i++) {
            join(rpc -> rpc.ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
    }

    List<String> bootstrap() {
        return bootstrap;
    }

    TappedGateway node(int index) {
        return all.get(index);
    }

    /** The tap of one that joined. */
    Tap tap(TappedGateway gateway) {
        return taps.get(all.indexOf(gateway));
    }

    TappedGateway join() throws IOException, InterruptedException {
        return join(rpc -> rpc.ephemeral(EphemeralMode.ALWAYS));
    }

    TappedGateway join(UnaryOperator<RpcConfig.Builder> settings) throws IOException, InterruptedException {
        Tap tap = new Tap(watcher);
        return ready(TappedGateway.open(bootstrap, tap, settings), tap);
    }

    private TappedGateway ready(TappedGateway opened, Tap tap) throws InterruptedException {
        all.add(opened);
        taps.add(tap);
        assertTrue(opened.gateway().awaitReady(PATIENCE));
        return opened;
    }

    /** Makes the nodes exchange messages of every kind, each of them some times. */
    void converse() throws Exception {
        UnaryOperator<RpcConfig.Builder> behindAFirewall = rpc -> rpc.ephemeral(EphemeralMode.ALWAYS).quickFirewall(false);
        try (TappedGateway one = join(); TappedGateway shy = join(behindAFirewall); TappedGateway shyToo = join(behindAFirewall)) {
            for (int round = 0; round < 3; round++) {
                exchangeValues(one.gateway(), round);
                commandsOfEveryNode(one.node().dht().rpc());
                meet(one.gateway(), shy.gateway());
                punch(shyToo, shy);
            }
        }
    }

    private void exchangeValues(Gateway gateway, int round) throws IOException, InterruptedException {
        Topic topic = Topic.hash("round " + round);
        KeyPair key = KeyPair.generate();
        byte[] value = new byte[100 + round];
        new Random(round).nextBytes(value);
        gateway.immutableGet(gateway.immutablePut(value));
        gateway.mutablePut(key, value, round);
        gateway.mutableGet(key.publicKey());
        List<PeerAddress> relays = gateway.nodes().subList(0, 1);
        try (Query<?> announced = gateway.announce(topic, key, relays, AnnounceOptions.DEFAULT);
                Query<?> found = gateway.lookup(topic); Query<?> peer = gateway.findPeer(key.publicKey())) {
            announced.await();
            found.await();
            peer.await();
        }
        gateway.unannounce(topic, key);
    }

    private void commandsOfEveryNode(RpcNode from) throws IOException, InterruptedException {
        PeerAddress to = node(0).gateway().localAddress();
        int otherPort = from.serverPort().localAddress().getPort();
        from.ping(to);
        from.request(RpcRequest.of(InternalCommand.DELAYED_PING).withValue(new WireWriter().uint32(1).toBytes()), to);
        from.request(RpcRequest.of(InternalCommand.PING_NAT).withValue(new WireWriter().uint16(otherPort).toBytes()), to);
        from.request(RpcRequest.of(InternalCommand.DOWN_HINT)
                .withValue(new WireWriter().ipv4Address(new PeerAddress("127.0.0.1", otherPort)).toBytes()), to);
        from.request(RpcRequest.of(InternalCommand.FIND_NODE).withTarget(from.tableId()), to);
    }

    private static void meet(Gateway host, Gateway guest) throws IOException, InterruptedException {
        try (GatewayServer server = host.listen(KeyPair.generate());
                Connection client = guest.connect(server.publicKey(), ConnectOptions.DEFAULT); Connection accepted = server.accept()) {
            client.writeMessage(new byte[50_000]);
            accepted.readMessage();
            client.setReadTimeout(PATIENCE);
            accepted.sendDatagram(new byte[10]);
            client.receiveDatagram();
            accepted.abort();
        }
    }

    private static void punch(TappedGateway host, TappedGateway guest) throws Exception {
        try (GatewayServer server = host.gateway().listen(KeyPair.generate());
                SecretStream client = guest.node().connect(server.publicKey(), DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(false));
                Connection accepted = server.accept()) {
            client.writeMessage(new byte[10]);
            accepted.readMessage();
        }
    }

    @Override
    public void close() {
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).close();
        }
    }
}

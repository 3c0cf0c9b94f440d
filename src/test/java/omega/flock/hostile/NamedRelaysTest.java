package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.UdxInfo;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Eventually;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 8: valid handshakes, each of which names another relay, which nobody is. The server looks for each of them.
 *
 * <p>In version 0.1 64 of them filled the window of requests, and announcements of the server failed. Now 16 are looked for at a time,
 * one request each, and the server's own requests go out beside; whom these places go to is {@code OfferedRelaysTest}'s.
 */
@Timeout(60)
class NamedRelaysTest {

    private static final int PLACES = 16;
    private static final int NAMED = 64;
    private static final int BOOTSTRAP_PORT = 49_737;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MemoryNetwork network = new MemoryNetwork(8).conditions(Conditions.PERFECT.withLatencyMillis(100));
    private final List<PeerNode> nodes = new ArrayList<>();
    private final List<byte[]> messages = new ArrayList<>();
    private MemoryStranger stranger;
    private int mostRelays;
    private PeerNode host;
    private PeerServer server;

    @BeforeEach
    void listen() throws Exception {
        open("5.5.5.1", RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1"));
        for (int i = 2; i <= 6; i++) {
            open("5.5.5." + i, builder().ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
        host = open("7.7.7.1", builder().quickFirewall(false));
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
        stranger = new MemoryStranger(network, "8.8.8.8");
        for (int i = 0; i < NAMED; i++) {
            messages.add(namingARelay());
        }
    }

    @AfterEach
    void close() {
        stranger.close();
        nodes.reversed().forEach(PeerNode::closeNow);
        network.close();
    }

    @Test
    void whoeverNamesManyRelaysTakesNoPlaceFromOthersAndNoneOfOurRequests() throws Exception {
        for (byte[] message : messages) {
            stranger.request(DhtCommand.PEER_HANDSHAKE, DhtNode.target(server.publicKey()),
                    HandshakeMessage.of(RoutingMode.FROM_RELAY, message, stranger.address()).toBytes(),
                    PeerAddress.of(host.dht().rpc().serverPort().localAddress()));
        }
        Eventually.holds("each relay is looked for or not", PATIENCE, () -> {
            mostRelays = Math.max(mostRelays, host.stats().relays());
            return host.stats().relayAttempts() + dropped() >= NAMED;
        }, host::stats);
        assertTrue(mostRelays > 0 && mostRelays <= PLACES, mostRelays + " looked for at a time");
        assertTrue(dropped() > 0, "an operator sees it: " + host.stats());
        try (PeerServer second = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                SecretStream client = open("6.6.6.1", builder()).connect(second.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = second.accept(PATIENCE).orElseThrow()) {
            client.writeMessage(new byte[] {8});
            assertEquals(8, accepted.readMessage().orElseThrow()[0], "announced in the middle of it, and reached");
        }
    }

    private long dropped() {
        return host.stats().drops().getOrDefault("TOO_MANY_RELAYS", 0L);
    }

    private byte[] namingARelay() {
        NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(), Namespaces.peerHandshake(),
                server.publicKey());
        return noise.writeMessage(NoisePayload.EMPTY.withFirewall(Firewall.UNKNOWN).withUdx(UdxInfo.of(false, 8))
                .withRelayThrough(RelayThroughInfo.of(KeyPair.generate().publicKey(), new byte[32])).toBytes());
    }

    private static RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:" + BOOTSTRAP_PORT));
    }

    private PeerNode open(String address, RpcConfig.Builder builder) throws Exception {
        PeerNode node = PeerNode.open(PeerConfig.of(builder.host(address), KeyPair.generate()), network.host(address), network.ticker());
        nodes.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(PATIENCE));
        return node;
    }
}

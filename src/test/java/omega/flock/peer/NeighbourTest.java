package omega.flock.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryHost;
import omega.flock.sim.MemoryNat;
import omega.flock.sim.MemoryNetwork;
import omega.flock.sim.NatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two hosts on one network, each with a firewall that refuses strangers, behind a NAT that does not turn packets round. */
@Timeout(60)
class NeighbourTest {

    private final MemoryNetwork network = new MemoryNetwork(210).conditions(Conditions.PERFECT.withLatencyMillis(2));
    private final List<PeerNode> nodes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        nodes.reversed().forEach(PeerNode::closeNow);
        network.close();
    }

    /** hyperdht#210: "ufw default-deny on the same LAN: never connects". */
    @ParameterizedTest
    @EnumSource(NatType.class)
    void firewallsOnOneNetworkLetEachOtherThrough(NatType type) throws Exception {
        MemoryNat nat = network.nat("6.6.6.1", type);
        startDht();
        assertMeet(node(nat.firewalledHost("10.0.0.3")), node(nat.firewalledHost("10.0.0.2")));
    }

    @Test
    void oneFirewallIsNoHindranceEither() throws Exception {
        MemoryNat nat = network.nat("6.6.6.1", NatType.CONSISTENT);
        startDht();
        PeerNode open = node(nat.host("10.0.0.3"));
        PeerNode closed = node(nat.firewalledHost("10.0.0.2"));
        assertMeet(open, closed);
        assertMeet(closed, open);
    }

    private void startDht() throws IOException, InterruptedException {
        open(network.host("5.5.5.1"), RpcConfig.bootstrapper(49737, "5.5.5.1"));
        for (int i = 2; i <= 5; i++) {
            open(network.host("5.5.5." + i), builder().ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
    }

    private static void assertMeet(PeerNode guest, PeerNode host) throws Exception {
        DialOptions soon = DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(8));
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                SecretStream client = guest.connect(server.publicKey(), soon);
                SecretStream accepted = server.accept()) {
            client.writeMessage("neighbour".getBytes(UTF_8));
            assertArrayEquals("neighbour".getBytes(UTF_8), accepted.readMessage().orElseThrow());
        }
    }

    private PeerNode node(MemoryHost at) throws IOException, InterruptedException {
        return open(at, builder());
    }

    private static RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:49737"));
    }

    private PeerNode open(MemoryHost at, RpcConfig.Builder builder) throws IOException, InterruptedException {
        PeerNode node = PeerNode.open(
                PeerConfig.of(builder.host(at.address().getHostAddress()), KeyPair.generate()), at, network.ticker());
        nodes.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(20)));
        return node;
    }
}

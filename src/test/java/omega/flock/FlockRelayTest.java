package omega.flock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.PathInfo;
import omega.flock.gateway.TappedGateway;
import omega.flock.net.PortBinder;
import omega.flock.peer.relay.BlindRelay;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryHost;
import omega.flock.sim.MemoryNetwork;
import omega.flock.sim.NatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two flocks behind random NATs, which no punching gets through, on an internet in memory with a blind relay. */
@Timeout(120)
class FlockRelayTest {

    private static final Topic TOPIC = Topic.filled("relayed");
    private static final int BOOTSTRAP_PORT = 49737;

    private final MemoryNetwork network = new MemoryNetwork(3).conditions(Conditions.PERFECT.withLatencyMillis(2));
    private final List<TappedGateway> nodes = new ArrayList<>();
    private final BlindRelay relay = new BlindRelay();

    @BeforeEach
    void startDht() throws Exception {
        open(network.host("5.5.5.1"), "5.5.5.1", rpc -> RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1").host("5.5.5.1"));
        for (int i = 2; i <= 6; i++) {
            open(network.host("5.5.5." + i), "5.5.5." + i, rpc -> rpc.ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
        relay.serve(open(relay.tap(network.host("5.5.5.9")), "5.5.5.9",
                rpc -> rpc.ephemeral(EphemeralMode.NEVER).firewalled(false)).node());
    }

    @AfterEach
    void closeAll() {
        nodes.reversed().forEach(TappedGateway::close);
        network.close();
    }

    @Test
    void twoFlocksBehindRandomNatsMeetThroughARelay() throws Exception {
        try (Flock server = flock("6.6.6.1", relay.publicKey()); Flock client = flock("6.6.6.2", relay.publicKey())) {
            assertTrue(server.join(TOPIC, JoinOptions.SERVER).flushed(Duration.ofSeconds(30)));
            client.join(TOPIC, JoinOptions.CLIENT);
            try (Connection accepted = server.accept(Duration.ofSeconds(60)).orElseThrow().connection();
                    Connection dialled = client.accept(Duration.ofSeconds(60)).orElseThrow().connection()) {
                assertRelayed(dialled);
                assertRelayed(accepted);
                dialled.writeMessage("hello".getBytes(UTF_8));
                assertArrayEquals("hello".getBytes(UTF_8), accepted.readMessage());
                assertEquals(1, server.dht().stats().gauges().get("relays"));
                assertEquals(1, server.dht().stats().counters().get("relaying.attempts"));
                assertEquals(1, server.dht().stats().counters().get("relaying.successes"));
                assertEquals(0, server.dht().stats().counters().get("relaying.aborts"));
            }
        }
    }

    @Test
    void theRelayOfOneSideIsEnough() throws Exception {
        try (Flock server = flock("6.6.6.1"); Flock client = flock("6.6.6.2", relay.publicKey())) {
            server.listen();
            client.joinPeer(server.keyPair().publicKey());
            try (Connection dialled = client.accept(Duration.ofSeconds(60)).orElseThrow().connection()) {
                assertRelayed(dialled);
            }
        }
    }

    private void assertRelayed(Connection connection) {
        PathInfo path = connection.path();
        assertEquals(PathInfo.Kind.RELAYED, path.kind());
        assertEquals("5.5.5.9", path.address().getAddress().getHostAddress());
    }

    private Flock flock(String natAddress, PublicKey... relays) throws IOException, InterruptedException {
        MemoryHost host = network.nat(natAddress, NatType.RANDOM).host("10.0.0." + natAddress.substring(6));
        Gateway gateway = open(host, host.address().getHostAddress(), rpc -> rpc).gateway();
        assertTrue(gateway.awaitReady(Duration.ofSeconds(20)));
        assertTrue(gateway.randomized());
        return Flock.builder().dht(gateway).relayThrough(relays).open();
    }

    private TappedGateway open(PortBinder at, String address, UnaryOperator<RpcConfig.Builder> settings)
            throws IOException {
        TappedGateway node = TappedGateway.open(List.of("5.5.5.1:" + BOOTSTRAP_PORT), at, rpc -> settings.apply(rpc.host(address)));
        nodes.add(node);
        return node;
    }
}

package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.Topic;
import omega.flock.dht.message.LookupRecords;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.routing.NodeId;
import omega.flock.sim.ManualTicker;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes whose clock the test turns, on a network that delivers at once. */
class DhtAgeingTest {

    private final ManualTicker ticker = new ManualTicker();
    private final KeyPair key = KeyPair.generate();
    private final NodeId topic = DhtNode.target(Topic.hash("ageing"));
    private MemoryNetwork network;
    private DhtSwarm swarm;
    private DhtNode client;

    @BeforeEach
    void start() throws Exception {
        network = new MemoryNetwork(4);
        swarm = DhtSwarm.inMemory(network, ticker, 2);
        client = swarm.addClient();
    }

    @AfterEach
    void stop() {
        swarm.close();
        network.close();
    }

    private RpcReply closest() throws Exception {
        try (RpcQuery<DhtReply<LookupRecords>> query = client.lookup(topic, List.of())) {
            query.awaitFinished();
            return query.closestReplies().get(0);
        }
    }

    @Test
    void aTokenServesASlowWalkButNotForLong() throws Exception {
        RpcReply reply = closest();
        ticker.advance(Duration.ofMillis(7000));
        assertTrue(client.announceTo(reply, topic, key, List.of(), 0).isOk());
        ticker.advance(Duration.ofMillis(8500));
        FlockException error = assertThrows(FlockException.class,
                () -> client.announceTo(reply, topic, key, List.of(), 0));
        assertEquals("INVALID_TOKEN", error.code());
        assertTrue(client.announceTo(closest(), topic, key, List.of(), 0).isOk());
    }

    @Test
    void recordsAndForwardsOfANodeGoWithTimeAndTheirGaugesWithThem() throws Exception {
        client.announceTo(closest(), topic, key, List.of(), 0);
        NodeId self = DhtNode.target(key.publicKey());
        try (RpcQuery<DhtReply<LookupRecords>> query = client.announce(self, key, List.of(), AnnounceOptions.DEFAULT)) {
            query.awaitFinished();
        }
        assertEquals(1, swarm.nodes().stream().mapToInt(node -> node.stats().records()).sum());
        assertEquals(3, swarm.nodes().stream().mapToInt(node -> node.stats().forwards()).sum());
        ticker.advance(Duration.ofMinutes(27));
        assertEquals(0, swarm.nodes().stream().mapToInt(node -> node.stats().records()).sum());
        assertEquals(0, swarm.nodes().stream().mapToInt(node -> node.stats().forwards()).sum());
    }
}

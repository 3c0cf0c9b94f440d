package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryHost;
import omega.flock.sim.MemoryNat;
import omega.flock.sim.NatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node finds out about its own address and port, and what it makes of it as the ticks go by. */
class RpcNetworkCheckTest {

    private static final long TICK_MILLIS = 5000;

    private RpcSwarm swarm;
    private long wallMillis = Ticker.SYSTEM.wallMillis();

    @BeforeEach
    void start() throws Exception {
        swarm = RpcSwarm.of(50, 8);
    }

    @AfterEach
    void stop() {
        swarm.close();
    }

    private void ticks(RpcNode node, int times) {
        for (int i = 0; i < times; i++) {
            wallMillis += TICK_MILLIS;
            node.tick(wallMillis);
        }
    }

    private RpcNode firewalled(RpcConfig.Builder config) throws Exception {
        String host = swarm.newHost();
        return RpcSwarm.ready(swarm.add(swarm.network().firewalledHost(host), config.host(host), RequestHandler.NONE));
    }

    /** Keeps the names of what happens. */
    private static final class Diary implements RpcListener {

        private final List<String> entries = new CopyOnWriteArrayList<>();

        @Override
        public void onPersistent() {
            entries.add("persistent");
        }

        @Override
        public void onEphemeral() {
            entries.add("ephemeral");
        }

        @Override
        public void onNatUpdate() {
            entries.add("nat");
        }

        @Override
        public void onNetworkUpdate() {
            entries.add("network");
        }

        @Override
        public void onWakeUp() {
            entries.add("wake");
        }

        @Override
        public void onBootstrapped() {
            entries.add("bootstrapped");
        }
    }

    @Test
    void anOpenNodeFindsItsPortOpenDuringItsFirstWalkButStaysEphemeral() throws Exception {
        RpcNode node = RpcSwarm.ready(swarm.add(swarm.config(), RequestHandler.NONE));
        assertFalse(node.firewalled());
        assertTrue(node.ephemeral());
        assertEquals(Optional.empty(), node.id());
        assertEquals(NodeId.of(RpcSwarm.addressOf(node)), node.tableId(), "it stands where its address puts it already");
        assertEquals(Optional.of(RpcSwarm.addressOf(node)), node.remoteAddress());
        assertEquals(node.serverPort(), node.defaultPort());
    }

    @Test
    void aNodeWithoutTheQuickTestStaysFirewalledForNow() throws Exception {
        RpcNode node = RpcSwarm.ready(swarm.add(swarm.config().quickFirewall(false), RequestHandler.NONE));
        assertTrue(node.firewalled());
        assertEquals(node.clientPort().localAddress().getPort(), node.observed().port());
        assertEquals(Optional.empty(), node.remoteAddress());
    }

    @Test
    void aFirewalledNodeStaysFirewalledAndKnowsItsHost() throws Exception {
        RpcNode node = firewalled(swarm.config().ephemeral(EphemeralMode.NEVER));
        assertTrue(node.firewalled());
        assertTrue(node.ephemeral());
        assertEquals(Optional.of(node.localAddress().orElseThrow().host()), node.observed().host());
        assertEquals(Optional.empty(), node.remoteAddress());
        assertEquals(node.clientPort(), node.defaultPort());
    }

    @Test
    void aNodeBehindARandomisingNatKnowsItsHostOnly() throws Exception {
        MemoryNat nat = swarm.network().nat("50.0.0.1", NatType.RANDOM);
        MemoryHost host = nat.host("192.168.0.2");
        RpcNode node = RpcSwarm.ready(swarm.add(host, swarm.config().host("192.168.0.2"), RequestHandler.NONE));
        assertEquals(Optional.of("50.0.0.1"), node.observed().host());
        assertTrue(node.portRandomized());
        assertTrue(node.firewalled());
    }

    @Test
    void theObservedPortIsFirstTheClientsAndThenTheServers() throws Exception {
        RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
        List<Integer> ports = new CopyOnWriteArrayList<>();
        node.addListener(new RpcListener() {
            @Override
            public void onNatUpdate() {
                ports.add(node.observed().port());
            }
        });
        RpcSwarm.ready(node);
        Eventually.holds("the last word is the server port", () -> !ports.isEmpty()
                && ports.getLast() == node.serverPort().localAddress().getPort());
    }

    @Test
    void anAdaptiveNodeBecomesPersistentAfterTwentyMinutes() throws Exception {
        Diary diary = new Diary();
        RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
        node.addListener(diary);
        RpcSwarm.ready(node);
        ticks(node, 239);
        assertTrue(node.ephemeral());
        ticks(node, 1);
        Eventually.holds("it is persistent", () -> !node.ephemeral());
        Eventually.holds("it says so", () -> diary.entries.contains("persistent"));
        assertEquals(Optional.of(NodeId.of(RpcSwarm.addressOf(node))), node.id());
    }

    @Test
    void aNodeThatSleptIsEphemeralAgainAndTriesAgainAfterAnHour() throws Exception {
        Diary diary = new Diary();
        // A wide window: an hour of pings passes within a second here.
        RpcNode node = swarm.add(swarm.config().maxWindow(10_000), RequestHandler.NONE);
        node.addListener(diary);
        RpcSwarm.ready(node);
        ticks(node, 240);
        Eventually.holds("it is persistent", () -> !node.ephemeral());
        wallMillis += 3_600_000;
        ticks(node, 1);
        assertTrue(node.ephemeral());
        assertFalse(node.firewalled(), "the port is not doubted");
        Eventually.holds("it says so", () -> diary.entries.containsAll(List.of("ephemeral", "wake")));
        ticks(node, 717);
        assertTrue(node.ephemeral());
        ticks(node, 2);
        Eventually.holds("it is persistent again", () -> !node.ephemeral());
    }

    @Test
    void aNodeThatIsSuspendedAndResumedIsEphemeralAgain() throws Exception {
        RpcNode node = RpcSwarm.ready(swarm.add(swarm.config(), RequestHandler.NONE));
        ticks(node, 240);
        Eventually.holds("it is persistent", () -> !node.ephemeral());
        node.suspend();
        node.resume();
        assertTrue(node.ephemeral());
        RpcNode forced = swarm.persistent(RequestHandler.NONE);
        forced.suspend();
        forced.resume();
        assertFalse(forced.ephemeral(), "one that is not adaptive stays what it is");
    }

    @Test
    void deadNodesLeaveTheTableAsTheTicksGoBy() throws Exception {
        RpcNode node = swarm.persistent(RequestHandler.NONE);
        int before = node.nodes(100).size();
        assertTrue(before >= 7);
        PeerAddress dead = RpcSwarm.addressOf(swarm.nodes().get(3));
        swarm.nodes().get(3).close();
        for (int i = 0; i < 20 && node.nodes(100).contains(dead); i++) {
            ticks(node, 40);
            Eventually.holds("the round is over", () -> node.stats().requests().active() == 0);
        }
        assertFalse(node.nodes(100).contains(dead));
        assertEquals(before - 1, node.nodes(100).size(), "the others are all alive");
    }

    @Test
    void aNodeWhoseNetworkIsGoneSaysSoAndSaysWhenItIsBack() throws Exception {
        Diary diary = new Diary();
        RpcNode node = swarm.add(swarm.config().ephemeral(EphemeralMode.ALWAYS), RequestHandler.NONE);
        node.addListener(diary);
        RpcSwarm.ready(node);
        MemoryHost host = swarm.network().host(node.localAddress().orElseThrow().host());
        ticks(node, 4);
        assertTrue(node.online());
        host.online(false);
        for (int i = 0; i < 12 && node.online(); i++) {
            idleTick(node);
        }
        assertFalse(node.online(), "a minute has passed for a node that nobody uses");
        assertEquals(Optional.of("nobody answers any more"), node.offlineCause());
        host.online(true);
        for (int i = 0; i < 3 && !node.online(); i++) {
            idleTick(node);
        }
        assertTrue(node.online(), "it has asked by itself");
        Eventually.holds("it said so", () -> diary.entries.contains("network"));
    }

    /** A tick, and what it has begun. */
    private void idleTick(RpcNode node) {
        ticks(node, 1);
        Eventually.holds("nothing is under way", () -> node.stats().requests().active() == 0);
    }

    @Test
    void aReachableSuggestedIpSparesTheNameService() throws Exception {
        RpcNode node = RpcSwarm.ready(swarm.add(RpcConfig.builder().requestTimeout(RpcSwarm.TIMEOUT)
                .bootstrap(List.of("10.0.0.1@no.such.host.invalid:49737"))
                .resolver((host, deadline) -> {
                    throw new AssertionError("asked for " + host);
                }), RequestHandler.NONE));
        assertTrue(node.nodes(100).size() >= 7, () -> "nodes " + node.nodes(100));
    }

    @Test
    void anUnreachableSuggestedIpLeadsToTheNameService() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        RpcNode node = RpcSwarm.ready(swarm.add(RpcConfig.builder().requestTimeout(Duration.ofMillis(50))
                .bootstrap(List.of("10.77.0.1@first.example:49737", "gone.example:49737"))
                .resolver((host, deadline) -> {
                    asked.add(host);
                    return host.startsWith("first") ? Optional.of("10.0.0.1") : Optional.empty();
                }), RequestHandler.NONE));
        assertTrue(asked.containsAll(List.of("first.example", "gone.example")));
        assertTrue(node.nodes(100).size() >= 7, () -> "nodes " + node.nodes(100));
    }
}

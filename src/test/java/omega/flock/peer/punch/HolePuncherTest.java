package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryNat;
import omega.flock.sim.MemoryNetwork;
import omega.flock.sim.NatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HolePuncherTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    /** The ports that random NATs use and guesses are made from in these tests, so that a hit does not take long. */
    private static final int LOWEST_PORT = 40_000;
    private static final int PORT_BOUND = 42_000;

    private final MemoryNetwork network = new MemoryNetwork(77).conditions(Conditions.PERFECT.withLatencyMillis(2));
    private PunchPeer client;
    private PunchPeer server;

    @AfterEach
    void nothingIsLeft() {
        for (PunchPeer peer : List.of(client, server)) {
            peer.close();
            assertEquals(0, peer.sockets.snapshot().live());
            assertEquals(0, peer.punching.live());
            assertEquals(0, peer.punching.gate().running());
        }
        network.close();
    }

    @Test
    void twoConsistentNatsArePunched() throws Exception {
        meet(nat("5.5.100.1", NatType.CONSISTENT), nat("5.5.100.2", NatType.CONSISTENT));
        assertVerdicts(Firewall.CONSISTENT, Firewall.CONSISTENT);
        assertPunchConnects();
        assertEquals(1, client.punching.stats().snapshot().consistent());
        assertEquals(1, server.punching.stats().snapshot().consistent());
    }

    @Test
    void twoFirewallsWithoutANatArePunched() throws Exception {
        meet(network.firewalledHost("5.5.100.1"), network.firewalledHost("5.5.100.2"));
        assertVerdicts(Firewall.CONSISTENT, Firewall.CONSISTENT);
        assertPunchConnects();
    }

    @Test
    void twoPeersBehindTheSameNatArePunchedIfItHairpins() throws Exception {
        MemoryNat home = network.nat("5.5.100.1", NatType.CONSISTENT);
        home.hairpin(true);
        meet(home.host("10.0.0.2"), home.host("10.0.0.3"));
        assertPunchConnects();
    }

    @Test
    void aPunchSurvivesLossReorderingAndDuplicates() throws Exception {
        meet(network.firewalledHost("5.5.100.1"), network.firewalledHost("5.5.100.2"));
        network.conditions(Conditions.PERFECT.withLatencyMillis(20).withJitterMillis(20).withLoss(0.3).withDuplication(0.2));
        assertTrue(start());
        PunchPeer.Path path = client.connected.poll(15, TimeUnit.SECONDS);
        assertTrue(path != null, "no probe came through");
        assertEquals("5.5.100.2", path.remote().host());
    }

    @Test
    void aConsistentClientReachesAServerBehindARandomNat() throws Exception {
        meet(nat("5.5.100.1", NatType.CONSISTENT), nat("5.5.100.2", NatType.RANDOM));
        assertVerdicts(Firewall.CONSISTENT, Firewall.RANDOM);
        assertPunchConnects();
        assertEquals(1, client.punching.stats().snapshot().random());
        assertEquals(1, client.sockets.snapshot().live());
        assertTrue(server.sockets.snapshot().live() > 1, "a server keeps all its sockets until the stream has come");
    }

    @Test
    void aClientBehindARandomNatReachesAConsistentServerAndKeepsOnlyTheSocketThatWon() throws Exception {
        meet(nat("5.5.100.1", NatType.RANDOM), nat("5.5.100.2", NatType.CONSISTENT));
        assertVerdicts(Firewall.RANDOM, Firewall.CONSISTENT);
        assertPunchConnects();
        Eventually.holds("all losers are released", SOON, () -> client.sockets.snapshot().live() == 1, () -> client.sockets.snapshot().toString());
        assertTrue(client.sockets.snapshot().opened() > 1);
        assertTrue(client.punching.gate().tryEnter(Optional.empty()).isEmpty(), "the next random punch has to wait");
    }

    @Test
    void twoRandomNatsAreRefusedAfterThreeFreshSockets() throws Exception {
        meet(nat("5.5.100.1", NatType.RANDOM), nat("5.5.100.2", NatType.RANDOM));
        exchange();
        UdpPort first = client.puncher.port();
        assertFalse(client.puncher.awaitStable(false));
        assertFalse(client.puncher.awaitStable(true));
        assertNotSame(first, client.puncher.port());
        assertFalse(first.isOpen());
        assertEquals(4, client.sockets.snapshot().opened());
        assertFalse(client.puncher.awaitStable(true), "later callers get the same outcome");
        assertEquals(4, client.sockets.snapshot().opened());
        exchange();
        assertTrue(client.puncher.needsGate());
        assertFalse(client.puncher.punch());
        assertEquals(0, client.punching.gate().running());
        assertEquals(0, client.punching.stats().snapshot().random());
        assertTrue(client.aborts.isEmpty(), "the caller was told already");
    }

    @Test
    void aFastProbeConnectsBeforeAnybodyPunches() throws Exception {
        meet(nat("5.5.100.1", NatType.CONSISTENT), nat("5.5.100.2", NatType.CONSISTENT));
        PeerAddress serverAddress = server.puncher.nat().addresses().orElseThrow().getFirst();
        client.puncher.probe(serverAddress);
        server.puncher.probe(client.puncher.nat().addresses().orElseThrow().getFirst());
        PunchPeer.Path path = client.connected.poll(5, TimeUnit.SECONDS);
        assertEquals(serverAddress, path.remote());
        assertTrue(client.puncher.isConnected());
        assertFalse(client.puncher.punch(), "there is nothing left to punch");
        assertTrue(client.aborts.isEmpty());
    }

    @Test
    void thereIsOneWinnerHoweverManyProbesComeIn() throws Exception {
        meet(network.host("5.5.100.1"), network.host("5.5.100.2"));
        PeerAddress to = client.puncher.nat().addresses().orElseThrow().getFirst();
        for (int i = 0; i < 50; i++) {
            server.puncher.probe(to);
        }
        assertTrue(client.connected.poll(5, TimeUnit.SECONDS) != null);
        client.puncher.close();
        assertTrue(client.connected.isEmpty());
        assertTrue(client.aborts.isEmpty());
        assertTrue(client.puncher.isClosed());
    }

    @Test
    void theServerAnswersProbesButNotWithoutBounds() throws Exception {
        meet(network.host("5.5.100.1"), network.host("5.5.100.2"));
        PeerAddress to = server.puncher.nat().addresses().orElseThrow().getFirst();
        for (int i = 0; i < 500; i++) {
            client.puncher.probe(to);
        }
        assertTrue(client.connected.poll(5, TimeUnit.SECONDS) != null, "the first echo connects");
        long dropped = awaitAnsweredOrDropped(500);
        assertTrue(dropped > 300, "dropped " + dropped);
        assertTrue(server.connected.isEmpty(), "only the initiator decides");
    }

    @Test
    void aPunchWithoutAnAnswerEndsAfterTenRoundsAndReleasesItsSocket() throws Exception {
        meet(network.host("5.5.100.1"), network.host("5.5.100.2"));
        network.filter((source, destination, payload) -> payload.remaining() > 1);
        UdpPort port = client.puncher.port();
        assertTrue(start());
        assertEquals("aborted", client.aborts.poll(15, TimeUnit.SECONDS));
        assertTrue(client.puncher.isClosed());
        assertFalse(port.isOpen());
        assertTrue(client.connected.isEmpty());
        assertTrue(client.aborts.isEmpty(), "told once");
        assertFalse(client.puncher.punch());
        client.puncher.close();
    }

    @Test
    void closingStopsTheProbesAtOnceAndTellsNobody() throws Exception {
        meet(nat("5.5.100.1", NatType.RANDOM), nat("5.5.100.2", NatType.CONSISTENT));
        network.filter((source, destination, payload) -> payload.remaining() > 1);
        assertTrue(start());
        Eventually.holds("all sockets open", SOON, () -> client.sockets.snapshot().live() == 1024, () -> client.sockets.snapshot().toString());
        assertTrue(client.puncher.isPunching());
        assertTrue(client.puncher.punch(), "is being done already");
        client.puncher.close();
        server.puncher.close();
        assertEquals(0, client.sockets.snapshot().live());
        assertEquals(1024, client.sockets.snapshot().closed());
        assertEquals(0, client.punching.gate().running());
        assertFalse(client.puncher.isPunching());
        assertTrue(client.aborts.isEmpty() && server.aborts.isEmpty());
    }

    @Test
    void onlyOneRandomPunchOfANodeRunsAtATime() throws Exception {
        meet(nat("5.5.100.1", NatType.RANDOM), nat("5.5.100.2", NatType.CONSISTENT));
        network.filter((source, destination, payload) -> payload.remaining() > 1);
        RandomPunchGate.Permit other = client.punching.gate().tryEnter(Optional.empty()).orElseThrow();
        exchange();
        assertFalse(client.puncher.enterGate());
        assertFalse(client.puncher.punch());
        other.close();
        assertTrue(client.puncher.enterGate());
        assertTrue(client.puncher.enterGate(), "a reservation is kept");
        assertEquals(1, client.punching.gate().running());
        client.puncher.leaveGate();
        assertEquals(0, client.punching.gate().running());
        assertTrue(client.puncher.punch());
        client.puncher.leaveGate();
        assertEquals(1, client.punching.gate().running(), "punching has begun");
    }

    @Test
    void aHeldSocketOutlivesThePuncher() throws Exception {
        meet(network.host("5.5.100.1"), network.host("5.5.100.2"));
        assertTrue(start());
        PunchPeer.Path path = client.connected.poll(10, TimeUnit.SECONDS);
        PunchSockets.Hold hold = client.sockets.hold(path.port()).orElseThrow();
        client.puncher.close();
        assertTrue(path.port().isOpen());
        client.sendStream(path);
        assertTrue(server.awaitStream(SOON).isPresent());
        hold.close();
    }

    @Test
    void withoutAnyNodeToAskTheNatStaysUnknownAndCannotBePunched() throws Exception {
        client = peer(network.host("5.5.100.1"), List.of());
        server = peer(network.host("5.5.100.2"), List.of());
        client.open(true);
        server.open(false);
        assertFalse(client.puncher.awaitStable(false));
        assertEquals(new NatVerdict(Firewall.UNKNOWN, Optional.empty()), client.puncher.nat());
        exchange();
        assertFalse(client.puncher.punch());
    }

    @Test
    void aSampleThatCameWithARoundCountsIfItIsOfThePresentPort() throws Exception {
        client = peer(network.host("5.5.100.1"), List.of());
        server = peer(network.host("5.5.100.2"), List.of());
        client.firewalled = false;
        client.open(true);
        server.open(false);
        PeerAddress self = PeerAddress.parse("5.5.100.1:4000");
        client.puncher.addSample(server.puncher.port(), self, PeerAddress.parse("5.5.1.1:49737"));
        assertEquals(Firewall.UNKNOWN, client.puncher.nat().firewall());
        client.puncher.addSample(client.puncher.port(), self, PeerAddress.parse("5.5.1.1:49737"));
        assertEquals(new NatVerdict(Firewall.OPEN, Optional.of(List.of(self))), client.puncher.nat());
        assertTrue(client.puncher.awaitStable(false));
    }

    @Test
    void aNatThatGivesAFreshSocketAPortForAllIsFoundByReopening() throws Exception {
        // The first socket is seen with another port each time, all later ones are not: phones do that.
        client = peer(network.host("5.5.100.1"), PunchPeer.reflectors(network, 6));
        server = peer(network.host("5.5.100.2"), List.of());
        client.open(true);
        server.open(false);
        for (int port = 1; port <= 20; port++) {
            client.puncher.addSample(client.puncher.port(), new PeerAddress("5.5.100.1", port),
                    new PeerAddress("9.9.9." + port, 1));
        }
        UdpPort first = client.puncher.port();
        client.puncher.updateRemote(HolepunchPayload.of(PayloadError.NONE, Firewall.RANDOM, 0), Optional.empty());
        assertTrue(client.puncher.awaitStable(true));
        assertEquals(Firewall.CONSISTENT, client.puncher.nat().firewall());
        assertNotEquals(first, client.puncher.port());
        assertEquals(2, client.sockets.snapshot().opened());
    }

    @Test
    void closingLetsGoWhoeverWaitsForTheAnalysis() throws Exception {
        List<PeerAddress> silent = List.of(PeerAddress.parse("5.5.200.1:1"));
        client = peer(network.host("5.5.100.1"), silent);
        server = peer(network.host("5.5.100.2"), silent);
        client.open(true);
        server.open(false);
        try (TaskScope scope = new TaskScope("waiters")) {
            var waiter = scope.forkCallable("waiter", () -> client.puncher.awaitStable(true));
            client.puncher.close();
            assertFalse(waiter.join());
        }
    }

    private void meet(PortBinder clientHost, PortBinder serverHost) throws Exception {
        List<PeerAddress> reflectors = PunchPeer.reflectors(network, 6);
        client = peer(clientHost, reflectors);
        server = peer(serverHost, reflectors);
        client.open(true);
        server.open(false);
        client.puncher.awaitStable(false);
        server.puncher.awaitStable(false);
    }

    private PunchPeer peer(PortBinder host, List<PeerAddress> reflectors) throws IOException {
        RandomGenerator seeded = new SplittableRandom(4711);
        RandomGenerator nearby = new RandomGenerator() {
            @Override
            public long nextLong() {
                return seeded.nextLong();
            }

            @Override
            public int nextInt(int from, int bound) {
                return seeded.nextInt(LOWEST_PORT, PORT_BOUND);
            }
        };
        return new PunchPeer(host, reflectors, nearby);
    }

    private PortBinder nat(String address, NatType type) {
        MemoryNat nat = network.nat(address, type);
        nat.randomPorts(LOWEST_PORT, PORT_BOUND);
        return nat.host("192.168.1.2");
    }

    /** One round each way: both know what the other says. */
    private void exchange() {
        server.hear(client.round(true));
        client.hear(server.round(true));
    }

    private boolean start() {
        exchange();
        client.puncher.freezeNat();
        server.puncher.freezeNat();
        return server.puncher.punch() && client.puncher.punch();
    }

    private void assertVerdicts(Firewall clientNat, Firewall serverNat) {
        assertEquals(clientNat, client.puncher.nat().firewall());
        assertEquals(serverNat, server.puncher.nat().firewall());
    }

    /** Both punch; what the client then sends over the path it found reaches the server, and the answer the client. */
    private void assertPunchConnects() throws InterruptedException {
        assertTrue(start());
        PunchPeer.Path path = client.connected.poll(30, TimeUnit.SECONDS);
        assertTrue(path != null, "no probe came through");
        assertTrue(path.port().isOpen());
        client.sendStream(path);
        Optional<PunchPeer.Path> accepted = server.awaitStream(SOON);
        assertTrue(accepted.isPresent(), "the stream's packet did not arrive");
        server.sendStream(accepted.get());
        assertTrue(client.awaitStream(SOON).isPresent(), "the answer did not arrive");
    }

    private long awaitAnsweredOrDropped(int total) {
        while (true) {
            PunchSockets.Snapshot snapshot = server.sockets.snapshot();
            if (snapshot.probesSent() + snapshot.echoesDropped() >= total) {
                return snapshot.echoesDropped();
            }
            Thread.onSpinWait();
        }
    }
}

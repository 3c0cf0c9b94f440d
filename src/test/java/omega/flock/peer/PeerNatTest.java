package omega.flock.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.dht.message.DhtCommand;
import omega.flock.net.PortBinder;
import omega.flock.peer.relay.BlindRelay;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryHost;
import omega.flock.sim.MemoryNat;
import omega.flock.sim.MemoryNetwork;
import omega.flock.sim.NatType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers meet across NATs and firewalls of an internet in memory, in real time. */
@Timeout(90)
class PeerNatTest {

    private static final long SEED = 7;
    private static final int BOOTSTRAP_PORT = 49737;

    private final MemoryNetwork network = new MemoryNetwork(SEED).conditions(Conditions.PERFECT.withLatencyMillis(2));
    private final List<PeerNode> nodes = new ArrayList<>();

    @BeforeEach
    void startDht() throws Exception {
        open(network.host("5.5.5.1"), RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1"));
        for (int i = 2; i <= 7; i++) {
            open(network.host("5.5.5." + i), builder().ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
    }

    @AfterEach
    void closeAll() {
        nodes.reversed().forEach(PeerNode::closeNow);
        network.close();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void twoConsistentNatsArePunched(boolean fastOpen) throws Exception {
        PeerNode host = node(nat("6.6.6.1", NatType.CONSISTENT).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.CONSISTENT).host("10.0.0.2"));
        assertMeet(guest, host, DialOptions.DEFAULT.withFastOpen(fastOpen));
        assertTrue(guest.stats().poolSockets() > 0);
    }

    /** The rounds go on while the stream is on its way over the path that a probe has opened; their end must not end it. */
    @Test
    void aClientThatAProbeHasReachedDoesNotTellTheServerThatItGivesThePunchUp() throws Exception {
        PeerNode host = node(nat("6.6.6.1", NatType.CONSISTENT).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.CONSISTENT).host("10.0.1.2"));
        CountDownLatch reached = new CountDownLatch(1);
        AtomicInteger rounds = new AtomicInteger();
        // The streams have to wait for as long as the rounds go on.
        network.filter((source, destination, payload) -> {
            if (isHost(source, "10.0.1.2") && isRequest(payload, DhtCommand.PEER_HOLEPUNCH)) {
                rounds.incrementAndGet();
            } else if (isHost(source, "10.0.1.2") && isStreamPacket(payload)) {
                reached.countDown(); // the dial follows the probe
            }
            return !isStreamPacket(payload);
        });
        CompletableFuture<Thread> punch = new CompletableFuture<>();
        AtomicInteger roundsBefore = new AtomicInteger();
        DialOptions refusing = DialOptions.DEFAULT.withPunchPolicy((a, b, c, d) -> {
            punch.complete(Thread.currentThread());
            try {
                reached.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            roundsBefore.set(rounds.get());
            return false;
        });
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT); TaskScope scope = new TaskScope("test")) {
            Task<SecretStream> dial = scope.forkCallable("dial", () -> guest.connect(server.publicKey(), refusing));
            punch.get().join();
            assertEquals(roundsBefore.get(), rounds.get(), "nothing was said after the probe");
            network.filter((source, destination, payload) -> true);
            try (SecretStream client = dial.join(); SecretStream accepted = server.accept()) {
                assertExchange(client, accepted);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CONSISTENT, RANDOM", "RANDOM, CONSISTENT"})
    void aRandomNatIsMetByGuessing(NatType hostNat, NatType guestNat) throws Exception {
        PeerNode host = node(nat("6.6.6.1", hostNat).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", guestNat).host("10.0.1.2"));
        assertMeet(guest, host, DialOptions.DEFAULT);
        assertEquals(1, guest.stats().punchesRandom());
        assertTrue(guest.stats().punchProbes() > 0);
    }

    @Test
    void twoRandomNatsAreGivenUpWithAReason() throws Exception {
        PeerNode host = node(nat("6.6.6.1", NatType.RANDOM).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.RANDOM).host("10.0.1.2"));
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            FlockException e = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), DialOptions.DEFAULT));
            // Who finds out first says so.
            assertTrue(List.of("HOLEPUNCH_DOUBLE_RANDOMIZED_NATS", "REMOTE_ABORTED").contains(e.code()), e.toString());
            assertEquals(0, guest.stats().punchers());
        }
    }

    @Test
    void anOpenServerIsReachedFromBehindANat() throws Exception {
        PeerNode host = open(network.host("7.7.7.1"), builder().firewalled(false));
        assertMeet(node(nat("6.6.6.2", NatType.RANDOM).host("10.0.0.2")), host, DialOptions.DEFAULT);
    }

    @Test
    void anOpenClientIsComeToByAServerBehindANat() throws Exception {
        PeerNode host = node(nat("6.6.6.2", NatType.RANDOM).host("10.0.0.2"));
        assertMeet(open(network.host("7.7.7.1"), builder().firewalled(false)), host, DialOptions.DEFAULT);
    }

    @Test
    void twoHostsBehindStatefulFirewallsArePunched() throws Exception {
        PeerNode host = node(network.firewalledHost("7.7.7.1"));
        assertMeet(node(network.firewalledHost("7.7.7.2")), host, DialOptions.DEFAULT);
    }

    @Test
    void peersOfOneNetworkMeetInsideThoughTheirNatDoesNotTurnRound() throws Exception {
        MemoryNat nat = nat("6.6.6.1", NatType.CONSISTENT);
        PeerNode host = node(nat.host("10.0.0.2"));
        assertMeet(node(nat.host("10.0.0.3")), host, DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)));
    }

    /** hyperdht#259: "LAN ping failure aborted the attempt before punching was tried". */
    @Test
    void peersOfOneNetworkThatKeepsThemApartArePunchedThroughTheirNat() throws Exception {
        MemoryNat nat = nat("6.6.6.1", NatType.CONSISTENT);
        nat.hairpin(true);
        PeerNode host = node(nat.host("10.0.0.2"));
        PeerNode guest = node(nat.host("10.0.0.3"));
        network.filter((source, destination, payload) -> !isInside(source, destination));
        assertMeet(guest, host, DialOptions.DEFAULT);
    }

    /** hyperdht#112 and #304: what answers a ping at the peer's local address may be somebody else. */
    @Test
    void aLocalAddressThatAnswersButIsNotThePeerCostsAMomentOnly() throws Exception {
        MemoryNat nat = nat("6.6.6.1", NatType.CONSISTENT);
        nat.hairpin(true);
        PeerNode host = node(nat.host("10.0.0.2"));
        PeerNode guest = node(nat.host("10.0.0.3"));
        network.filter((source, destination, payload) -> !(isInside(source, destination) && isStreamPacket(payload)));
        assertMeet(guest, host, DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(4)));
    }

    @Test
    void lossDelaysAMeetingAndDoesNotPreventIt() throws Exception {
        PeerNode host = node(nat("6.6.6.1", NatType.CONSISTENT).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.CONSISTENT).host("10.0.1.2"));
        network.conditions(Conditions.PERFECT.withLatencyMillis(20).withLoss(0.1).withDuplication(0.05).withReordering(0.05));
        for (int i = 0; i < 3; i++) {
            assertMeet(guest, host, DialOptions.DEFAULT);
        }
    }

    @Test
    void aConnectionThatNobodyCanAcceptAnyMoreIsReset() throws Exception {
        PeerNode host = node(nat("6.6.6.1", NatType.CONSISTENT).host("10.0.0.2"));
        PeerNode guest = open(network.host("7.7.7.1"), builder().firewalled(false));
        PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
        network.filter((source, destination, payload) -> !(isHost(source, "7.7.7.1") && isStreamPacket(payload)));
        try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT)) {
            server.close();
            assertThrows(IOException.class, client::readMessage);
            assertEquals(CloseReason.Kind.RESET_BY_PEER, client.closeReason().orElseThrow().kind());
        }
    }

    /** A random punch is under way, or has just been: with a relay it is put off and nothing ends, without one it is over. */
    @Test
    void aServerWhoseGateIsBusyIsMetThroughARelayMeanwhile() throws Exception {
        BlindRelay relay = relay("5.5.5.9");
        MemoryHost at = nat("6.6.6.1", NatType.RANDOM).host("10.0.0.2");
        PeerNode host = open(at, at.address().getHostAddress(), builder(), Duration.ofHours(1));
        PeerNode earlier = node(nat("6.6.6.2", NatType.CONSISTENT).host("10.0.1.2"));
        PeerNode guest = node(nat("6.6.6.3", NatType.CONSISTENT).host("10.0.2.2"));
        try (PeerServer other = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                TaskScope scope = new TaskScope("earlier")) {
            scope.fork("earlier", () -> earlier.connect(other.publicKey(), DialOptions.DEFAULT));
            Patience.until(() -> host.stats().punchesRandom() == 1); // and whether it succeeds or not, the next one has to wait
            FlockException e = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), DialOptions.DEFAULT));
            assertEquals("REMOTE_ABORTED", e.code());
            DialOptions options = DialOptions.DEFAULT.withRelayThrough(List.of(relay.publicKey()));
            try (SecretStream client = guest.connect(server.publicKey(), options); SecretStream accepted = server.accept()) {
                Patience.until(() -> host.stats().punchesPutOff() == 2);
                assertTrue(client.isRelayed());
                assertEquals(1, guest.stats().punchers());
                assertTrue(host.stats().punchers() > 0);
                client.writeMessage("hello".getBytes(UTF_8));
                assertArrayEquals("hello".getBytes(UTF_8), accepted.readMessage().orElseThrow());
            }
            Patience.until(() -> guest.stats().punchers() == 0);
        }
    }

    @Test
    void whoIsBehindARandomNatReachesItsRelayBeforeThePeerHasAnswered() throws Exception {
        BlindRelay relay = relay("5.5.5.9");
        PeerNode host = node(nat("6.6.6.1", NatType.RANDOM).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.RANDOM).host("10.0.1.2"));
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            network.filter((source, destination, payload) -> !isHost(destination, "6.6.6.1") || relay.sessions() > 0);
            try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT.withRelayThrough(List.of(relay.publicKey())));
                    SecretStream accepted = server.accept()) {
                assertTrue(client.isRelayed());
                assertExchange(client, accepted);
                assertEquals(1, relay.pairings());
            }
        }
    }

    @Test
    void aRelayThatWasReachedEarlyIsLetGoForTheOneThatTheServerNames() throws Exception {
        BlindRelay ours = relay("5.5.5.9");
        BlindRelay theirs = relay("5.5.5.10");
        PeerNode host = node(nat("6.6.6.1", NatType.RANDOM).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.RANDOM).host("10.0.1.2"));
        PeerServerOptions options = PeerServerOptions.DEFAULT.withRelayThrough(() -> List.of(theirs.publicKey()));
        try (PeerServer server = host.listen(KeyPair.generate(), options)) {
            network.filter((source, destination, payload) -> !isHost(destination, "6.6.6.1") || ours.sessions() > 0 || theirs.sessions() > 0);
            try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT.withRelayThrough(List.of(ours.publicKey())));
                    SecretStream accepted = server.accept()) {
                assertTrue(client.isRelayed());
                assertExchange(client, accepted);
                assertEquals(0, ours.pairings());
                assertEquals(1, theirs.pairings());
                Patience.until(() -> ours.sessions() == 0 && guest.stats().relays() == 1);
            }
        }
    }

    /** Probes come through, and nothing longer: a path on which a stream would starve. */
    @Test
    void aPunchedPathThatCarriesNoStreamDoesNotTakeItFromTheRelay() throws Exception {
        BlindRelay relay = relay("5.5.5.9");
        PeerNode host = node(nat("6.6.6.1", NatType.CONSISTENT).host("10.0.0.2"));
        PeerNode guest = node(nat("6.6.6.2", NatType.CONSISTENT).host("10.0.1.2"));
        network.filter((source, destination, payload) -> !isStreamPacket(payload) || isRelay(source) || isRelay(destination));
        CountDownLatch relayed = new CountDownLatch(1);
        DialOptions options = DialOptions.DEFAULT.withRelayThrough(List.of(relay.publicKey())).withFastOpen(false)
                .withPunchPolicy((a, b, c, d) -> Patience.opens(relayed));
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                SecretStream client = guest.connect(server.publicKey(), options); SecretStream accepted = server.accept()) {
            assertTrue(client.isRelayed());
            relayed.countDown();
            Patience.until(() -> !client.isRelayed());
            client.writeMessage("hello".getBytes(UTF_8));
            Patience.until(client::isRelayed);
            assertArrayEquals("hello".getBytes(UTF_8), accepted.readMessage().orElseThrow());
            accepted.writeMessage("welcome".getBytes(UTF_8));
            assertArrayEquals("welcome".getBytes(UTF_8), client.readMessage().orElseThrow());
        }
    }

    private BlindRelay relay(String address) throws Exception {
        BlindRelay relay = new BlindRelay();
        relay.serve(open(relay.tap(network.host(address)), address, builder().firewalled(false), Duration.ZERO));
        return relay;
    }

    private static boolean isRelay(InetSocketAddress address) {
        return address.getAddress().getHostAddress().startsWith("5.5.5.");
    }

    private void assertMeet(PeerNode guest, PeerNode host, DialOptions options) throws Exception {
        try (PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            try (SecretStream client = guest.connect(server.publicKey(), options); SecretStream accepted = server.accept()) {
                assertExchange(client, accepted);
            }
        }
    }

    private static void assertExchange(SecretStream client, SecretStream accepted) throws IOException {
        client.writeMessage("hello".getBytes(UTF_8));
        assertArrayEquals("hello".getBytes(UTF_8), accepted.readMessage().orElseThrow());
        accepted.writeMessage("welcome".getBytes(UTF_8));
        assertArrayEquals("welcome".getBytes(UTF_8), client.readMessage().orElseThrow());
    }

    private MemoryNat nat(String address, NatType type) {
        return network.nat(address, type);
    }

    private PeerNode node(MemoryHost at) throws IOException, InterruptedException {
        return open(at, builder());
    }

    private static RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:" + BOOTSTRAP_PORT));
    }

    private PeerNode open(MemoryHost at, RpcConfig.Builder builder) throws IOException, InterruptedException {
        return open(at, at.address().getHostAddress(), builder, Duration.ZERO);
    }

    private PeerNode open(PortBinder at, String address, RpcConfig.Builder builder, Duration randomPunchInterval)
            throws IOException, InterruptedException {
        PeerNode node = PeerNode.open(PeerConfig.of(builder.host(address), KeyPair.generate())
                .withRandomPunchInterval(randomPunchInterval), at, network.ticker());
        nodes.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(20)));
        return node;
    }

    private static boolean isHost(InetSocketAddress source, String address) {
        return source.getAddress().getHostAddress().equals(address);
    }

    private static boolean isInside(InetSocketAddress source, InetSocketAddress destination) {
        return source.getAddress().isSiteLocalAddress() && destination.getAddress().isSiteLocalAddress();
    }

    /** A request has its command at byte 10, unless it carries an id or a token, which nobody here has for a round. */
    private static boolean isRequest(ByteBuffer payload, DhtCommand command) {
        return payload.remaining() > 10 && payload.get(0) == 0x03 && (payload.get(1) & 0x07) == 0
                && payload.get(10) == command.code();
    }

    private static boolean isStreamPacket(ByteBuffer payload) {
        return payload.remaining() >= 20 && payload.get(0) == (byte) 0xFF && payload.get(1) == 1;
    }
}

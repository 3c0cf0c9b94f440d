package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import omega.flock.Flock;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.ThrowingTask;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a gateway: opening, what it says about itself, suspending, closing. */
@Timeout(60)
class GatewayLifeTest {

    private static final Duration SOON = Duration.ofSeconds(8);

    private static Testnet testnet;

    @BeforeAll
    static void startNetwork() throws Exception {
        testnet = Testnet.start(3);
    }

    @AfterAll
    static void closeNetwork() {
        testnet.close();
    }

    @Test
    void aStrictPortIsTheOneThatWasSetOrNone() throws Exception {
        try (Gateway first = open()) {
            int port = first.localAddress().port();
            BindException taken = unbound(local().anyPort(false).port(port));
            assertTrue(taken.getMessage().startsWith("cannot bind UDP port 127.0.0.1:" + port + ": "), taken.getMessage());
            try (Gateway other = local().port(port).open()) {
                assertNotEquals(port, other.localAddress().port(), "by default another one will do");
            }
            first.close();
            try (Gateway strict = local().port(port).anyPort(false).open()) {
                assertEquals(port, strict.localAddress().port());
                strict.suspend();
                strict.resume();
                assertEquals(port, strict.localAddress().port());
            }
            try (Gateway any = local().port(0).anyPort(false).open()) {
                assertTrue(any.localAddress().port() > 0, "0 names no port to be strict about");
            }
        }
    }

    @Test
    void anAddressThatIsNotOfThisMachineIsNamedWhenItCannotBeBound() {
        BindException failure = unbound(local().host("203.0.113.7"));
        assertTrue(failure.getMessage().contains("203.0.113.7"), failure.getMessage());
    }

    private static BindException unbound(Gateway.Builder builder) {
        return assertInstanceOf(BindException.class, assertThrows(UncheckedIOException.class, builder::open).getCause());
    }

    @Test
    void aNewGatewayIsOpenAtOnceAndReadySoon() throws Exception {
        try (Gateway gateway = open()) {
            assertTrue(gateway.isOpen());
            assertTrue(gateway.awaitReady(Pair.PATIENCE));
            assertTrue(gateway.awaitReady(Duration.ZERO));
            assertTrue(gateway.online());
            assertTrue(gateway.ephemeral());
            assertEquals(3, gateway.nodes().size());
            assertEquals("127.0.0.1", gateway.localAddress().host());
            assertTrue(gateway.localAddress().port() > 0);
        }
    }

    @Test
    void aGatewayWithoutAnybodyToAskIsReadyAndAlone() throws Exception {
        try (Gateway alone = Gateway.builder().bootstrap().host("127.0.0.1").port(0).open()) {
            assertTrue(alone.awaitReady(Pair.PATIENCE));
            assertEquals(List.of(), alone.nodes());
            assertEquals(Optional.empty(), alone.remoteAddress());
            assertTrue(alone.firewalled());
        }
    }

    @Test
    void whoWaitsForReadinessWaitsNoLongerThanItWants() throws Exception {
        try (DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String nobody = "127.0.0.1:" + ((InetSocketAddress) silent.getLocalAddress()).getPort();
            Gateway gateway = Gateway.builder().bootstrap(nobody).host("127.0.0.1").port(0).open();
            assertFalse(gateway.awaitReady(Duration.ofMillis(30)));
            try (TaskScope threads = new TaskScope("test")) {
                CompletableFuture<Thread> thread = new CompletableFuture<>();
                Task<Boolean> waiting = threads.forkCallable("waiting", () -> {
                    thread.complete(Thread.currentThread());
                    return gateway.awaitReady(Duration.ofMinutes(1));
                });
                Eventually.waits(thread.get());
                gateway.close();
                assertFalse(waiting.join(SOON), "closed before it was ready");
            }
        }
    }

    @Test
    void anOpenNodeKnowsItsAddressAndKeepsRecordsForOthers() throws Exception {
        try (Gateway gateway = Gateway.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").port(0).ephemeral(false)
                .firewalled(false).open()) {
            assertTrue(gateway.awaitReady(Pair.PATIENCE));
            assertFalse(gateway.ephemeral());
            assertFalse(gateway.firewalled());
            assertEquals(gateway.localAddress(), gateway.remoteAddress().orElseThrow());
        }
    }

    @Test
    void theIdentityIsTheGivenOneOrAFreshOne() {
        KeyPair given = KeyPair.generate();
        byte[] seed = new byte[32];
        seed[5] = 1;
        try (Gateway byKey = local().keyPair(given).seed(seed).open(); Gateway bySeed = local().seed(seed).open();
                Gateway one = local().open(); Gateway other = local().open()) {
            assertEquals(given.publicKey(), byKey.keyPair().publicKey());
            assertEquals(KeyPair.fromSeed(seed).publicKey(), bySeed.keyPair().publicKey());
            assertNotEquals(one.keyPair().publicKey(), other.keyPair().publicKey());
        }
    }

    @Test
    void knownNodesNeedNoBootstrap() throws Exception {
        List<PeerAddress> known;
        try (Gateway before = open()) {
            assertTrue(before.awaitReady(Pair.PATIENCE));
            known = before.nodes();
        }
        try (Gateway after = Gateway.builder().bootstrap().nodes(known).host("127.0.0.1").port(0).open()) {
            assertTrue(after.awaitReady(Pair.PATIENCE));
            byte[] hash = after.immutablePut(new byte[] {4, 2});
            assertArrayEquals(new byte[] {4, 2}, after.immutableGet(hash).orElseThrow());
        }
    }

    @Test
    void aTakenPortIsSteppedOver() {
        try (Gateway first = local().open()) {
            int taken = first.localAddress().port();
            try (Gateway second = local().port(taken).open()) {
                assertNotEquals(taken, second.localAddress().port());
            }
        }
    }

    // ---- After close -----------------------------------------------------------------------------------------------------

    @Test
    void afterCloseWhateverNeedsTheNetworkIsRefused() throws Exception {
        Gateway gateway = open();
        KeyPair key = KeyPair.generate();
        Topic topic = Topic.hash("closed");
        PeerAddress localAddress = gateway.localAddress();
        gateway.close();
        List<ThrowingTask> uses = List.of(
                () -> gateway.connect(key.publicKey()),
                () -> gateway.listen(key),
                () -> gateway.lookup(topic),
                () -> gateway.announce(topic, key, List.of()),
                () -> gateway.lookupAndUnannounce(topic, key, List.of()),
                () -> gateway.unannounce(topic, key),
                () -> gateway.findPeer(key.publicKey()),
                () -> gateway.immutablePut(new byte[1]),
                () -> gateway.immutableGet(new byte[32]),
                () -> gateway.mutablePut(key, new byte[1], 0),
                () -> gateway.mutableGet(key.publicKey()),
                () -> gateway.ping(localAddress),
                () -> gateway.onHealth(health -> { }),
                () -> gateway.onOnline(() -> { }),
                () -> gateway.onNetworkChange(() -> { }),
                () -> Flock.builder().dht(gateway).open(),
                gateway::suspend,
                gateway::resume);
        for (int i = 0; i < uses.size(); i++) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, uses.get(i)::run, "use " + i);
            assertTrue(refused.getMessage().contains("closed"), refused.getMessage());
        }
        assertFalse(gateway.isOpen());
        assertFalse(gateway.awaitReady(Pair.PATIENCE), "what waits has nothing to wait for");
        assertEquals(localAddress, gateway.localAddress());
        assertEquals(0, gateway.stats().gauges().get("streams"));
        gateway.close();
        gateway.closeNow();
    }

    @Test
    void theMistakesOfACallerAreNamedAtOnce() {
        try (Gateway gateway = open()) {
            assertThrows(NullPointerException.class, () -> gateway.connect(null));
            assertThrows(NullPointerException.class, () -> gateway.listen(null));
            assertThrows(NullPointerException.class, () -> gateway.lookup(null));
        }
    }

    @RepeatedTest(value = 30, failureThreshold = 1) // where the dial is when close() comes differs from time to time
    void closeLetsWhoeverWaitsGo() throws Exception {
        Gateway gateway = open();
        assertTrue(gateway.awaitReady(Pair.PATIENCE));
        GatewayServer server = gateway.listen(KeyPair.generate());
        try (Gateway other = open(); TaskScope threads = new TaskScope("test");
                GatewayServer deaf = other.listen(KeyPair.generate(), ServerOptions.DEFAULT.withFirewall(key -> true))) {
            Task<Connection> accepting = threads.forkCallable("accepting", server::accept);
            Task<Connection> dialling = threads.forkCallable("dialling", () -> gateway.connect(deaf.publicKey()));
            Eventually.holds("the dial is under way", () -> other.stats().drops().getOrDefault("peer.REJECTED", 0L) > 0);
            long started = Ticker.SYSTEM.nanoTime();
            gateway.close();
            assertTrue(Ticker.SYSTEM.nanoTime() - started < SOON.toNanos());
            assertEquals("SERVER_CLOSED", assertInstanceOf(FlockException.class, failure(accepting)).code());
            assertEquals("SHUT_DOWN", assertInstanceOf(FlockException.class, failure(dialling)).code());
            assertFalse(server.isOpen());
        }
    }

    @Test
    void whatIsUnderWaySaysThatTheGatewayWasClosedAndNotThatNobodyWasFound() throws Exception {
        try (DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                TaskScope threads = new TaskScope("test")) {
            int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
            Gateway gateway = local().bootstrap("127.0.0.1:" + port).open();
            Task<Connection> dialling = threads.forkCallable("dialling", () -> gateway.connect(KeyPair.generate().publicKey()));
            Query<LookupReply> lookup = gateway.lookup(Topic.hash("a topic"));
            Eventually.holds("the dial is under way", () -> gateway.stats().gauges().get("dials") == 1);
            gateway.close();
            assertEquals("SHUT_DOWN", assertInstanceOf(FlockException.class, failure(dialling)).code());
            assertEquals("REQUEST_DESTROYED", code(lookup::await));
            assertThrows(IllegalStateException.class, () -> gateway.connect(KeyPair.generate().publicKey()));
        }
    }

    @Test
    void aServersKeyIsWithdrawnWhenItsGatewayCloses() throws Exception {
        Gateway gateway = open();
        GatewayServer server = gateway.listen(KeyPair.generate());
        gateway.close();
        try (Gateway other = open(); Query<PeerReply> query = other.findPeer(server.publicKey())) {
            assertFalse(query.iterator().hasNext());
        }
    }

    // ---- Suspend and resume ----------------------------------------------------------------------------------------------

    @Test
    void aSuspendedGatewayIsOffTheNetworkAndComesBack() throws Exception {
        KeyPair key = KeyPair.generate();
        try (Gateway gateway = open(); Gateway other = open(); GatewayServer server = gateway.listen(key)) {
            PeerAddress before = gateway.localAddress();
            Connection client = other.connect(key.publicKey());
            Connection accepted = server.accept();
            gateway.suspend();
            gateway.suspend();
            assertThrows(IOException.class, accepted::readMessage);
            assertEquals(CloseReason.Kind.SUSPENDED, accepted.closeReason().orElseThrow().kind());
            assertThrows(SocketException.class, client::readMessage);
            assertEquals("SUSPENDED", code(() -> gateway.connect(KeyPair.generate().publicKey())));
            assertEquals("SUSPENDED", code(() -> gateway.listen(KeyPair.generate())));
            assertEquals("IO_SUSPENDED", code(() -> gateway.ping(PeerAddress.parse(testnet.bootstrap().getFirst()))));
            try (Gateway third = open()) {
                assertEquals("PEER_NOT_FOUND", code(() -> third.connect(key.publicKey())));
            }
            assertTrue(gateway.isOpen());

            gateway.resume();
            gateway.resume();
            assertEquals(before, gateway.localAddress(), "the same port");
            Eventually.holds("the key is announced again", Pair.PATIENCE, () -> !server.relayAddresses().isEmpty(), gateway::stats);
            try (Connection again = other.connect(key.publicKey()); Connection taken = server.accept()) {
                again.writeMessage(new byte[] {1});
                assertArrayEquals(new byte[] {1}, taken.readMessage());
            }
        }
    }

    @Test
    void anInterruptedSuspendIsOneAllTheSame() throws Exception {
        try (Gateway gateway = open(); GatewayServer server = gateway.listen(KeyPair.generate())) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, gateway::suspend);
            assertEquals(Optional.of("suspended"), gateway.health().cause());
            assertEquals("IO_SUSPENDED", code(() -> gateway.ping(PeerAddress.parse(testnet.bootstrap().getFirst()))));
            gateway.resume();
            Eventually.holds("the key is announced again", () -> !server.relayAddresses().isEmpty());
        }
    }

    @Test
    void aSuspendedGatewayClosesWell() throws Exception {
        Gateway gateway = open();
        gateway.listen(KeyPair.generate());
        gateway.suspend();
        long started = Ticker.SYSTEM.nanoTime();
        gateway.close();
        assertTrue(Ticker.SYSTEM.nanoTime() - started < SOON.toNanos());
        assertTrue(GatewayConnectTest.isIdle(gateway), () -> gateway.stats().toString());
    }

    // ---- Figures ---------------------------------------------------------------------------------------------------------

    @Test
    void figuresTellWhatIsHeldAndWhatWasDone() throws Exception {
        try (Pair pair = Pair.of(testnet)) {
            pair.client.writeMessage(new byte[1000]);
            pair.accepted.readMessage();
            GatewayStats host = pair.host.stats();
            GatewayStats guest = pair.guest.stats();
            assertEquals(1, host.gauges().get("streams"));
            assertEquals(1, guest.gauges().get("streams"));
            assertEquals(1, host.gauges().get("servers"));
            assertEquals(0, guest.gauges().get("dials"));
            assertEquals(1, guest.counters().get("connections.dialled"));
            assertEquals(1, host.counters().get("connections.accepted"));
            assertTrue(guest.counters().get("transport.bytes.sent") > 1000);
            assertTrue(host.counters().get("transport.bytes.received") > 1000);
            assertThrows(UnsupportedOperationException.class, () -> guest.gauges().clear());
        }
    }

    private static Gateway open() {
        return local().open();
    }

    private static Gateway.Builder local() {
        return Gateway.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").port(0).ephemeral(true);
    }

    private static String code(ThrowingTask use) {
        return assertThrows(FlockException.class, use::run).code();
    }

    private static Throwable failure(Task<?> task) {
        return assertThrows(ExecutionException.class, () -> task.join(SOON)).getCause();
    }
}

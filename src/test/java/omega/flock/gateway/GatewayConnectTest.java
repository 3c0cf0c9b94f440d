package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reaching a peer by its key, and being reached. */
@Timeout(60)
class GatewayConnectTest {

    private static Testnet testnet;
    private Gateway host;
    private Gateway guest;
    private TaskScope threads;

    @BeforeAll
    static void startNetwork() throws Exception {
        testnet = Testnet.start(3);
    }

    @AfterAll
    static void closeNetwork() {
        testnet.close();
    }

    @BeforeEach
    void openGateways() throws Exception {
        threads = new TaskScope("test");
        host = testnet.createNode();
        guest = testnet.createNode();
        assertTrue(host.awaitReady(Pair.PATIENCE) && guest.awaitReady(Pair.PATIENCE));
    }

    @AfterEach
    void closeGateways() {
        guest.closeNow();
        host.closeNow();
        threads.close();
    }

    @Test
    void aServerIsReachedByItsKeyAndTellsWhereItIsAnnounced() throws Exception {
        KeyPair key = KeyPair.generate();
        try (GatewayServer server = host.listen(key)) {
            assertEquals(key.publicKey(), server.publicKey());
            assertFalse(server.relayAddresses().isEmpty());
            assertTrue(server.relayAddresses().size() <= 3);
            assertTrue(server.isOpen());
            assertMeet(guest.connect(key.publicKey()), server);
            ConnectOptions hinted = ConnectOptions.DEFAULT.withRelayAddresses(server.relayAddresses());
            assertMeet(guest.connect(key.publicKey(), hinted), server);
        }
    }

    @Test
    void thePeerIsShownTheKeyOfTheOptionsOrTheGatewaysOwn() throws Exception {
        KeyPair other = KeyPair.generate();
        try (GatewayServer server = host.listen(KeyPair.generate())) {
            assertEquals(guest.keyPair().publicKey(), assertMeet(guest.connect(server.publicKey()), server));
            ConnectOptions options = ConnectOptions.DEFAULT.withKeyPair(other);
            assertEquals(other.publicKey(), assertMeet(guest.connect(server.publicKey(), options), server));
        }
    }

    @Test
    void aGatewayReachesItsOwnServers() throws Exception {
        try (GatewayServer server = host.listen(host.keyPair())) {
            assertEquals(host.keyPair().publicKey(), assertMeet(host.connect(host.keyPair().publicKey()), server));
        }
    }

    @Test
    void oneGatewayServesManyKeysAndEachOnce() throws Exception {
        KeyPair first = KeyPair.generate();
        KeyPair second = KeyPair.generate();
        GatewayServer one = host.listen(first);
        try (GatewayServer two = host.listen(second)) {
            FlockException taken = assertThrows(FlockException.class, () -> host.listen(first));
            assertEquals("KEYPAIR_ALREADY_USED", taken.code());
            assertTrue(taken.getMessage().contains(first.publicKey().toString()), taken.getMessage());
            assertMeet(guest.connect(first.publicKey()), one);
            assertMeet(guest.connect(second.publicKey()), two);
            one.close();
            try (GatewayServer again = host.listen(first)) {
                assertMeet(guest.connect(first.publicKey()), again);
            }
        }
    }

    @Test
    void aKeyThatNobodyListensUnderIsNotFoundWithoutWaitingForAnybody() {
        long timeouts = guest.stats().counters().get("rpc.timeouts");
        PublicKey nobody = KeyPair.generate().publicKey();
        FlockException failure = assertThrows(FlockException.class, () -> guest.connect(nobody));
        assertEquals("PEER_NOT_FOUND", failure.code());
        assertTrue(failure.getMessage().contains(nobody.toString()), failure.getMessage());
        assertEquals(timeouts, guest.stats().counters().get("rpc.timeouts"), "all nodes answer");
        assertEquals(0, guest.stats().gauges().get("dials"));
    }

    @Test
    void aServerThatClosedIsNotFound() throws Exception {
        GatewayServer server = host.listen(KeyPair.generate());
        server.close();
        assertFalse(server.isOpen());
        assertEquals("PEER_NOT_FOUND",
                assertThrows(FlockException.class, () -> guest.connect(server.publicKey())).code());
    }

    @Test
    void aConnectEndsAtItsDeadline() throws Exception {
        try (GatewayServer server = host.listen(KeyPair.generate(), ServerOptions.DEFAULT.withFirewall(key -> true))) {
            long started = Ticker.SYSTEM.nanoTime();
            ConnectOptions hurried = ConnectOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
            FlockException failure = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), hurried));
            long took = Ticker.SYSTEM.nanoTime() - started;
            assertEquals("DIAL_TIMEOUT", failure.code());
            // And no later than the time that this test has, which is what a dial has by default.
            assertTrue(took >= Duration.ofMillis(300).toNanos(), "took " + took);
            Eventually.holds("nothing of the dial is left", Pair.PATIENCE,
                    () -> guest.stats().gauges().get("dials") == 0 && guest.stats().gauges().get("streams") == 0, guest::stats);
        }
    }

    @Test
    void whomTheFirewallRejectsHearsNothing() throws Exception {
        KeyPair stranger = KeyPair.generate();
        KeyPair friend = KeyPair.generate();
        ConcurrentLinkedQueue<PublicKey> asked = new ConcurrentLinkedQueue<>();
        ServerOptions options = ServerOptions.DEFAULT.withFirewall(key -> {
            asked.add(key);
            return key.equals(stranger.publicKey());
        });
        try (GatewayServer server = host.listen(KeyPair.generate(), options)) {
            ConnectOptions hurried = ConnectOptions.DEFAULT.withTimeout(Duration.ofSeconds(1));
            FlockException failure = assertThrows(FlockException.class,
                    () -> guest.connect(server.publicKey(), hurried.withKeyPair(stranger)));
            assertEquals("DIAL_TIMEOUT", failure.code());
            assertEquals(friend.publicKey(), assertMeet(
                    guest.connect(server.publicKey(), ConnectOptions.DEFAULT.withKeyPair(friend)), server));
            assertEquals(Set.of(stranger.publicKey(), friend.publicKey()), new HashSet<>(asked));
            assertEquals(1, asked.stream().filter(stranger.publicKey()::equals).count(), "each handshake is asked about once");
            assertEquals(1, host.stats().drops().get("peer.REJECTED"));
            assertTrue(server.accept(Duration.ofMillis(1)).isEmpty());
        }
    }

    @Test
    void aFirewallThatThrowsOrBlocksRejectsAndHurtsNobodyElse() throws Exception {
        KeyPair bad = KeyPair.generate();
        KeyPair slow = KeyPair.generate();
        CountDownLatch never = new CountDownLatch(1);
        ServerOptions options = ServerOptions.DEFAULT.withFirewall(key -> {
            if (key.equals(bad.publicKey())) {
                throw new IllegalStateException("a fault of the program's firewall, provoked by a test");
            }
            if (key.equals(slow.publicKey())) {
                awaitQuietly(never);
            }
            return false;
        });
        try (GatewayServer server = host.listen(KeyPair.generate(), options)) {
            ConnectOptions hurried = ConnectOptions.DEFAULT.withTimeout(Duration.ofSeconds(1));
            Task<Connection> blocked = threads.forkCallable("slow",
                    () -> guest.connect(server.publicKey(), hurried.withKeyPair(slow)));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), hurried.withKeyPair(bad)));
            assertMeet(guest.connect(server.publicKey()), server);
            assertInstanceOf(FlockException.class,
                    assertThrows(ExecutionException.class, () -> blocked.join(Pair.PATIENCE)).getCause());
            // The one that throws at once, the one that blocks after its 5 s.
            Eventually.holds("both are rejected", () -> host.stats().drops().getOrDefault("peer.REJECTED", 0L) == 2);
            assertTrue(server.accept(Duration.ofMillis(1)).isEmpty());
        }
    }

    @Test
    void connectionsBeyondTheBacklogAreReset() throws Exception {
        try (GatewayServer server = host.listen(KeyPair.generate(), ServerOptions.DEFAULT.withBacklog(2))) {
            Connection first = guest.connect(server.publicKey());
            awaitAccepted(1);
            Connection second = guest.connect(server.publicKey());
            awaitAccepted(2);
            // The reset may come before the dial is over, or after.
            assertThrows(IOException.class, () -> guest.connect(server.publicKey()).readMessage());
            assertEquals(1, host.stats().drops().get("peer.BACKLOG_FULL"));
            assertArrayEquals(first.handshakeHash(), server.accept().handshakeHash());
            assertArrayEquals(second.handshakeHash(), server.accept().handshakeHash());
            assertMeet(guest.connect(server.publicKey()), server);
        }
    }

    @Test
    void whoWaitsInAcceptIsLetGoByCloseAndByAnInterrupt() throws Exception {
        GatewayServer server = host.listen(KeyPair.generate());
        Task<Connection> interrupted = waitingIn(server);
        interrupted.cancel();
        assertInstanceOf(InterruptedException.class,
                assertThrows(ExecutionException.class, () -> interrupted.join(Pair.PATIENCE)).getCause());
        Task<Connection> patient = waitingIn(server);
        server.close();
        FlockException failure = assertInstanceOf(FlockException.class,
                assertThrows(ExecutionException.class, () -> patient.join(Pair.PATIENCE)).getCause());
        assertEquals("SERVER_CLOSED", failure.code());
        assertEquals("SERVER_CLOSED", assertThrows(FlockException.class, server::accept).code());
        assertEquals("SERVER_CLOSED", assertThrows(FlockException.class, () -> server.accept(Duration.ZERO)).code());
    }

    private Task<Connection> waitingIn(GatewayServer server) throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Task<Connection> task = threads.forkCallable("accept", () -> {
            thread.complete(Thread.currentThread());
            return server.accept();
        });
        Eventually.waits(thread.get());
        return task;
    }

    @Test
    void connectionsThatNobodyAcceptedAreResetWhenTheServerCloses() throws Exception {
        GatewayServer server = host.listen(KeyPair.generate());
        Connection waiting = guest.connect(server.publicKey());
        awaitAccepted(1);
        server.close();
        assertThrows(SocketException.class, waiting::readMessage);
        assertFalse(waiting.isOpen());
    }

    @Test
    void anInterruptedConnectLeavesNothingBehind() throws Exception {
        try (GatewayServer server = host.listen(KeyPair.generate(), ServerOptions.DEFAULT.withFirewall(key -> true))) {
            Task<Connection> dial = threads.forkCallable("dial", () -> guest.connect(server.publicKey()));
            Eventually.holds("the server was asked", () -> host.stats().drops().getOrDefault("peer.REJECTED", 0L) > 0);
            dial.cancel();
            assertInstanceOf(InterruptedException.class,
                    assertThrows(ExecutionException.class, () -> dial.join(Pair.PATIENCE)).getCause());
            Eventually.holds("nothing is left", Pair.PATIENCE, () -> isIdle(guest), guest::stats);
        }
    }

    @Test
    void aHundredConnectionsInARowLeaveNothingBehind() throws Exception {
        try (GatewayServer server = host.listen(KeyPair.generate())) {
            for (int i = 0; i < 100; i++) {
                try (Connection client = guest.connect(server.publicKey());
                        Connection accepted = server.accept(Pair.PATIENCE).orElseThrow()) {
                    client.writeMessage(new byte[] {(byte) i});
                    client.shutdownOutput();
                    assertArrayEquals(new byte[] {(byte) i}, accepted.readMessage());
                    assertNull(accepted.readMessage());
                }
            }
            assertEquals(100, guest.stats().counters().get("connections.dialled"));
            assertEquals(100, host.stats().counters().get("connections.accepted"));
        }
        for (Gateway gateway : List.of(guest, host)) {
            Eventually.holds("gauges are back at zero", Pair.PATIENCE, () -> isIdle(gateway), gateway::stats);
        }
    }

    @Test
    void manyConnectAtOnce() throws Exception {
        try (GatewayServer server = host.listen(KeyPair.generate())) {
            List<Task<byte[]>> dials = IntStream.range(0, 30).mapToObj(i -> threads.forkCallable("dial " + i, () -> {
                try (Connection connection = guest.connect(server.publicKey())) {
                    connection.writeMessage(new byte[] {(byte) i});
                    return connection.readMessage();
                }
            })).toList();
            for (int i = 0; i < dials.size(); i++) {
                Connection accepted = server.accept(Pair.PATIENCE).orElseThrow();
                threads.fork("echo", () -> {
                    accepted.writeMessage(accepted.readMessage());
                    accepted.close();
                });
            }
            for (int i = 0; i < dials.size(); i++) {
                assertArrayEquals(new byte[] {(byte) i}, dials.get(i).join(Pair.PATIENCE));
            }
        }
    }

    /** Tells whether nothing is under way; what is stored for others, and the nodes that are known, do not count. */
    static boolean isIdle(Gateway gateway) {
        var gauges = gateway.stats().gauges();
        return List.of("dials", "servers", "handshakes", "punchers", "pool.sockets", "streams", "rpc.queries", "rpc.requests").stream()
                .allMatch(gauge -> gauges.get(gauge) == 0);
    }

    private void awaitAccepted(int connections) {
        Eventually.holds("the server has " + connections, Pair.PATIENCE,
                () -> host.stats().counters().get("connections.accepted") == connections, host::stats);
    }

    private static PublicKey assertMeet(Connection client, GatewayServer server) throws IOException, InterruptedException {
        try (client; Connection accepted = server.accept(Pair.PATIENCE).orElseThrow()) {
            client.setReadTimeout(Pair.PATIENCE);
            accepted.setReadTimeout(Pair.PATIENCE);
            assertEquals(server.publicKey(), client.remotePublicKey());
            client.writeMessage(new byte[] {1, 2});
            assertArrayEquals(new byte[] {1, 2}, accepted.readMessage());
            accepted.writeMessage(new byte[] {3});
            assertArrayEquals(new byte[] {3}, client.readMessage());
            return accepted.remotePublicKey();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package omega.flock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import omega.flock.FlockNet.Member;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.Testnet;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a flock over real sockets, and what the caller's mistakes get. */
@Timeout(60)
class FlockLifeTest {

    private static final Topic TOPIC = Topic.filled("life");

    @AutoClose
    private FlockNet net;

    @BeforeEach
    void startNetwork() throws IOException, InterruptedException {
        net = new FlockNet();
    }

    private Member server() throws InterruptedException {
        Member server = net.member();
        assertTrue(server.flock.join(TOPIC, JoinOptions.SERVER).flushed());
        return server;
    }

    private Member client() throws InterruptedException {
        Member client = net.member();
        client.flock.join(TOPIC, JoinOptions.CLIENT);
        client.event(0);
        return client;
    }

    @Test
    void aFlockBeginsWithNodesThatWereKnownBefore() throws Exception {
        try (Testnet testnet = Testnet.start(1);
                Flock flock = Flock.builder().bootstrap().nodes(List.of(PeerAddress.parse(testnet.bootstrap().getFirst())))
                        .host("127.0.0.1").port(0).open()) {
            assertEquals(testnet.bootstrap(), flock.dht().nodes().stream().map(PeerAddress::toString).toList());
        }
    }

    /** Pitfall 42: upstream's retry and refresh timers keep a process alive. */
    @Test
    void noThreadOfAFlockKeepsAProgramAlive() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        server();
        client();
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && !thread.isDaemon()).map(Thread::getName).toList());
    }

    @Test
    void closeIsBoundedIdempotentAndSeenByTheOtherSide() throws Exception {
        Member server = server();
        Member client = client();
        Connection far = server.event(0).connection();
        assertTimeout(Duration.ofSeconds(10), client.flock::close);
        client.flock.close();
        client.flock.closeNow();
        assertThrows(IOException.class, () -> far.getInputStream().read());
        assertEquals(CloseReason.Kind.RESET_BY_PEER, far.closeReason().orElseThrow().kind());
        FlockNet.until("the server forgets it", () -> server.flock.peers().isEmpty());
        assertFalse(client.flock.dht().isOpen());
    }

    @Test
    void awaitCloseWaitsForTheEndWhoeverBringsIt() throws Exception {
        Flock flock = net.open();
        assertFalse(flock.awaitClose(Duration.ZERO));
        CompletableFuture<Boolean> waiting = new CompletableFuture<>();
        Thread waiter = Thread.ofVirtual().start(() -> {
            try {
                flock.awaitClose();
                waiting.complete(true);
            } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
            }
        });
        Eventually.waits(waiter);
        flock.close();
        assertTrue(waiting.get(20, TimeUnit.SECONDS));
        assertTrue(flock.awaitClose(Duration.ZERO));
        flock.awaitClose();
    }

    @Test
    void theLongestOfLimitsIsForEver() throws Exception {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        Member server = server();
        Flock client = net.open(builder -> builder.backoffs(forEver, forEver, forEver, forEver).jitter(forEver));
        assertTrue(client.join(TOPIC, JoinOptions.CLIENT).flushed(forEver));
        assertTrue(client.flush(forEver));
        assertEquals(server.flock.keyPair().publicKey(), client.accept(forEver).orElseThrow().peer().publicKey());
        client.close();
        assertTrue(client.awaitClose(forEver));
    }

    @Test
    void anInterruptEndsTheWaitForTheEndAndNothingElse() throws Exception {
        Flock flock = net.open();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, flock::awaitClose);
        assertFalse(flock.awaitClose(Duration.ZERO));
    }

    @Test
    void aFlockWhoseGatewaySomebodyClosesSaysSoAndGoesOn() throws Exception {
        server();
        Member member = client();
        member.flock.dht().close();
        FlockNet.until("its connections end", () -> member.flock.connections().isEmpty());
        assertFalse(member.flock.join(TOPIC).refresh());
        assertFalse(member.flock.join(Topic.filled("another"), JoinOptions.CLIENT).flushed());
        FlockException failure = assertThrows(FlockException.class, member.flock::listen);
        assertEquals("SHUT_DOWN", failure.code());
        assertTrue(member.flock.joinPeer(KeyPair.generate().publicKey()));
        FlockNet.until("its dials fail", () -> member.flock.connecting() == 0);
        assertThrows(IllegalStateException.class, member.flock::suspend);
        member.flock.leave(TOPIC);
        assertTimeout(Duration.ofSeconds(10), member.flock::close);
    }

    @Test
    void closeWithdrawsTheAnnouncement() throws Exception {
        Member server = server();
        server.flock.close();
        Member late = net.member();
        late.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(late.flock.flush());
        assertEquals(Map.of(), late.flock.peers());
        assertEquals(0, late.flock.stats().client().attempted());
    }

    @Test
    void closingRightAfterOpeningIsQuickAndClean() {
        assertTimeout(Duration.ofSeconds(10), () -> {
            try (Flock flock = net.builder().open()) {
                flock.join(TOPIC);
            }
        });
    }

    @Test
    void theGatewayThatIsGivenIsClosedWithTheFlock() throws Exception {
        Gateway gateway = net.testnet().createNode();
        Flock flock = net.open(builder -> builder.dht(gateway));
        assertEquals(gateway, flock.dht());
        flock.close();
        assertFalse(gateway.isOpen());
    }

    @Test
    void suspendAndResumeGiveEachSideTwoConnections() throws Exception {
        Member server = server();
        Member client = client();
        Connection first = client.event(0).connection();
        client.flock.suspend();
        assertEquals(Set.of(), client.flock.connections());
        assertEquals(CloseReason.Kind.SUSPENDED, first.closeReason().orElseThrow().kind());
        assertFalse(client.flock.flush());
        client.flock.resume();
        client.event(1);
        server.event(1);
    }

    @Test
    void aSuspendedServerIsFoundAgainAfterItsResume() throws Exception {
        Member server = server();
        server.flock.suspend();
        server.flock.resume();
        assertTrue(server.flock.status(TOPIC).orElseThrow().flushed());
        Member client = client();
        assertEquals(server.flock.keyPair().publicKey(), client.event(0).peer().publicKey());
    }

    @Test
    void aStrictPortIsTheOneThatWasSetOrNone() {
        int taken = net.testnet().bootstrap().getFirst().transform(each -> Integer.parseInt(each.substring(each.indexOf(':') + 1)));
        UncheckedIOException failure =
                assertThrows(UncheckedIOException.class, () -> net.open(builder -> builder.port(taken).anyPort(false)));
        assertTrue(failure.getMessage().contains("127.0.0.1:" + taken), failure.getMessage());
        assertTrue(net.open(builder -> builder.port(taken)).dht().localAddress().port() != taken);
    }

    @Test
    void aClosedFlockSaysSoAndStaysQuietAboutWhatEnds() throws Exception {
        Flock flock = net.open();
        PeerDiscovery discovery = flock.join(TOPIC);
        flock.close();
        String message = assertThrows(IllegalStateException.class, () -> flock.join(TOPIC)).getMessage();
        assertTrue(message.contains("closed"), message);
        assertThrows(IllegalStateException.class, () -> flock.joinPeer(KeyPair.generate().publicKey()));
        assertThrows(IllegalStateException.class, flock::listen);
        assertThrows(IllegalStateException.class, flock::suspend);
        assertThrows(IllegalStateException.class, flock::resume);
        assertThrows(IllegalStateException.class, () -> flock.onConnection((connection, peer) -> { }));
        assertThrows(IllegalStateException.class, () -> flock.onUpdate(() -> { }));
        assertThrows(IllegalStateException.class, () -> flock.onHealth(health -> { }));
        assertThrows(IllegalStateException.class, () -> flock.onBan((peer, reason) -> { }));
        assertThrows(IllegalStateException.class, discovery::refresh);
        assertEquals("SHUT_DOWN", assertThrows(FlockException.class, flock::accept).code());
        assertFalse(flock.flush());
        flock.leave(TOPIC);
        flock.clear();
        assertFalse(flock.leavePeer(KeyPair.generate().publicKey()));
        discovery.destroy();
        discovery.close();
        assertTrue(discovery.flushed());
        assertTrue(discovery.isDestroyed());
        assertEquals(Optional.empty(), flock.status(TOPIC));
        assertEquals(List.of(), flock.topics());
        assertEquals(Map.of(), flock.peers());
        assertEquals(0, flock.connecting());
    }

    @Test
    void theCallersMistakesThrowAtOnceAndNameTheValue() {
        Flock flock = net.open();
        assertThrows(NullPointerException.class, () -> flock.join(null));
        assertThrows(NullPointerException.class, () -> flock.join(TOPIC, null));
        assertThrows(NullPointerException.class, () -> flock.leave(null));
        assertThrows(NullPointerException.class, () -> flock.joinPeer(null));
        assertThrows(NullPointerException.class, () -> flock.onConnection(null));
        assertThrows(NullPointerException.class, () -> flock.flush(null));
        assertThrows(NullPointerException.class, () -> Flock.builder().keyPair(null));
        assertThrows(NullPointerException.class, () -> Flock.builder().firewall(null));
        assertNames("-3", () -> JoinOptions.DEFAULT.withLimit(-3));
        assertNames("false", () -> new JoinOptions(false, false, 1));
        assertNames("-1", () -> Flock.builder().maxPeers(-1));
        assertNames("-2", () -> Flock.builder().maxClientConnections(-2));
        assertNames("-4", () -> Flock.builder().maxServerConnections(-4));
        assertNames("0", () -> Flock.builder().maxParallel(0));
        assertNames("70000", () -> Flock.builder().port(70_000));
        assertNames("5", () -> Flock.builder().seed(new byte[5]));
        assertNames("PT-1S", () -> Flock.builder().jitter(Duration.ofSeconds(-1)));
        assertNames("PT-1S", () -> Flock.builder().backoffs(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(-1), Duration.ZERO));
    }

    @Test
    void closeFromAHandlerEndsTheFlock() throws Exception {
        server();
        Flock client = net.open();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        client.onConnection((connection, peer) -> {
            client.close();
            closed.complete(true);
        });
        client.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(closed.get());
    }

    private static void assertNames(String value, org.junit.jupiter.api.function.Executable mistake) {
        String message = assertThrows(IllegalArgumentException.class, mistake).getMessage();
        assertTrue(message.contains(value), message);
    }
}

package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.peer.Accepting;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.peer.PunchPolicy;
import omega.flock.rpc.RpcConfig;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The blind relay of the JavaScript stack between Java and JavaScript peers: when punching is refused, and when it comes
 * through while the relay carries the stream already.
 */
@JavaScriptInterop(onlyLoopback = true)
@Timeout(120)
class RelayInteropTest {

    private static final int ECHOED = 300_000;
    private static final PunchPolicy NEVER = (remote, local, remoteAddresses, localAddresses) -> false;

    private JavaScriptPeer dht;
    private List<String> bootstrap;
    private JavaScriptPeer relay;
    private PublicKey relayKey;

    @BeforeEach
    void startRelay() throws Exception {
        dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 5));
        bootstrap = dht.await("ready").texts("bootstrap");
        relay = JavaScriptPeer.start("peer/node.js",
                Map.of("version", "6.34.0", "bootstrap", bootstrap, "host", "127.0.0.1", "firewalled", false, "ephemeral", false));
        relay.await("ready");
        relayKey = PublicKey.of(relay.call("relay").bytes("publicKey"));
    }

    @AfterEach
    void stopRelay() {
        relay.close();
        dht.close();
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void javaAndJavaMeetThroughTheRelay(boolean clientHasRelay, boolean serverHasRelay) throws Exception {
        try (PeerNode host = node(); PeerNode guest = node();
                PeerServer server = echoing(host, serving(serverHasRelay).withPunchPolicy(NEVER), new ArrayBlockingQueue<>(1));
                SecretStream dialled = guest.connect(server.publicKey(), dialling(clientHasRelay))) {
            assertTrue(dialled.isRelayed());
            assertEchoes(dialled);
            assertEquals(1, relay.call("relayStats").number("matched"));
            assertEquals(1, host.stats().relaySuccesses());
        }
        awaitRelayUnused();
    }

    @ParameterizedTest
    @CsvSource({"6.34.0, true, false", "6.34.0, false, true", "6.34.0, true, true", "6.32.0, true, false", "6.32.0, false, true"})
    void javaDialsJavaScriptThroughTheRelay(String version, boolean clientHasRelay, boolean serverHasRelay) throws Exception {
        try (JavaScriptPeer peer = peer(version); PeerNode guest = node()) {
            PublicKey server = PublicKey.of(peer.call("listen", settings(serverHasRelay, true)).bytes("publicKey"));
            try (SecretStream dialled = guest.connect(server, dialling(clientHasRelay))) {
                assertTrue(dialled.isRelayed());
                assertEchoes(dialled);
                assertEquals(relayPort(dialled), peer.call("path").number("remotePort"));
            }
            awaitRelayUnused();
        }
    }

    @ParameterizedTest
    @CsvSource({"6.34.0, true, false", "6.34.0, false, true", "6.34.0, true, true", "6.32.0, true, false", "6.32.0, false, true"})
    void javaScriptDialsJavaThroughTheRelay(String version, boolean clientHasRelay, boolean serverHasRelay) throws Exception {
        BlockingQueue<SecretStream> accepted = new ArrayBlockingQueue<>(1);
        try (JavaScriptPeer peer = peer(version); PeerNode host = node();
                PeerServer server = echoing(host, serving(serverHasRelay), accepted)) {
            Map<String, Object> arguments = settings(clientHasRelay, true);
            arguments.put("publicKey", HexFormat.of().formatHex(server.publicKey().toBytes()));
            long port = peer.call("open", arguments).number("remotePort");
            assertTrue(peer.call("send", Map.of("bytes", ECHOED)).flag("equal"));
            SecretStream stream = accepted.poll(30, TimeUnit.SECONDS);
            assertTrue(stream.isRelayed());
            assertEquals(relayPort(stream), port);
            assertEquals(1, host.stats().relaySuccesses());
            peer.call("end");
            awaitRelayUnused();
        }
    }

    @Test
    void javaAndJavaMoveFromTheRelayToAPunchedPath() throws Exception {
        CountDownLatch relayed = new CountDownLatch(1);
        try (PeerNode host = node(); PeerNode guest = node();
                PeerServer server = echoing(host, serving(false), new ArrayBlockingQueue<>(1));
                SecretStream dialled = guest.connect(server.publicKey(), dialling(true).withPunchPolicy(after(relayed)))) {
            assertTrue(dialled.isRelayed());
            assertEchoes(dialled);
            relayed.countDown();
            awaitRelayUnused();
            assertFalse(dialled.isRelayed());
            assertEchoes(dialled);
        }
    }

    @ParameterizedTest
    @CsvSource({"6.34.0, false", "6.34.0, true", "6.32.0, false"})
    void javaAndAJavaScriptServerMoveToAPunchedPath(String version, boolean serverHasRelay) throws Exception {
        CountDownLatch relayed = new CountDownLatch(1);
        try (JavaScriptPeer peer = peer(version); PeerNode guest = node()) {
            PublicKey server = PublicKey.of(peer.call("listen", settings(serverHasRelay, false)).bytes("publicKey"));
            try (SecretStream dialled = guest.connect(server, dialling(!serverHasRelay).withPunchPolicy(after(relayed)))) {
                assertTrue(dialled.isRelayed());
                assertEchoes(dialled);
                long port = relayPort(dialled);
                assertEquals(port, peer.call("path").number("remotePort"));
                relayed.countDown();
                awaitDirect(dialled);
                assertEchoes(dialled);
                awaitMoved(peer, port);
                awaitRelayLeft(version);
                assertEchoes(dialled);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"6.34.0, false", "6.34.0, true", "6.32.0, false"})
    void aJavaScriptClientAndJavaMoveToAPunchedPath(String version, boolean serverHasRelay) throws Exception {
        AtomicReference<CountDownLatch> relayed = new AtomicReference<>();
        BlockingQueue<SecretStream> accepted = new ArrayBlockingQueue<>(1);
        PunchPolicy policy = (a, b, c, d) -> after(relayed.get()).allows(a, b, c, d);
        PeerServerOptions options = serving(serverHasRelay).withPunchPolicy(policy);
        try (JavaScriptPeer peer = peer(version); PeerNode host = node();
                PeerServer server = echoing(host, options, accepted)) {
            Map<String, Object> arguments = settings(!serverHasRelay, false);
            arguments.put("publicKey", HexFormat.of().formatHex(server.publicKey().toBytes()));
            boolean moved = false;
            for (int attempt = 0; attempt < 3 && !moved; attempt++) {
                relayed.set(new CountDownLatch(1));
                long port = peer.call("open", arguments).number("remotePort");
                SecretStream stream = accepted.poll(30, TimeUnit.SECONDS);
                assertTrue(stream.isRelayed());
                assertEquals(relayPort(stream), port);
                relayed.get().countDown();
                assertTrue(peer.call("send", Map.of("bytes", ECHOED)).flag("equal"));
                // Its round waits for our policy 4 s at the most: when the relay took longer, it has given the punch up.
                eventually(() -> !stream.isRelayed() || host.stats().punchers() == 0);
                moved = !stream.isRelayed();
                if (moved) {
                    awaitMoved(peer, port);
                    awaitRelayLeft(version);
                    assertTrue(peer.call("send", Map.of("bytes", ECHOED)).flag("equal"));
                }
                peer.call("end");
            }
            assertTrue(moved);
        }
    }

    // ---- The peers ---------------------------------------------------------------------------------------------------------

    private PeerNode node() throws IOException, InterruptedException {
        RpcConfig.Builder rpc = RpcConfig.builder().bootstrap(bootstrap).quickFirewall(false);
        PeerNode node = PeerNode.open(PeerConfig.of(rpc, KeyPair.generate()));
        assertTrue(node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(20)));
        return node;
    }

    private JavaScriptPeer peer(String version) throws IOException, InterruptedException {
        Map<String, Object> options = new HashMap<>(Map.of("version", version, "bootstrap", bootstrap, "quickFirewall", false));
        if (version.equals("6.34.0")) {
            options.put("host", "127.0.0.1");
        }
        JavaScriptPeer peer = JavaScriptPeer.start("peer/node.js", options);
        peer.await("ready");
        return peer;
    }

    private DialOptions dialling(boolean withRelay) {
        DialOptions options = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(false);
        return withRelay ? options.withRelayThrough(List.of(relayKey)) : options;
    }

    private PeerServerOptions serving(boolean withRelay) {
        PeerServerOptions options = PeerServerOptions.DEFAULT.withShareLocalAddress(false);
        return withRelay ? options.withRelayThrough(() -> List.of(relayKey)) : options;
    }

    private Map<String, Object> settings(boolean withRelay, boolean refuseToPunch) {
        Map<String, Object> settings = new HashMap<>(Map.of("shareLocalAddress", false, "localConnection", false, "fastOpen", false,
                "refuseToPunch", refuseToPunch));
        if (withRelay) {
            settings.put("relayThrough", HexFormat.of().formatHex(relayKey.toBytes()));
        }
        return settings;
    }

    private static PunchPolicy after(CountDownLatch gate) {
        return (remote, local, remoteAddresses, localAddresses) -> {
            try {
                return gate.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }

    // ---- What is expected -----------------------------------------------------------------------------------------------------

    private static long relayPort(SecretStream stream) {
        return stream.remoteAddress().getPort();
    }

    private static void awaitDirect(SecretStream stream) {
        eventually(() -> !stream.isRelayed());
    }

    private static void awaitMoved(JavaScriptPeer peer, long relayPort) {
        eventually(() -> peer.call("path").number("remotePort") != relayPort);
    }

    /** hyperdht 6.32.0 keeps its connection to the relay for the life of the stream. */
    private void awaitRelayLeft(String version) {
        if (version.equals("6.32.0")) {
            eventually(() -> relay.call("relayStats").number("sessions") == 1);
        } else {
            awaitRelayUnused();
        }
    }

    private void awaitRelayUnused() {
        eventually(() -> {
            PeerMessage stats = relay.call("relayStats");
            return stats.number("sessions") == 0 && stats.number("streams") == 0;
        });
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void eventually(Condition condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        try {
            while (!condition.holds()) {
                assertTrue(System.nanoTime() < deadline, "not within 40 s");
                Thread.yield();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static PeerServer echoing(PeerNode host, PeerServerOptions options, BlockingQueue<SecretStream> accepted)
            throws IOException, InterruptedException {
        return Accepting.serve(host.listen(KeyPair.generate(), options), stream -> echo(stream, accepted));
    }

    private static void echo(SecretStream stream, BlockingQueue<SecretStream> accepted) {
        accepted.add(stream);
        try (stream) {
            for (Optional<byte[]> message = stream.readMessage(); message.isPresent(); message = stream.readMessage()) {
                stream.writeMessage(message.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertEchoes(SecretStream stream) throws IOException {
        byte[] sent = new byte[ECHOED];
        new Random(42).nextBytes(sent);
        stream.setReadTimeout(Duration.ofSeconds(30));
        stream.write(sent, 0, sent.length);
        byte[] received = new byte[ECHOED];
        int total = 0;
        while (total < ECHOED) {
            int count = stream.read(received, total, ECHOED - total);
            assertTrue(count > 0, "ended after " + total);
            total += count;
        }
        assertArrayEquals(sent, received);
    }
}

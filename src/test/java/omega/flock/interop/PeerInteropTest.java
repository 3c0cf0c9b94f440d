package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.peer.Accepting;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.rpc.RpcConfig;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Java and hyperdht reach each other by key: directly, over the local network, by punching; both as client and as server. */
@JavaScriptInterop(onlyLoopback = true)
@Timeout(120)
class PeerInteropTest {

    /** The JavaScript peers that the stack is proven against. */
    enum Generation {
        /** Default options: firewalled until proven otherwise. */
        V6_32("6.32.0", Map.of()),
        /** An open node on 127.0.0.1. */
        V6_34("6.34.0", Map.of("host", "127.0.0.1", "firewalled", false)),
        /** One that believes to be firewalled. */
        V6_34_FIREWALLED("6.34.0", Map.of("host", "127.0.0.1", "quickFirewall", false)),
        /** The same with the older release. */
        V6_32_FIREWALLED("6.32.0", Map.of("quickFirewall", false));

        private final String version;
        private final Map<String, Object> settings;

        Generation(String version, Map<String, Object> settings) {
            this.version = version;
            this.settings = settings;
        }

        JavaScriptPeer start(List<String> bootstrap) throws IOException, InterruptedException {
            Map<String, Object> options = new HashMap<>(settings);
            options.put("version", version);
            options.put("bootstrap", bootstrap);
            JavaScriptPeer peer = JavaScriptPeer.start("peer/node.js", options);
            peer.await("ready");
            return peer;
        }
    }

    private static final int ECHOED = 300_000;

    @ParameterizedTest
    @EnumSource(Generation.class)
    void javaDialsJavaScript(Generation generation) throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 5))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = generation.start(bootstrap); PeerNode node = node(bootstrap, true)) {
                PublicKey server = PublicKey.of(peer.call("listen").bytes("publicKey"));
                for (int i = 0; i < 3; i++) {
                    try (SecretStream stream = node.connect(server, DialOptions.DEFAULT)) {
                        assertEchoes(stream);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void javaDialsJavaScriptByPunching(Generation generation) throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 5))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = generation.start(bootstrap); PeerNode node = node(bootstrap, false)) {
                PublicKey server = PublicKey.of(peer.call("listen", Map.of("shareLocalAddress", false)).bytes("publicKey"));
                for (boolean fastOpen : new boolean[] {true, false}) {
                    DialOptions options = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(fastOpen);
                    try (SecretStream stream = node.connect(server, options)) {
                        assertEchoes(stream);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void javaScriptDialsJava(Generation generation) throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 5))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = generation.start(bootstrap); PeerNode node = node(bootstrap, true);
                    PeerServer server = echoing(node, PeerServerOptions.DEFAULT)) {
                for (int i = 0; i < 3; i++) {
                    assertEchoes(peer, server, Map.of());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void javaScriptDialsJavaByPunching(Generation generation) throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 5))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = generation.start(bootstrap); PeerNode node = node(bootstrap, false);
                    PeerServer server = echoing(node, PeerServerOptions.DEFAULT.withShareLocalAddress(false))) {
                assertEchoes(peer, server, Map.of("localConnection", false));
                assertEchoes(peer, server, Map.of("localConnection", false, "fastOpen", false));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void theyMeetOverADhtOfJavaNodes(Generation generation) throws Exception {
        try (JavaDht dht = JavaDht.start(5);
                JavaScriptPeer peer = generation.start(dht.bootstrap());
                PeerNode node = node(dht.bootstrap(), true);
                PeerServer server = echoing(node, PeerServerOptions.DEFAULT)) {
            assertEchoes(peer, server, Map.of());
            PublicKey theirs = PublicKey.of(peer.call("listen").bytes("publicKey"));
            try (SecretStream stream = node.connect(theirs, DialOptions.DEFAULT)) {
                assertEchoes(stream);
            }
        }
    }

    @Test
    void aServerThatWritesAndEndsAtOnceIsReadToTheEnd() throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 3))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = Generation.V6_34.start(bootstrap); PeerNode node = node(bootstrap, true)) {
                PublicKey server = PublicKey.of(peer.call("greet").bytes("publicKey"));
                for (int i = 0; i < 10; i++) {
                    try (SecretStream stream = node.connect(server, DialOptions.DEFAULT)) {
                        assertArrayEquals("hello".getBytes(StandardCharsets.UTF_8),
                                stream.readMessage().orElseThrow());
                        assertTrue(stream.readMessage().isEmpty());
                        stream.shutdownOutput();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void messagesAndDatagramsKeepTheirShape(Generation generation) throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 3))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = generation.start(bootstrap); PeerNode node = node(bootstrap, true);
                    PeerServer server = echoing(node, PeerServerOptions.DEFAULT)) {
                List<Integer> sizes = List.of(1, 2, 3, 100_000, 1_500_000, 7);
                String key = HexFormat.of().formatHex(server.publicKey().toBytes());
                PeerMessage reply = peer.call("messages", Map.of("publicKey", key, "sizes", sizes));
                assertEquals(sizes.toString(), reply.fields().get("sizes").toString().replace(".0", ""));
                assertEquals("ping", peer.call("unordered", Map.of("publicKey", key)).text("text"));

                PublicKey theirs = PublicKey.of(peer.call("listen").bytes("publicKey"));
                try (SecretStream stream = node.connect(theirs, DialOptions.DEFAULT)) {
                    stream.setReadTimeout(Duration.ofSeconds(10));
                    assertFalse(stream.hasSecretDatagrams(), "the JavaScript stack knows of the protocol's keys only");
                    stream.sendDatagram(new byte[] {1, 2, 3});
                    assertArrayEquals(new byte[] {1, 2, 3}, stream.receiveDatagram());
                    byte[] large = new byte[16_777_198];
                    new Random(5).nextBytes(large);
                    stream.writeMessage(large);
                    assertArrayEquals(large, stream.readMessage().orElseThrow());
                }
            }
        }
    }

    @Test
    void refusalsAreSilentOnBothSides() throws Exception {
        try (JavaScriptPeer dht = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 3))) {
            List<String> bootstrap = dht.await("ready").texts("bootstrap");
            try (JavaScriptPeer peer = Generation.V6_34.start(bootstrap); PeerNode node = node(bootstrap, true);
                    PeerServer server = echoing(node, PeerServerOptions.DEFAULT.withFirewall(key -> true))) {
                PublicKey theirs = PublicKey.of(peer.call("listen", Map.of("reject", true)).bytes("publicKey"));
                FlockException e = assertThrows(FlockException.class, () -> node.connect(theirs, DialOptions.DEFAULT));
                assertEquals("PEER_CONNECTION_FAILED", e.code());
                assertThrows(AssertionError.class, () -> assertEchoes(peer, server, Map.of()));
                assertEquals(1, node.stats().drops().get("REJECTED"));
            }
        }
    }

    private static PeerNode node(List<String> bootstrap, boolean quickFirewall) throws IOException, InterruptedException {
        RpcConfig.Builder rpc = RpcConfig.builder().bootstrap(bootstrap).quickFirewall(quickFirewall);
        PeerNode node = PeerNode.open(PeerConfig.of(rpc, KeyPair.generate()));
        assertTrue(node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(20)));
        return node;
    }

    private static PeerServer echoing(PeerNode node, PeerServerOptions options) throws IOException, InterruptedException {
        return Accepting.serve(node.listen(KeyPair.generate(), options), stream -> {
            try (stream) {
                Thread.startVirtualThread(() -> echoDatagrams(stream));
                for (var message = stream.readMessage(); message.isPresent(); message = stream.readMessage()) {
                    stream.writeMessage(message.get());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void echoDatagrams(SecretStream stream) {
        try {
            while (true) {
                stream.sendDatagram(stream.receiveDatagram());
            }
        } catch (IOException | InterruptedException e) {
            // the connection is over
            return;
        }
    }

    private static void assertEchoes(SecretStream stream) throws IOException {
        byte[] sent = new byte[ECHOED];
        new Random(42).nextBytes(sent);
        stream.setReadTimeout(Duration.ofSeconds(10));
        stream.write(sent, 0, sent.length);
        stream.shutdownOutput();
        byte[] received = new byte[ECHOED + 1];
        int total = 0;
        for (int count = stream.read(received, 0, received.length); count >= 0;
                count = stream.read(received, total, received.length - total)) {
            total += count;
        }
        assertArrayEquals(sent, Arrays.copyOf(received, total));
    }

    private static void assertEchoes(JavaScriptPeer peer, PeerServer server, Map<String, Object> settings)
            throws InterruptedException {
        Map<String, Object> arguments = new HashMap<>(settings);
        arguments.put("publicKey", HexFormat.of().formatHex(server.publicKey().toBytes()));
        arguments.put("bytes", ECHOED);
        PeerMessage reply = peer.call("echo", arguments);
        assertTrue(reply.flag("equal"));
        assertTrue(reply.decimal("connectMillis") < 5_000, "connected in " + reply.decimal("connectMillis") + " ms");
    }
}

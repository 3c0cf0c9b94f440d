package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.acceptance.DhtUnderTest.Kind;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.interop.JavaScriptInterop;
import omega.flock.interop.JavaScriptPeer;
import omega.flock.interop.PeerMessage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Java and JavaScript find each other in both directions, by topic and by key, over networks of either stack's nodes. */
@JavaScriptInterop(onlyLoopback = true)
class EchoInteropTest {

    private static final Topic TOPIC = Topic.hash("echo of the interop tests");

    static Stream<Arguments> versionsAndNetworks() {
        return Stream.of("6.34.0", "6.32.0").flatMap(version -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(version, kind)));
    }

    @ParameterizedTest(name = "hyperdht {0} over {1}")
    @MethodSource("versionsAndNetworks")
    void aJavaFlockFindsAJavaScriptServerByItsTopic(String version, Kind kind) throws Exception {
        try (var dht = DhtUnderTest.start(kind, version);
                var server = JavaScriptPeer.start("echo-server.js", peerOptions(dht, version, TOPIC))) {
            PublicKey serverKey = PublicKey.of(server.await("listening").bytes("publicKey"));
            Echo.repeat(round -> {
                try (Flock flock = Flock.builder().bootstrap(dht.bootstrap()).open()) {
                    flock.join(TOPIC, JoinOptions.CLIENT);
                    var event = flock.accept(Echo.LIMIT).orElseThrow(() -> new AssertionError("no connection"));
                    assertEquals(serverKey, event.connection().remotePublicKey());
                    Echo.roundTrip(event.connection(), round);
                }
                assertEquals(Echo.BYTES, server.await("connection").number("bytes"));
            });
        }
    }

    @ParameterizedTest(name = "hyperdht {0} over {1}")
    @MethodSource("versionsAndNetworks")
    void aJavaScriptSwarmFindsAJavaServerByItsTopic(String version, Kind kind) throws Exception {
        try (var dht = DhtUnderTest.start(kind, version);
                Flock flock = Flock.builder().bootstrap(dht.bootstrap()).open()) {
            flock.onConnection((connection, peer) -> Echo.serve(connection));
            assertTrue(flock.join(TOPIC, JoinOptions.SERVER).flushed(Echo.LIMIT), "the server announced itself");
            Echo.repeat(round -> {
                try (var client = JavaScriptPeer.start("echo-client.js", peerOptions(dht, version, TOPIC))) {
                    assertEchoed(client.call("echo", Map.of("bytes", Echo.BYTES), Echo.LIMIT));
                }
            });
        }
    }

    @ParameterizedTest(name = "hyperdht {0} over {1}")
    @MethodSource("versionsAndNetworks")
    void aJavaGatewayReachesAJavaScriptServerByItsKey(String version, Kind kind) throws Exception {
        try (var dht = DhtUnderTest.start(kind, version);
                var server = JavaScriptPeer.start("echo-server.js", peerOptions(dht, version))) {
            PublicKey key = PublicKey.of(server.await("listening").bytes("publicKey"));
            Echo.repeat(round -> {
                try (Gateway gateway = Gateway.builder().bootstrap(dht.bootstrap()).open()) {
                    Echo.roundTrip(gateway.connect(key), round);
                }
                assertEquals(Echo.BYTES, server.await("connection").number("bytes"));
            });
        }
    }

    @ParameterizedTest(name = "hyperdht {0} over {1}")
    @MethodSource("versionsAndNetworks")
    void aJavaScriptNodeReachesAJavaServerByItsKey(String version, Kind kind) throws Exception {
        try (var dht = DhtUnderTest.start(kind, version);
                Gateway gateway = Gateway.builder().bootstrap(dht.bootstrap()).open();
                GatewayServer server = gateway.listen(KeyPair.generate());
                var acceptor = new Acceptor(server, Echo::serve);
                var client = JavaScriptPeer.start("echo-client.js", peerOptions(dht, version))) {
            Echo.repeat(round -> assertEchoed(
                    client.call("echo", Map.of("bytes", Echo.BYTES, "publicKey", server.publicKey().toBytes()), Echo.LIMIT)));
            acceptor.close();
            assertEquals(List.of(), acceptor.failures());
        }
    }

    private static void assertEchoed(PeerMessage reply) {
        assertTrue(reply.flag("equal"), "the echo differs: " + reply);
    }

    private static Map<String, Object> peerOptions(DhtUnderTest dht, String version) {
        return Map.of("bootstrap", dht.bootstrap(), "version", version);
    }

    private static Map<String, Object> peerOptions(DhtUnderTest dht, String version, Topic topic) {
        var options = new HashMap<>(peerOptions(dht, version));
        options.put("topic", topic.toBytes());
        return options;
    }
}

package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.acceptance.DhtUnderTest.Kind;
import omega.flock.base.KeyPair;
import omega.flock.base.Topic;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.interop.JavaScriptInterop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two Java programs' worth of peers, over a network of Java nodes and over networks of JavaScript nodes. */
class JavaEchoTest {

    private static final Topic TOPIC = Topic.hash("echo of two flocks");

    @Test
    void twoFlocksMeetByTheirTopicOverJavaNodes() throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, "")) {
            flocksMeet(dht);
        }
    }

    @Test
    void twoGatewaysMeetByKeyOverJavaNodes() throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, "")) {
            gatewaysMeet(dht);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    @JavaScriptInterop
    void twoFlocksMeetByTheirTopicOverJavaScriptNodes(String version) throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVASCRIPT_NODES, version)) {
            flocksMeet(dht);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    @JavaScriptInterop
    void twoGatewaysMeetByKeyOverJavaScriptNodes(String version) throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVASCRIPT_NODES, version)) {
            gatewaysMeet(dht);
        }
    }

    private static void flocksMeet(DhtUnderTest dht) throws Exception {
        try (Flock server = Flock.builder().bootstrap(dht.bootstrap()).open()) {
            server.onConnection((connection, peer) -> Echo.serve(connection));
            assertTrue(server.join(TOPIC, JoinOptions.SERVER).flushed(Echo.LIMIT), "the server announced itself");
            Echo.repeat(round -> {
                try (Flock client = Flock.builder().bootstrap(dht.bootstrap()).open()) {
                    client.join(TOPIC, JoinOptions.CLIENT);
                    Echo.roundTrip(client.accept(Echo.LIMIT).orElseThrow(() -> new AssertionError("no connection")).connection(), round);
                }
            });
        }
    }

    private static void gatewaysMeet(DhtUnderTest dht) throws Exception {
        try (Gateway gateway = Gateway.builder().bootstrap(dht.bootstrap()).open();
                GatewayServer server = gateway.listen(KeyPair.generate());
                var acceptor = new Acceptor(server, Echo::serve)) {
            Echo.repeat(round -> {
                try (Gateway client = Gateway.builder().bootstrap(dht.bootstrap()).open()) {
                    Echo.roundTrip(client.connect(server.publicKey()), round);
                }
            });
            acceptor.close();
            assertTrue(acceptor.failures().isEmpty(), () -> acceptor.failures().toString());
        }
    }
}

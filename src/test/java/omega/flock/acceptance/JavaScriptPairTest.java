package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omega.flock.acceptance.DhtUnderTest.Kind;
import omega.flock.base.Topic;
import omega.flock.interop.JavaScriptInterop;
import omega.flock.interop.JavaScriptPeer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two JavaScript programs that meet only through Java nodes: what our nodes store, hand out, refuse and forget. */
@JavaScriptInterop(onlyLoopback = true)
class JavaScriptPairTest {

    private static final Topic TOPIC = Topic.hash("a pair over foreign nodes");

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void twoJavaScriptSwarmsConnectThroughJavaNodes(String version) throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, version)) {
            Map<String, Object> options = Map.of("bootstrap", dht.bootstrap(), "version", version, "topic", TOPIC.toBytes());
            Echo.repeat(round -> {
                try (var server = JavaScriptPeer.start("echo-server.js", options)) {
                    server.await("listening", Echo.LIMIT);
                    try (var client = JavaScriptPeer.start("echo-client.js", options)) {
                        assertTrue(client.call("echo", Map.of("bytes", Echo.BYTES), Echo.LIMIT).flag("equal"));
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void aRecordIsThereFromItsAnnouncementToItsEnd(String version) throws Exception {
        Map<String, Object> topic = Map.of("topic", TOPIC.toBytes());
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, version);
                var announcer = JavaScriptPeer.start("dht-client.js", Map.of("bootstrap", dht.bootstrap(), "version", version));
                var other = JavaScriptPeer.start("dht-client.js", Map.of("bootstrap", dht.bootstrap(), "version", version))) {
            String key = announcer.await("ready").text("publicKey");
            String otherKey = other.await("ready").text("publicKey");
            Echo.repeat(round -> {
                assertEquals(List.of(), other.call("lookup", topic).texts("publicKeys"));
                assertTrue(announcer.call("announce", topic).number("acknowledged") > 0, "somebody stored the record");
                assertEquals(List.of(key), other.call("lookup", topic).texts("publicKeys"));
                other.call("announce", topic);
                assertEquals(Set.of(key, otherKey), Set.copyOf(announcer.call("lookup", topic).texts("publicKeys")));
                announcer.call("unannounce", topic);
                assertEquals(List.of(otherKey), other.call("lookup", topic).texts("publicKeys"));
                other.call("unannounce", topic);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void anAnnouncementWithAForgedTokenIsRefused(String version) throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, version);
                var client = JavaScriptPeer.start("dht-client.js", Map.of("bootstrap", dht.bootstrap(), "version", version))) {
            client.await("ready");
            List<String> errors = client.call("announceWithToken", Map.of("topic", TOPIC.toBytes(), "token", new byte[32])).texts("errors");
            assertTrue(!errors.isEmpty(), "somebody was asked");
            assertEquals(Collections.nCopies(errors.size(), "2"), errors, "2 is dht-rpc's INVALID_TOKEN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void anAnnouncementWithoutATokenIsNotAnswered(String version) throws Exception {
        try (var dht = DhtUnderTest.start(Kind.JAVA_NODES, version);
                var client = JavaScriptPeer.start("dht-client.js", Map.of("bootstrap", dht.bootstrap(), "version", version))) {
            client.await("ready");
            List<String> errors = client.call("announceWithToken", Map.of("topic", TOPIC.toBytes(), "token", "")).texts("errors");
            assertTrue(!errors.isEmpty(), "somebody was asked");
            assertEquals(Collections.nCopies(errors.size(), "REQUEST_TIMEOUT"), errors);
            assertEquals(List.of(), client.call("lookup", Map.of("topic", TOPIC.toBytes())).texts("publicKeys"));
        }
    }
}

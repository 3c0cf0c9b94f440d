package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.dht.AnnounceOptions;
import omega.flock.dht.DhtNode;
import omega.flock.dht.DhtReply;
import omega.flock.dht.DhtSwarm;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.HandshakeReply;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.HolepunchReply;
import omega.flock.dht.LocalServer;
import omega.flock.dht.MutableValue;
import omega.flock.dht.StoredValue;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.PeerRecord;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.routing.NodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application's commands against hyperdht itself: its nodes as clients of ours, and ours as clients of its nodes. */
@JavaScriptInterop
class DhtInteropTest {

    private static final PeerAddress RELAY = new PeerAddress("1.2.3.4", 1000);
    private static final byte[] NOISE = {1, 2, 3};
    private static final byte[] ANSWER = {4, 5, 6, 7};

    private static JavaScriptPeer node(String version, List<String> bootstrap, Map<String, ?> more) throws Exception {
        Map<String, Object> options = new HashMap<>(more);
        options.put("version", version);
        options.put("bootstrap", bootstrap);
        JavaScriptPeer peer = JavaScriptPeer.start("dht/node.js", options);
        peer.await("ready");
        return peer;
    }

    private static JavaScriptPeer node(String version, List<String> bootstrap) throws Exception {
        return node(version, bootstrap, Map.of());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    // ---- JavaScript clients of Java nodes --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void javaScriptPeersFindEachOtherInADhtOfJavaNodes(String version) throws Exception {
        try (DhtSwarm swarm = DhtSwarm.onLoopback(6);
                JavaScriptPeer one = node(version, swarm.bootstrap(), Map.of("seed", filled(1)));
                JavaScriptPeer two = node(version, swarm.bootstrap(), Map.of("seed", filled(2)))) {
            String topic = Topic.hash("a DHT of Java nodes").toString();
            String keyOne = KeyPair.fromSeed(filled(1)).publicKey().toString();
            String keyTwo = KeyPair.fromSeed(filled(2)).publicKey().toString();

            assertEquals(zeros(7), one.call("announce", Map.of("topic", topic, "relays", List.of(RELAY.toString())))
                    .texts("errors"));
            assertEquals(zeros(7), two.call("announce", Map.of("topic", topic, "bump", 1_700_000_000_000L)).texts("errors"));
            PeerMessage found = two.call("lookup", Map.of("topic", topic));
            assertEquals(sorted(keyOne + " " + RELAY, keyTwo + " "), found.texts("peers"));
            assertEquals(List.of("1700000000000"), found.texts("bumps"));
            assertEquals(7, found.number("answers"));

            one.call("unannounce", Map.of("topic", topic));
            assertEquals(List.of(keyTwo + " "), two.call("lookup", Map.of("topic", topic)).texts("peers"));
            assertEquals(List.of(), two.call("findPeer", Map.of("publicKey", keyTwo)).texts("peers"));
            two.call("announce", Map.of("topic", topic, "clear", true));
            assertEquals(List.of(keyTwo + " "), one.call("lookup", Map.of("topic", topic)).texts("peers"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void javaScriptValuesAreKeptByJavaNodes(String version) throws Exception {
        try (DhtSwarm swarm = DhtSwarm.onLoopback(6);
                JavaScriptPeer writer = node(version, swarm.bootstrap(), Map.of("seed", filled(3)));
                JavaScriptPeer reader = node(version, swarm.bootstrap())) {
            String key = KeyPair.fromSeed(filled(3)).publicKey().toString();
            PeerMessage put = writer.call("immutablePut", Map.of("value", "68656c6c6f"));
            assertEquals(7, put.number("closest"));
            assertEquals("68656c6c6f", reader.call("immutableGet", Map.of("hash", put.text("hash"))).text("value"));
            assertFalse(reader.call("immutableGet", Map.of("hash", key)).has("value"));

            assertEquals(zeros(7), writer.call("mutablePut", Map.of("value", "aa", "seq", 5)).texts("errors"));
            assertEquals(5, reader.call("mutableGet", Map.of("publicKey", key, "seq", 0)).number("seq"));
            assertEquals(same("17", 7), writer.call("mutablePut", Map.of("value", "bb", "seq", 4)).texts("errors"));
            assertEquals(same("16", 7), writer.call("mutablePut", Map.of("value", "bb", "seq", 5)).texts("errors"));
            assertEquals(zeros(7), writer.call("mutablePut", Map.of("value", "", "seq", 6)).texts("errors"));
            PeerMessage got = reader.call("mutableGet", Map.of("publicKey", key, "seq", 0, "latest", false));
            assertEquals("", got.text("value"));
            assertFalse(reader.call("mutableGet", Map.of("publicKey", key, "seq", 7)).has("value"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void javaScriptPeersConnectThroughJavaRelaysOnly(String version) throws Exception {
        try (DhtSwarm swarm = DhtSwarm.onLoopback(6);
                JavaScriptPeer server = node(version, swarm.bootstrap());
                JavaScriptPeer client = node(version, swarm.bootstrap())) {
            PeerMessage listening = server.call("listen");
            String key = listening.text("publicKey");
            assertTrue(listening.texts("relays").size() >= 3, () -> "relays " + listening.texts("relays"));
            PeerMessage found = client.call("findPeer", Map.of("publicKey", key));
            assertEquals(List.of(key + " "), found.texts("peers"));
            assertEquals("through Java", client.call("echo", Map.of("publicKey", key, "text", "through Java")).text("text"));
            assertTrue(swarm.nodes().stream().anyMatch(node -> node.stats().routed() >= 2), "no Java node relayed anything");
            server.call("close");
            assertEquals(List.of(), client.call("findPeer", Map.of("publicKey", key)).texts("peers"));
        }
    }

    @Test
    void javaNodesTakeRefreshesAsJavaScriptMakesThem() throws Exception {
        try (DhtSwarm swarm = DhtSwarm.onLoopback(2);
                JavaScriptPeer peer = node("6.34.0", swarm.bootstrap())) {
            String topic = Topic.hash("refreshed").toString();
            assertEquals(zeros(9), peer.call("refresh", Map.of("topic", topic)).texts("errors"));
            assertEquals(1, peer.call("lookup", Map.of("topic", topic)).texts("peers").size());
            swarm.nodes().forEach(node -> assertEquals(1, node.stats().refreshes()));
        }
    }

    @Test
    void firewalledJavaScriptPeersPunchThroughJavaRelays() throws Exception {
        Map<String, ?> firewalled = Map.of("firewalled", true);
        try (DhtSwarm swarm = DhtSwarm.onLoopback(6);
                JavaScriptPeer server = node("6.34.0", swarm.bootstrap(), firewalled);
                JavaScriptPeer client = node("6.34.0", swarm.bootstrap(), firewalled)) {
            String key = server.call("listen").text("publicKey");
            assertEquals("punched", client.call("echo", Map.of("publicKey", key, "text", "punched")).text("text"));
        }
    }

    // ---- Java clients of JavaScript nodes --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void javaPeersFindEachOtherInADhtOfJavaScriptNodes(String version) throws Exception {
        try (JavaScriptPeer testnet = testnet(version);
                DhtSwarm swarm = DhtSwarm.joining(testnet.await("ready").texts("bootstrap"));
                JavaScriptPeer witness = node(version, swarm.bootstrap())) {
            DhtNode one = swarm.addClient();
            DhtNode two = swarm.addClient();
            KeyPair key = KeyPair.generate();
            Topic topic = Topic.hash("a DHT of JavaScript nodes");
            NodeId target = DhtNode.target(topic);
            finish(one.announce(target, key, List.of(RELAY), AnnounceOptions.DEFAULT.withBump(1_700_000_000_000L)));
            PeerRecord record = new PeerRecord(key.publicKey(), List.of(RELAY));
            assertEquals(Set.of(record), lookup(two, target));
            PeerMessage seen = witness.call("lookup", Map.of("topic", topic.toString()));
            assertEquals(List.of(key.publicKey() + " " + RELAY), seen.texts("peers"));
            assertEquals(List.of("1700000000000"), seen.texts("bumps"));

            finish(one.announce(target, key, List.of(), AnnounceOptions.DEFAULT.withClear(true)));
            one.unannounce(target, key, List.of());
            assertEquals(Set.of(), lookup(two, target));

            NodeId self = DhtNode.target(key.publicKey());
            finish(one.announce(self, key, List.of(), AnnounceOptions.DEFAULT));
            assertEquals(List.of(key.publicKey() + " "),
                    witness.call("findPeer", Map.of("publicKey", key.publicKey().toString())).texts("peers"));
            one.unannounce(self, key, List.of());
            assertEquals(List.of(), findPeer(two, self));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void javaValuesAreKeptByJavaScriptNodes(String version) throws Exception {
        try (JavaScriptPeer testnet = testnet(version);
                DhtSwarm swarm = DhtSwarm.joining(testnet.await("ready").texts("bootstrap"));
                JavaScriptPeer witness = node(version, swarm.bootstrap())) {
            DhtNode one = swarm.addClient();
            DhtNode two = swarm.addClient();
            byte[] largest = new byte[1970];
            StoredValue stored = one.immutablePut(largest);
            assertArrayEquals(largest, two.immutableGet(stored.hash()).orElseThrow());
            // JavaScript stores 1970 bytes, but cannot read the reply that carries them among token and closer nodes.
            byte[] usual = new byte[1000];
            assertEquals(hex(usual), witness.call("immutableGet",
                    Map.of("hash", one.immutablePut(usual).hash().toString())).text("value"));

            KeyPair key = KeyPair.generate();
            MutableValue first = one.mutablePut(key, NOISE, 3);
            assertEquals(Optional.of(first), two.mutableGet(key.publicKey(), 0, true));
            assertEquals("SEQ_TOO_LOW",
                    assertThrows(FlockException.class, () -> one.mutablePut(key, ANSWER, 2)).code());
            assertEquals("SEQ_REUSED",
                    assertThrows(FlockException.class, () -> one.mutablePut(key, ANSWER, 3)).code());
            MutableValue second = one.mutablePut(key, ANSWER, 4);
            assertEquals(Optional.of(second), two.mutableGet(key.publicKey(), 4, false));
            assertEquals(4, witness.call("mutableGet", Map.of("publicKey", key.publicKey().toString(), "seq", 0)).number("seq"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.34.0", "6.32.0"})
    void aJavaClientReachesAJavaServerThroughJavaScriptRelays(String version) throws Exception {
        try (JavaScriptPeer testnet = testnet(version);
                DhtSwarm swarm = DhtSwarm.joining(testnet.await("ready").texts("bootstrap"))) {
            DhtNode host = swarm.addClient();
            DhtNode client = swarm.addClient();
            KeyPair key = KeyPair.generate();
            NodeId target = DhtNode.target(key.publicKey());
            host.router().register(key.publicKey(), new AnsweringServer());
            finish(host.announce(target, key, List.of(), AnnounceOptions.DEFAULT));
            List<DhtReply<PeerRecord>> relays = findPeer(client, target);
            assertFalse(relays.isEmpty());
            PeerAddress server = PeerAddress.of(host.rpc().defaultPort().localAddress());
            for (DhtReply<PeerRecord> relay : relays) {
                HandshakeReply handshake = client.peerHandshake(target, NOISE, relay.from(), client.rpc().session());
                assertArrayEquals(ANSWER, handshake.noise());
                assertTrue(handshake.relayed());
                assertEquals(server, handshake.serverAddress());
                assertEquals(PeerAddress.of(client.rpc().defaultPort().localAddress()), handshake.clientAddress());
                HolepunchReply round = client.peerHolepunch(target, 9, NOISE, server, relay.from(), Optional.empty());
                assertArrayEquals(ANSWER, round.payload());
                assertEquals(server, round.peerAddress());
            }
        }
    }

    /** A server that answers every handshake and every round. */
    private static final class AnsweringServer implements LocalServer {
        @Override
        public void onHandshake(HandshakeArrival arrival) {
            arrival.reply(ANSWER, arrival.port());
        }

        @Override
        public void onHolepunch(HolepunchArrival arrival) {
            arrival.reply(ANSWER, arrival.port());
        }
    }

    // ---- Both ------------------------------------------------------------------------------------------------------------

    @Test
    void nodesOfBothKindsFormOneDht() throws Exception {
        try (JavaScriptPeer testnet = testnet("6.34.0");
                DhtSwarm swarm = DhtSwarm.joining(testnet.await("ready").texts("bootstrap"))) {
            for (int i = 0; i < 4; i++) {
                swarm.addPersistent();
            }
            try (JavaScriptPeer script = node("6.34.0", swarm.bootstrap(), Map.of("seed", filled(4)))) {
                DhtNode ours = swarm.addClient();
                PublicKey theirKey = KeyPair.fromSeed(filled(4)).publicKey();
                KeyPair ourKey = KeyPair.generate();
                Topic topic = Topic.hash("both kinds");
                finish(ours.announce(DhtNode.target(topic), ourKey, List.of(), AnnounceOptions.DEFAULT));
                script.call("announce", Map.of("topic", topic.toString()));
                assertEquals(Set.of(PeerRecord.of(theirKey), PeerRecord.of(ourKey.publicKey())),
                        lookup(ours, DhtNode.target(topic)));
                assertEquals(sorted(theirKey + " ", ourKey.publicKey() + " "),
                        script.call("lookup", Map.of("topic", topic.toString())).texts("peers"));
                assertTrue(swarm.nodes().stream().anyMatch(node -> node.stats().records() > 0), "no Java node keeps a record");
            }
        }
    }

    // ---- Helpers ---------------------------------------------------------------------------------------------------------

    private static JavaScriptPeer testnet(String version) throws IOException {
        return JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 6, "version", version));
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static List<String> zeros(int count) {
        return same("0", count);
    }

    private static List<String> same(String text, int count) {
        return Collections.nCopies(count, text);
    }

    private static List<String> sorted(String... texts) {
        return List.copyOf(new TreeSet<>(List.of(texts)));
    }

    private static void finish(RpcQuery<?> query) throws IOException, InterruptedException {
        try (query) {
            query.awaitFinished();
        }
    }

    private static Set<PeerRecord> lookup(DhtNode node, NodeId topic) throws IOException, InterruptedException {
        Set<PeerRecord> found = new HashSet<>();
        try (RpcQuery<DhtReply<LookupRecords>> query = node.lookup(topic, List.of())) {
            DhtSwarm.all(query).forEach(reply -> found.addAll(reply.value().peers()));
        }
        return found;
    }

    private static List<DhtReply<PeerRecord>> findPeer(DhtNode node, NodeId target) throws IOException, InterruptedException {
        List<DhtReply<PeerRecord>> found = new ArrayList<>();
        try (RpcQuery<DhtReply<PeerRecord>> query = node.findPeer(target, List.of())) {
            DhtSwarm.all(query).forEach(found::add);
        }
        return found;
    }
}

package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramUdpPort;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.QueryRequest;
import omega.flock.rpc.RequestHandler;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcConstants;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The RPC layer against dht-rpc itself, in both directions; no bytes of ours are compared with bytes of ours. */
@JavaScriptInterop
class RpcInteropTest {

    private static final int STORE = 7;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TARGET = "5a".repeat(32);

    private final TaskScope scope = new TaskScope("rpc-interop");
    private final List<RpcNode> nodes = new ArrayList<>();

    @AfterEach
    void closeNodes() {
        nodes.forEach(RpcNode::close);
        scope.close();
    }

    // ---- Nodes of ours ---------------------------------------------------------------------------------------------------

    /** Keeps one value for each target, as src/test/js/rpc/swarm.js does. */
    private static final class Store implements RequestHandler {

        private final Map<NodeId, byte[]> values = new ConcurrentHashMap<>();

        @Override
        public boolean onRequest(IncomingRequest request) {
            if (request.command() != STORE || request.target().isEmpty()) {
                return false;
            }
            NodeId target = request.target().get();
            if (request.tokenValid()) {
                values.put(target, request.value().orElseThrow());
            }
            request.reply(Optional.ofNullable(values.get(target)));
            return true;
        }
    }

    private RpcNode start(RpcConfig.Builder config) throws Exception {
        RpcNode node = new RpcNode(config.host("127.0.0.1").build(), DatagramUdpPort::bind, Ticker.SYSTEM, scope,
                (port, source, datagram) -> false, new Store());
        nodes.add(node);
        node.start();
        assertTrue(node.awaitBootstrapped(PATIENCE), () -> "not bootstrapped: " + node);
        return node;
    }

    private List<String> swarm(int size) throws Exception {
        int port = freePort();
        start(RpcConfig.bootstrapper(port, "127.0.0.1"));
        List<String> bootstrap = List.of("127.0.0.1:" + port);
        for (int i = 1; i < size; i++) {
            assertFalse(start(RpcConfig.builder().bootstrap(bootstrap).ephemeral(EphemeralMode.NEVER)).ephemeral());
        }
        return bootstrap;
    }

    private static JavaScriptPeer script(int size, List<String> bootstrap, Map<String, ?> more) throws Exception {
        Map<String, Object> options = new HashMap<>(more);
        options.put("nodes", size);
        if (bootstrap.isEmpty()) {
            options.put("port", freePort());
        } else {
            options.put("bootstrap", bootstrap);
        }
        return JavaScriptPeer.start("rpc/swarm.js", options);
    }

    private static int freePort() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    private static NodeId target() {
        return NodeId.of(HexFormat.of().parseHex(TARGET));
    }

    private static PeerAddress addressOf(RpcNode node) {
        return PeerAddress.of(node.serverPort().localAddress());
    }

    private static List<String> nearest(List<PeerAddress> addresses) {
        return addresses.stream().sorted((a, b) -> target().compareDistance(NodeId.of(a), NodeId.of(b)))
                .limit(20).map(PeerAddress::toString).toList();
    }

    private static List<RpcReply> all(RpcQuery<RpcReply> query) throws Exception {
        List<RpcReply> replies = new ArrayList<>();
        for (Optional<RpcReply> reply = query.next(); reply.isPresent(); reply = query.next()) {
            replies.add(reply.get());
        }
        return replies;
    }

    // ---- JavaScript nodes in a swarm of ours -----------------------------------------------------------------------------

    @Test
    void javaScriptNodesBecomePersistentInASwarmOfJavaNodes() throws Exception {
        List<String> bootstrap = swarm(8);
        try (JavaScriptPeer script = script(3, bootstrap, Map.of("ephemeral", false))) {
            script.await("ready");
            for (int i = 0; i < 3; i++) {
                PeerMessage state = script.call("state", Map.of("node", i));
                assertFalse(state.flag("firewalled"), "our answers to PING_NAT reach its server port");
                assertFalse(state.flag("ephemeral"));
                assertEquals("127.0.0.1", state.text("host"));
                PeerAddress address = PeerAddress.parse(state.text("address"));
                assertEquals(address.port(), state.number("port"), "we tell it the port that it has");
                assertArrayEquals(NodeId.of(address).toBytes(), state.bytes("id"));
                assertTrue(state.texts("nodes").size() >= 8, () -> "it knows " + state.texts("nodes"));
                RpcReply pong = nodes.get(3).ping(address);
                assertEquals(Optional.of(NodeId.of(address)), pong.fromId());
                assertEquals(addressOf(nodes.get(3)), pong.to());
            }
            long known = nodes.stream().filter(node -> node.nodes(100).stream().anyMatch(
                    address -> nodes.stream().noneMatch(ours -> addressOf(ours).equals(address)))).count();
            assertTrue(known >= 4, "nodes of ours that know one of theirs: " + known);
        }
    }

    @Test
    void javaScriptFindsAndWritesInASwarmOfJavaNodes() throws Exception {
        List<String> bootstrap = swarm(30);
        try (JavaScriptPeer script = script(1, bootstrap, Map.of("ephemeral", true))) {
            script.await("ready");
            List<String> nearest = nearest(nodes.stream().map(RpcInteropTest::addressOf).toList());
            PeerMessage found = script.call("find", Map.of("target", TARGET));
            assertEquals(nearest, found.texts("closest"));
            assertEquals(0, found.number("errors"));

            PeerMessage put = script.call("put", Map.of("target", TARGET, "value", "c0ffee"));
            assertEquals(nearest, put.texts("closest"));
            assertEquals(Collections.nCopies(20, "0"), put.texts("errors"));
            List<String> values = script.call("get", Map.of("target", TARGET)).texts("values");
            assertEquals(20, values.stream().filter(value -> value.endsWith(" c0ffee")).count());

            List<RpcReply> ours = all(nodes.get(5).query(QueryRequest.of(target(), STORE)));
            assertTrue(ours.stream().filter(reply -> reply.value().isPresent()).count() >= 19);
        }
    }

    @Test
    void javaAnswersEveryInternalCommandOfJavaScript() throws Exception {
        List<String> bootstrap = swarm(3);
        try (JavaScriptPeer script = script(1, bootstrap, Map.of("ephemeral", true))) {
            script.await("ready");
            String to = bootstrap.getFirst();
            PeerMessage pong = script.call("ping", Map.of("to", to));
            assertEquals(to, pong.text("from"));
            assertArrayEquals(NodeId.of(PeerAddress.parse(to)).toBytes(), pong.bytes("id"));
            long rtt = script.call("delayedPing", Map.of("to", to, "delay", 300)).number("rtt");
            assertTrue(rtt >= 290 && rtt < 2000, "rtt " + rtt);

            PeerMessage unknown = script.call("request", Map.of("to", to, "number", 99, "target", TARGET));
            assertEquals(RpcConstants.ERROR_UNKNOWN_COMMAND, unknown.number("code"));
            assertFalse(unknown.has("token"));
            assertEquals(2, unknown.texts("closer").size());
            PeerMessage wrong = script.call("request",
                    Map.of("to", to, "number", STORE, "target", TARGET, "value", "aa", "token", "11".repeat(32)));
            assertEquals(RpcConstants.ERROR_INVALID_TOKEN, wrong.number("code"));
            PeerMessage right = script.call("request",
                    Map.of("to", to, "number", STORE, "target", TARGET, "value", "", "token", wrong.text("token")));
            assertEquals(0, right.number("code"));
            assertEquals("", right.text("value"), "an empty value is not a missing one");
        }
    }

    // ---- Java nodes in a swarm of theirs ---------------------------------------------------------------------------------

    @Test
    void javaNodesBecomePersistentInASwarmOfJavaScriptNodes() throws Exception {
        try (JavaScriptPeer script = script(8, List.of(), Map.of("ephemeral", false))) {
            List<String> bootstrap = script.await("ready").texts("bootstrap");
            RpcNode node = start(RpcConfig.builder().bootstrap(bootstrap).ephemeral(EphemeralMode.NEVER));
            assertFalse(node.firewalled(), "their answers to PING_NAT reach our server port");
            assertFalse(node.ephemeral());
            assertEquals(Optional.of(addressOf(node)), node.remoteAddress());
            String us = addressOf(node).toString();
            boolean known = false;
            for (int i = 0; i < 8; i++) {
                known |= script.call("state", Map.of("node", i)).texts("nodes").contains(us);
            }
            assertTrue(known, "some of them have us in their tables");
            PeerMessage pong = script.call("ping", Map.of("node", 3, "to", us));
            assertArrayEquals(node.id().orElseThrow().toBytes(), pong.bytes("id"));

            RpcNode quick = start(RpcConfig.builder().bootstrap(bootstrap));
            assertFalse(quick.firewalled(), "the quick test finds the port open");
            assertTrue(quick.ephemeral(), "which makes nobody persistent yet");
        }
    }

    @Test
    void javaFindsAndWritesInASwarmOfJavaScriptNodes() throws Exception {
        try (JavaScriptPeer script = script(30, List.of(), Map.of("ephemeral", false, "firewalled", false))) {
            List<String> bootstrap = script.await("ready").texts("bootstrap");
            RpcNode node = start(RpcConfig.builder().bootstrap(bootstrap).ephemeral(EphemeralMode.ALWAYS));
            RpcQuery<RpcReply> find = node.query(QueryRequest.findNode(target()));
            assertTrue(all(find).size() >= 20);
            List<PeerAddress> theirs = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                theirs.add(PeerAddress.parse(script.call("state", Map.of("node", i)).text("address")));
            }
            List<String> found = find.closestNodes().stream().map(peer -> peer.address().toString()).toList();
            // Their tables take the roughly nearest nodes for the nearest, so the far end of the list may vary.
            assertEquals(nearest(theirs).subList(0, 5), found.subList(0, 5));
            assertTrue(found.stream().filter(nearest(theirs)::contains).count() >= 15, () -> "found " + found);

            byte[] value = {1, 2, 3};
            RpcRequest store = RpcRequest.of(STORE).withTarget(target()).withValue(value);
            RpcQuery<RpcReply> put = node.query(QueryRequest.of(target(), STORE).withValue(value)
                    .withCommit((closest, query) -> Optional.of(store.withToken(closest.token().orElseThrow()))));
            put.awaitFinished();
            List<String> values = script.call("get", Map.of("node", 7, "target", TARGET)).texts("values");
            // Their walk takes a table's rough nearest nodes for the nearest, and now and then misses a few.
            assertTrue(values.stream().filter(text -> text.endsWith(" 010203")).count() >= 10, () -> "values " + values);
            long ours = all(node.query(QueryRequest.of(target(), STORE))).stream()
                    .filter(reply -> Arrays.equals(value, reply.value().orElse(null))).count();
            assertEquals(20, ours);
            assertEquals(0, node.stats().commands().get(InternalCommand.DOWN_HINT).tx());
        }
    }

    @Test
    void javaScriptAnswersEveryInternalCommandOfJava() throws Exception {
        try (JavaScriptPeer script = script(3, List.of(), Map.of("ephemeral", false, "firewalled", false))) {
            PeerAddress to = PeerAddress.parse(script.await("ready").texts("bootstrap").getFirst());
            RpcNode node = start(RpcConfig.builder().bootstrap(List.of(to.toString())).ephemeral(EphemeralMode.ALWAYS));
            assertEquals(Optional.of(NodeId.of(to)), node.ping(to).fromId());
            byte[] delay = new WireWriter().uint32(300).toBytes();
            Duration rtt = node.request(RpcRequest.of(InternalCommand.DELAYED_PING).withValue(delay), to).rtt();
            assertTrue(rtt.toMillis() >= 290 && rtt.toMillis() < 2000, () -> "rtt " + rtt);
            PeerAddress dead = new PeerAddress("127.0.0.1", freePort());
            byte[] hint = new WireWriter().ipv4Address(dead).toBytes();
            RpcReply hinted = node.request(RpcRequest.of(InternalCommand.DOWN_HINT).withValue(hint), to);
            assertTrue(hinted.isOk() && hinted.value().isEmpty() && hinted.token().isEmpty());

            RpcReply unknown = node.request(RpcRequest.of(99).withTarget(target()), to);
            assertEquals(RpcConstants.ERROR_UNKNOWN_COMMAND, unknown.error());
            assertEquals(2, unknown.closerNodes().size());
            RpcReply wrong = node.request(RpcRequest.of(STORE).withTarget(target()).withToken(new byte[32]), to);
            assertEquals(RpcConstants.ERROR_INVALID_TOKEN, wrong.error());
            RpcReply right = node.request(RpcRequest.of(STORE).withTarget(target()).withValue(new byte[0])
                    .withToken(wrong.token().orElseThrow()), to);
            assertEquals(0, right.value().orElseThrow().length, "an empty value is not a missing one");
        }
    }

    // ---- Both ------------------------------------------------------------------------------------------------------------

    @Test
    void nodesOfBothKindsFormOneSwarm() throws Exception {
        List<String> bootstrap = swarm(10);
        try (JavaScriptPeer script = script(10, bootstrap, Map.of("ephemeral", false))) {
            script.await("ready");
            RpcNode seeker = start(RpcConfig.builder().bootstrap(bootstrap).ephemeral(EphemeralMode.ALWAYS));
            RpcQuery<RpcReply> find = seeker.query(QueryRequest.findNode(target()));
            find.awaitFinished();
            List<String> closest = find.closestNodes().stream().map(peer -> peer.address().toString()).toList();
            assertEquals(20, closest.size(), "ten of ours and ten of theirs");
            List<String> theirs = script.call("find", Map.of("node", 4, "target", TARGET)).texts("closest");
            assertEquals(19, theirs.size(), "all but itself");
            assertTrue(closest.containsAll(theirs), () -> theirs + " are not all of " + closest);
        }
    }
}

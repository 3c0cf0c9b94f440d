package omega.flock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.FlockNet.Member;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flocks meet over real sockets: the tests of hyperswarm's test/all/swarm.js, dups.js and update.js. */
@Timeout(60)
class FlockTest {

    private static final Topic TOPIC = Topic.filled("hello world");
    private static final Topic OTHER = Topic.hash("another topic");

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
        assertTrue(client.flock.flush());
        return client;
    }

    /** The usage example of the documentation, word for word. */
    @Test
    void theUsageExampleRuns() throws InterruptedException {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        Flock flock1 = net.open();
        Flock flock2 = net.open();

        var topic = Topic.filled("hello world");
        flock1.onConnection((conn, peer) -> {
            conn.getOutputStream().write("this is a server connection".getBytes(UTF_8));
            conn.close();
        });
        flock2.onConnection((conn, peer) ->
                messages.add("client got message: " + new String(conn.getInputStream().readAllBytes(), UTF_8)));
        var discovery = flock1.join(topic, JoinOptions.SERVER);
        discovery.flushed();
        flock2.join(topic, JoinOptions.CLIENT);
        flock2.flush();

        assertEquals("client got message: this is a server connection", messages.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void theClientIsTheInitiatorAndKnowsTheTopic() throws InterruptedException {
        Member server = server();
        Member client = client();
        ConnectionEvent atClient = client.event(0);
        ConnectionEvent atServer = server.event(0);

        assertTrue(atClient.connection().isInitiator());
        assertFalse(atServer.connection().isInitiator());
        assertEquals(List.of(TOPIC), atClient.peer().topics());
        assertEquals(List.of(), atServer.peer().topics());
        assertEquals(server.flock.keyPair().publicKey(), atClient.connection().remotePublicKey());
        assertEquals(client.flock.keyPair().publicKey(), atServer.connection().remotePublicKey());
        assertArrayEquals(atClient.connection().handshakeHash(), atServer.connection().handshakeHash());
        assertEquals(Set.of(atClient.connection()), client.flock.connections());
        assertEquals(atClient.peer(), client.flock.peers().get(server.flock.keyPair().publicKey()));
        assertEquals(0, client.flock.connecting());
        assertEquals("[attempted=1, opened=1, closed=0]", client.flock.stats().client().toString());
        assertEquals("[opened=1, closed=0]", server.flock.stats().server().toString());
    }

    @Test
    void dataFlowsBothWaysAndEachSideEndsItsHalf() throws Exception {
        Member server = server();
        Member client = client();
        Connection near = client.event(0).connection();
        Connection far = server.event(0).connection();
        byte[] sent = new byte[300_000];
        new Random(7).nextBytes(sent);
        var echo = Thread.ofVirtual().start(() -> {
            try {
                far.getInputStream().transferTo(far.getOutputStream());
                far.shutdownOutput();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        var writer = Thread.ofVirtual().start(() -> {
            try {
                near.getOutputStream().write(sent);
                near.shutdownOutput();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertArrayEquals(sent, near.getInputStream().readAllBytes());
        writer.join();
        echo.join();
    }

    @Test
    void aConnectionThatWasClosedIsNoLongerAmongTheOpenOnes() throws InterruptedException {
        server();
        Member client = client();
        Connection near = client.event(0).connection();
        assertEquals(Set.of(near), client.flock.connections());
        near.close();
        assertFalse(client.flock.connections().contains(near), "its last bytes may be under way for seconds");
    }

    @Test
    void aHandlerThatThrowsResetsItsConnectionOnBothSides() throws Exception {
        Flock server = net.open();
        BlockingQueue<Connection> handled = new LinkedBlockingQueue<>();
        server.onConnection((connection, peer) -> {
            handled.add(connection);
            throw new IllegalStateException("no such room");
        });
        assertTrue(server.join(TOPIC, JoinOptions.SERVER).flushed());
        Member client = client();
        try (Connection near = client.event(0).connection()) {
            assertThrows(SocketException.class, near::readMessage);
        } finally {
            assertEquals(CloseReason.Kind.RESET_BY_PEER, client.event(0).connection().closeReason().orElseThrow().kind());
        }
        Connection far = handled.poll(20, TimeUnit.SECONDS);
        FlockNet.until("it is over", () -> !far.isOpen());
        assertEquals(CloseReason.closedLocally("its handler failed: java.lang.IllegalStateException: no such room"),
                far.closeReason().orElseThrow());
    }

    @Test
    void messagesKeepTheirBorders() throws Exception {
        Member server = server();
        Member client = client();
        Connection near = client.event(0).connection();
        Connection far = server.event(0).connection();
        near.writeMessage(new byte[] {1, 2});
        near.writeMessage(new byte[] {3});
        near.shutdownOutput();
        assertArrayEquals(new byte[] {1, 2}, far.readMessage());
        assertArrayEquals(new byte[] {3}, far.readMessage());
        assertNull(far.readMessage());
    }

    @Test
    void twoThatAreBothServerAndClientEndWithOneConnection() throws InterruptedException {
        Member one = net.member();
        Member two = net.member();
        one.flock.join(TOPIC);
        two.flock.join(TOPIC);
        FlockNet.until("they meet", () -> one.flock.connections().size() == 1 && two.flock.connections().size() == 1);
        assertTrue(one.flock.flush());
        assertTrue(two.flock.flush());
        FlockNet.until("they agree on one connection", () -> handshakes(one).equals(handshakes(two)) && handshakes(one).size() == 1);
    }

    @Test
    void oneConnectionServesSeveralTopics() throws InterruptedException {
        Member server = server();
        assertTrue(server.flock.join(OTHER, JoinOptions.SERVER).flushed());
        Member client = client();
        client.flock.join(OTHER, JoinOptions.CLIENT);
        assertTrue(client.flock.flush());
        assertEquals(1, client.flock.connections().size());
        assertEquals(Set.of(TOPIC, OTHER), Set.copyOf(client.event(0).peer().topics()));
    }

    @Test
    void tenFlocksBecomeAFullMeshWithExactlyOneConnectionForEachPair() throws InterruptedException {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Member member = net.member();
            member.flock.join(TOPIC);
            members.add(member);
        }
        for (Member member : members) {
            assertTrue(member.flock.flush(Duration.ofSeconds(40)));
        }
        FlockNet.until("everybody has nine connections", () -> members.stream().allMatch(m -> m.flock.connections().size() == 9));
        Set<String> all = new HashSet<>();
        members.forEach(member -> all.addAll(handshakes(member)));
        FlockNet.until("both ends of each pair have the same one", () -> {
            Set<String> distinct = new HashSet<>();
            members.forEach(member -> distinct.addAll(handshakes(member)));
            return distinct.size() == 45;
        });
    }

    @Test
    void bothSidesReconnectWhenTheServerKillsTheConnection() throws InterruptedException {
        Member server = server();
        Member client = client();
        server.event(0).connection().abort();
        client.event(1);
        server.event(1);
    }

    @Test
    void aClientThatEndsEveryConnectionSeesFourAtMost() throws InterruptedException {
        Member server = server();
        Flock client = net.open();
        List<PeerInfo> seen = new CopyOnWriteArrayList<>();
        List<Boolean> prioritized = new CopyOnWriteArrayList<>();
        client.onConnection((connection, peer) -> {
            prioritized.add(peer.isPrioritized());
            seen.add(peer);
            connection.abort();
        });
        client.join(TOPIC, JoinOptions.CLIENT);
        FlockNet.until("the client gives up", () -> seen.size() >= 2 && client.peers().isEmpty());
        assertTrue(seen.size() <= 4, "connections: " + seen.size());
        assertTrue(prioritized.getFirst(), "it was new");
        assertFalse(seen.getLast().isPrioritized(), "it was lost three times");
        FlockNet.until("the server forgets it too", () -> server.flock.peers().isEmpty());
    }

    @Test
    void aPeerThatTheHandlerBansIsNotReconnected() throws InterruptedException {
        server();
        Flock client = net.open();
        BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
        client.onConnection((connection, peer) -> {
            peer.ban();
            connections.add(connection);
            connection.abort();
        });
        client.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(client.flush());
        connections.take();
        FlockNet.until("the connection is gone", () -> client.connections().isEmpty());
        assertEquals(Optional.empty(), Optional.ofNullable(connections.poll(1, TimeUnit.SECONDS)));
        PeerInfo peer = client.peers().values().iterator().next();
        assertTrue(peer.isBanned());
        peer.unban();
        assertFalse(peer.isBanned());
    }

    @Test
    void whoComesAfterTheServerLeftFindsNobody() throws InterruptedException {
        Member server = server();
        Member early = client();
        early.event(0);
        server.flock.leave(TOPIC);
        Member late = net.member();
        late.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(late.flock.flush());
        assertEquals(Set.of(), late.flock.connections());
        assertEquals(1, early.flock.connections().size());
    }

    @Test
    void aRefreshFindsAServerThatCameLater() throws InterruptedException {
        Member client = net.member();
        PeerDiscovery discovery = client.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(client.flock.flush());
        server();
        assertTrue(discovery.refresh());
        assertTrue(client.flock.flush());
        assertEquals(1, client.flock.connections().size());
    }

    @Test
    void rejoiningWithOtherOptionsAnnounces() throws InterruptedException {
        Member first = net.member();
        first.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(first.flock.flush());
        first.flock.join(TOPIC, JoinOptions.DEFAULT);
        assertTrue(first.flock.flush());
        Member second = client();
        assertEquals(first.flock.keyPair().publicKey(), second.event(0).peer().publicKey());
    }

    @Test
    void destroyingTheClientSessionLeavesTheServerSessionAtWork() throws InterruptedException {
        Member first = net.member();
        PeerDiscovery asClient = first.flock.join(TOPIC, JoinOptions.CLIENT);
        PeerDiscovery asServer = first.flock.join(TOPIC, JoinOptions.SERVER);
        assertTrue(asServer.flushed());
        asClient.destroy();
        Member second = client();
        assertEquals(first.flock.keyPair().publicKey(), second.event(0).peer().publicKey());
        asServer.close();
        assertEquals(List.of(), first.flock.topics());
    }

    @Test
    void topicsStandInTheOrderInWhichTheyWereJoined() {
        Flock flock = net.open();
        flock.join(TOPIC);
        flock.join(OTHER, JoinOptions.CLIENT);
        assertEquals(List.of(TOPIC, OTHER), flock.topics().stream().map(PeerDiscovery::topic).toList());
        assertEquals(Optional.of(flock.topics().getFirst()), flock.status(TOPIC));
        assertFalse(flock.topics().getLast().isServer());
    }

    @Test
    void acceptIsTheBlockingAlternative() throws Exception {
        Flock server = net.open();
        assertTrue(server.join(TOPIC, JoinOptions.SERVER).flushed());
        Flock client = net.open();
        client.join(TOPIC, JoinOptions.CLIENT);
        assertEquals(server.keyPair().publicKey(), client.accept().peer().publicKey());
        assertEquals(client.keyPair().publicKey(), server.accept(Duration.ofSeconds(20)).orElseThrow().peer().publicKey());
        assertEquals(Optional.empty(), server.accept(Duration.ofMillis(1)));
    }

    @Test
    void aRestartedPeerOfTheSameKeyTakesTheOldOnesPlace() throws Exception {
        Member server = server();
        KeyPair identity = KeyPair.generate();
        Member before = net.member(builder -> builder.keyPair(identity));
        before.flock.join(TOPIC, JoinOptions.CLIENT);
        Connection old = before.event(0).connection();
        old.writeMessage(new byte[] {1});
        server.event(0).connection().writeMessage(new byte[] {2});
        assertArrayEquals(new byte[] {2}, old.readMessage());
        assertArrayEquals(new byte[] {1}, server.event(0).connection().readMessage());
        before.flock.closeNow();

        Member after = net.member(builder -> builder.keyPair(identity));
        after.flock.join(TOPIC, JoinOptions.CLIENT);
        after.event(0).connection().writeMessage(new byte[] {3});
        assertArrayEquals(new byte[] {3}, server.event(1).connection().readMessage());
        assertEquals(1, server.flock.connections().size());
    }

    private static Set<String> handshakes(Member member) {
        Set<String> hashes = new HashSet<>();
        member.flock.connections().forEach(each -> hashes.add(java.util.HexFormat.of().formatHex(each.handshakeHash())));
        return hashes;
    }
}

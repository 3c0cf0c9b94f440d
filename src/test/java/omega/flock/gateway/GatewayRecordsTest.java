package omega.flock.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.MutablePutRequest;
import omega.flock.dht.message.Signables;
import omega.flock.net.DatagramUdpPort;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What the network keeps: peers under topics, servers under their keys, values under their hashes and owners. */
@Timeout(60)
class GatewayRecordsTest {

    private static final List<PeerAddress> RELAYS = List.of(new PeerAddress("127.0.0.1", 4001), new PeerAddress("127.0.0.1", 4002));

    private static Testnet testnet;
    private static Gateway writer;
    private static Gateway reader;

    @BeforeAll
    static void start() throws Exception {
        testnet = Testnet.start(4);
        writer = testnet.createNode();
        reader = testnet.createNode();
        assertTrue(writer.awaitReady(Pair.PATIENCE) && reader.awaitReady(Pair.PATIENCE));
    }

    @AfterAll
    static void stop() {
        testnet.close();
    }

    // ---- Topics ----------------------------------------------------------------------------------------------------------

    @Test
    void whoAnnouncesIsFoundWithItsRelaysUntilItUnannounces() throws Exception {
        Topic topic = Topic.hash("announced");
        KeyPair key = KeyPair.generate();
        assertEquals(Set.of(), peers(reader, topic));
        try (Query<LookupReply> query = writer.announce(topic, key, RELAYS)) {
            query.await();
            assertEquals(4, query.closestNodes().size());
        }
        assertEquals(Set.of(new FoundPeer(key.publicKey(), RELAYS)), peers(reader, topic));
        writer.unannounce(topic, key);
        assertEquals(Set.of(), peers(reader, topic));
    }

    @Test
    void aBumpIsSeenByWhoeverLooksTheTopicUp() throws Exception {
        Topic topic = Topic.hash("bumped");
        long now = Ticker.SYSTEM.wallMillis();
        try (Query<LookupReply> query = writer.announce(topic, KeyPair.generate(), List.of(), AnnounceOptions.DEFAULT.withBump(now))) {
            query.await();
        }
        Set<Long> bumps = new HashSet<>();
        try (Query<LookupReply> query = reader.lookup(topic)) {
            query.forEach(reply -> bumps.add(reply.bump()));
        }
        assertEquals(Set.of(now), bumps);
    }

    @Test
    void aLookupNamesTheNodesThatAnsweredAndSeedsTheNextOne() throws Exception {
        Topic topic = Topic.hash("seeds");
        announce(topic, KeyPair.generate());
        List<PeerAddress> closest;
        try (Query<LookupReply> query = reader.lookup(topic)) {
            Set<PeerAddress> from = new HashSet<>();
            query.forEach(reply -> from.add(reply.from()));
            closest = query.closestNodes();
            assertEquals(from, new HashSet<>(closest));
            assertEquals(4, closest.size());
        }
        try (Query<LookupReply> query = reader.lookup(topic, closest)) {
            assertTrue(query.await(Pair.PATIENCE));
            assertEquals(closest, query.closestNodes());
        }
    }

    @Test
    void manyPeersOfOneTopicAreAllFound() throws Exception {
        Topic topic = Topic.hash("crowd");
        Set<PublicKey> crowd = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            KeyPair key = KeyPair.generate();
            crowd.add(key.publicKey());
            announce(topic, key);
        }
        Set<PublicKey> found = new HashSet<>();
        peers(reader, topic).forEach(peer -> found.add(peer.publicKey()));
        assertEquals(crowd, found);
    }

    @Test
    void lookupAndUnannounceDoesBoth() throws Exception {
        Topic topic = Topic.hash("going");
        KeyPair stays = KeyPair.generate();
        KeyPair goes = KeyPair.generate();
        announce(topic, stays);
        announce(topic, goes);
        try (Query<LookupReply> query = writer.lookupAndUnannounce(topic, goes, List.of())) {
            Set<PublicKey> met = new HashSet<>();
            query.forEach(reply -> reply.peers().forEach(peer -> met.add(peer.publicKey())));
            assertEquals(Set.of(stays.publicKey(), goes.publicKey()), met);
        }
        assertEquals(Set.of(new FoundPeer(stays.publicKey(), RELAYS)), peers(reader, topic));
    }

    @Test
    void nobodyUnannouncesSomebodyElse() throws Exception {
        Topic topic = Topic.hash("mine");
        KeyPair key = KeyPair.generate();
        announce(topic, key);
        writer.unannounce(topic, KeyPair.generate());
        assertEquals(Set.of(new FoundPeer(key.publicKey(), RELAYS)), peers(reader, topic));
    }

    @Test
    void aQueryThatIsClosedEndsAndAnInterruptedReaderIsLetGo() throws Exception {
        try (DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            PeerAddress seed = PeerAddress.of((InetSocketAddress) silent.getLocalAddress());
            Query<LookupReply> query = reader.lookup(Topic.hash("closed"), List.of(seed));
            assertFalse(query.await(Duration.ofMillis(1)), "its seed does not answer");
            query.close();
            query.close();
            FlockException closed = assertThrows(FlockException.class, query::await);
            assertEquals("REQUEST_DESTROYED", closed.code());
        }
        announce(Topic.hash("interrupted"), KeyPair.generate());
        try (Query<LookupReply> slow = reader.lookup(Topic.hash("interrupted"))) {
            Iterator<LookupReply> replies = slow.iterator();
            Thread.currentThread().interrupt();
            UncheckedIOException interrupted = assertThrows(UncheckedIOException.class, replies::hasNext);
            assertInstanceOf(InterruptedIOException.class, interrupted.getCause());
            assertTrue(Thread.interrupted(), "the flag stays set");
            int answers = 0;
            while (replies.hasNext()) {
                replies.next();
                answers++;
            }
            assertEquals(4, answers, "the walk went on");
            assertThrows(NoSuchElementException.class, replies::next);
        }
        Eventually.holds("no query is left", () -> reader.stats().gauges().get("rpc.queries") == 0);
    }

    // ---- Servers ---------------------------------------------------------------------------------------------------------

    @Test
    void aServerIsFoundByItsKeyAtEveryNodeThatRelaysToIt() throws Exception {
        try (GatewayServer server = writer.listen(KeyPair.generate());
                Query<PeerReply> query = reader.findPeer(server.publicKey())) {
            Set<PeerAddress> relays = new HashSet<>();
            query.forEach(reply -> {
                assertEquals(server.publicKey(), reply.peer().publicKey());
                relays.add(reply.from());
            });
            assertEquals(3, relays.size());
            // A server that is open names itself too.
            Set<PeerAddress> others = new HashSet<>(server.relayAddresses());
            others.remove(writer.localAddress());
            assertTrue(relays.containsAll(others), others::toString);
        }
        try (Query<PeerReply> nobody = reader.findPeer(KeyPair.generate().publicKey())) {
            assertFalse(nobody.iterator().hasNext());
        }
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    @Test
    void aValueIsFoundUnderItsHash() throws Exception {
        byte[] value = "immutable".getBytes(UTF_8);
        byte[] hash = writer.immutablePut(value);
        assertArrayEquals(Blake2b.hash256(value), hash);
        assertArrayEquals(value, reader.immutableGet(hash).orElseThrow());
        hash[0] ^= 1;
        assertTrue(reader.immutableGet(hash).isEmpty());
        IllegalArgumentException noHash = assertThrows(IllegalArgumentException.class, () -> reader.immutableGet(new byte[31]));
        assertEquals("the hash of a value has 32 bytes, not 31", noHash.getMessage());
        IllegalArgumentException tooLong =
                assertThrows(IllegalArgumentException.class, () -> writer.immutablePut(new byte[4000]));
        assertTrue(tooLong.getMessage().contains("4000 bytes"), tooLong.getMessage());
    }

    @Test
    void valuesOfAnyAllowedLengthComeBack() throws Exception {
        for (int length : new int[] {0, 1, 252, 253, 1000, 1970}) {
            byte[] value = new byte[length];
            assertArrayEquals(value, reader.immutableGet(writer.immutablePut(value)).orElseThrow(), "length " + length);
        }
        KeyPair owner = KeyPair.generate();
        writer.mutablePut(owner, new byte[1862], 1);
        assertArrayEquals(new byte[1862], reader.mutableGet(owner.publicKey()).orElseThrow().value());
        assertThrows(IllegalArgumentException.class, () -> writer.mutablePut(owner, new byte[1863], 2));
    }

    @Test
    void theOwnerOfAKeyReplacesItsValueByHigherNumbersOnly() throws Exception {
        KeyPair owner = KeyPair.generate();
        assertEquals(Optional.empty(), reader.mutableGet(owner.publicKey()));
        MutableRecord first = writer.mutablePut(owner, new byte[] {1}, 3);
        assertEquals(owner.publicKey(), first.publicKey());
        assertEquals(3, first.seq());
        assertArrayEquals(new byte[] {1}, first.value());
        assertEquals(64, first.signature().length);
        assertEquals(first, reader.mutableGet(owner.publicKey()).orElseThrow());
        assertEquals(first, reader.mutableGet(owner.publicKey(), 3).orElseThrow());
        assertEquals(Optional.empty(), reader.mutableGet(owner.publicKey(), 4));

        assertEquals("SEQ_REUSED",
                assertThrows(FlockException.class, () -> writer.mutablePut(owner, new byte[] {2}, 3)).code());
        assertEquals("SEQ_TOO_LOW",
                assertThrows(FlockException.class, () -> writer.mutablePut(owner, new byte[] {2}, 2)).code());
        assertEquals(first, reader.mutableGet(owner.publicKey()).orElseThrow());
        writer.mutablePut(owner, new byte[] {1}, 3);

        MutableRecord second = writer.mutablePut(owner, new byte[] {2}, 4);
        assertEquals(second, reader.mutableGet(owner.publicKey()).orElseThrow());
        assertNotEquals(first, second);
        assertThrows(IllegalArgumentException.class, () -> writer.mutablePut(owner, new byte[0], -1));
        assertThrows(IllegalArgumentException.class, () -> writer.mutablePut(owner, new byte[0], 1L << 53));
        assertThrows(IllegalArgumentException.class, () -> reader.mutableGet(owner.publicKey(), -1));
    }

    /** A node that was away when the value was replaced still has the old one, and may be the first to answer. */
    @Test
    void theNewestValueIsFetchedThoughOnlyOneNodeHasIt() throws Exception {
        PeerAddress node = PeerAddress.parse(testnet.bootstrap().getFirst());
        try (TappedGateway direct = TappedGateway.open(testnet.bootstrap(), DatagramUdpPort::bind, rpc -> rpc)) {
            RpcNode rpc = direct.node().dht().rpc();
            assertTrue(direct.gateway().awaitReady(Pair.PATIENCE));
            for (int i = 0; i < 8; i++) {
                KeyPair owner = KeyPair.generate();
                writer.mutablePut(owner, new byte[] {1}, 1);
                byte[] signature = owner.sign(Signables.mutable(2, new byte[] {2}));
                NodeId target = NodeId.of(owner.publicKey().hash());
                byte[] token = rpc.request(RpcRequest.of(DhtCommand.MUTABLE_GET.code()).withTarget(target)
                        .withValue(new byte[1]), node).token().orElseThrow();
                assertTrue(rpc.request(RpcRequest.of(DhtCommand.MUTABLE_PUT.code()).withTarget(target).withToken(token)
                        .withValue(new MutablePutRequest(owner.publicKey(), 2, new byte[] {2}, signature).toBytes()), node).isOk());
                assertEquals(2, reader.mutableGet(owner.publicKey()).orElseThrow().seq());
            }
        }
    }

    @Test
    void recordsAreValues() throws Exception {
        MutableRecord record = writer.mutablePut(KeyPair.generate(), new byte[] {1, 2}, 0);
        record.value()[0] = 9;
        record.signature()[0] ^= 1;
        assertArrayEquals(new byte[] {1, 2}, record.value());
        assertEquals(record, new MutableRecord(record.publicKey(), 0, new byte[] {1, 2}, record.signature()));
        assertEquals(record.hashCode(), new MutableRecord(record.publicKey(), 0, new byte[] {1, 2}, record.signature()).hashCode());
        assertTrue(record.toString().contains("2 bytes"), record::toString);
    }

    // ---- Interrupts ------------------------------------------------------------------------------------------------------

    @Test
    void anInterruptedPutIsStoredAllTheSame() throws Exception {
        byte[] value = "interrupted".getBytes(UTF_8);
        KeyPair owner = KeyPair.generate();
        interrupted(() -> writer.immutablePut(value));
        interrupted(() -> writer.mutablePut(owner, value, 1));
        assertArrayEquals(value, reader.immutableGet(Blake2b.hash256(value)).orElseThrow());
        assertArrayEquals(value, reader.mutableGet(owner.publicKey()).orElseThrow().value());
    }

    @Test
    void anInterruptedUnannounceWithdrawsAllTheSame() throws Exception {
        Topic topic = Topic.hash("withdrawn");
        KeyPair key = KeyPair.generate();
        announce(topic, key);
        interrupted(() -> writer.unannounce(topic, key));
        assertEquals(Set.of(), peers(reader, topic));
    }

    @Test
    void anInterruptedListenLeavesNoServerBehind() throws Exception {
        KeyPair key = KeyPair.generate();
        interrupted(() -> writer.listen(key));
        assertEquals(0, writer.stats().gauges().get("servers"));
        try (GatewayServer again = writer.listen(key)) {
            assertTrue(again.isOpen());
        }
    }

    /** Is interrupted in something, and waits until nothing of it is under way. */
    private static void interrupted(Executable waiting) {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, waiting);
        assertFalse(Thread.interrupted(), "the exception stands for the flag");
        Eventually.holds("no query is left", () -> writer.stats().gauges().get("rpc.queries") == 0);
    }

    // ---- Nodes -----------------------------------------------------------------------------------------------------------

    @Test
    void aNodeAnswersAPing() throws Exception {
        PeerAddress node = PeerAddress.parse(testnet.bootstrap().getFirst());
        Duration rtt = reader.ping(node);
        assertTrue(rtt.isPositive(), rtt::toString);
    }

    private static void announce(Topic topic, KeyPair key) throws Exception {
        try (Query<LookupReply> query = writer.announce(topic, key, RELAYS)) {
            query.await();
        }
    }

    private static Set<FoundPeer> peers(Gateway gateway, Topic topic) {
        try (Query<LookupReply> query = gateway.lookup(topic)) {
            Set<FoundPeer> peers = new HashSet<>();
            StreamSupport.stream(query.spliterator(), false).forEach(reply -> peers.addAll(reply.peers()));
            return peers;
        }
    }
}

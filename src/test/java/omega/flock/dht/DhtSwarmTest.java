package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.PeerRecord;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A DHT of 1 + 24 persistent nodes in memory and two clients; each test uses keys and topics of its own. */
class DhtSwarmTest {

    private static MemoryNetwork network;
    private static DhtSwarm swarm;
    private static DhtNode alice;
    private static DhtNode bob;

    @BeforeAll
    static void start() throws Exception {
        network = new MemoryNetwork(1);
        swarm = DhtSwarm.inMemory(network, 24);
        alice = swarm.addClient();
        bob = swarm.addClient();
    }

    @AfterAll
    static void stop() {
        swarm.close();
        network.close();
    }

    private static NodeId topic(String name) {
        return DhtNode.target(Topic.hash(name));
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

    private static void announce(DhtNode node, NodeId target, KeyPair keyPair, List<PeerAddress> relays, AnnounceOptions options)
            throws IOException, InterruptedException {
        try (RpcQuery<DhtReply<LookupRecords>> query = node.announce(target, keyPair, relays, options)) {
            query.awaitFinished();
        }
    }

    private static void announce(DhtNode node, NodeId target, KeyPair keyPair) throws IOException, InterruptedException {
        announce(node, target, keyPair, List.of(), AnnounceOptions.DEFAULT);
    }

    private static RpcReply closest(DhtNode node, NodeId target) throws IOException, InterruptedException {
        try (RpcQuery<DhtReply<LookupRecords>> query = node.lookup(target, List.of())) {
            query.awaitFinished();
            return query.closestReplies().get(0);
        }
    }

    // ---- Peers -----------------------------------------------------------------------------------------------------------

    @Test
    void announcedPeersAreFoundByLookupAndGoneAfterUnannounce() throws Exception {
        NodeId topic = topic("a group of two");
        KeyPair one = KeyPair.generate();
        KeyPair two = KeyPair.generate();
        PeerAddress relay = new PeerAddress("1.2.3.4", 1000);
        announce(alice, topic, one, List.of(relay), AnnounceOptions.DEFAULT);
        announce(bob, topic, two);
        PeerRecord first = new PeerRecord(one.publicKey(), List.of(relay));
        PeerRecord second = PeerRecord.of(two.publicKey());
        assertEquals(Set.of(first, second), lookup(bob, topic));
        alice.unannounce(topic, one, List.of());
        assertEquals(Set.of(second), lookup(bob, topic));
        bob.unannounce(topic, two, List.of());
        assertEquals(Set.of(), lookup(alice, topic));
    }

    @Test
    void anAnnounceReachesTheTwentyClosestNodesAndTheQueryRemembersThem() throws Exception {
        NodeId topic = topic("twenty");
        KeyPair key = KeyPair.generate();
        List<PeerAddress> closest;
        try (RpcQuery<DhtReply<LookupRecords>> query = alice.announce(topic, key, List.of(), AnnounceOptions.DEFAULT)) {
            query.awaitFinished();
            closest = query.closestReplies().stream().map(RpcReply::from).toList();
        }
        assertEquals(20, closest.size());
        Set<PeerAddress> answering = new HashSet<>();
        try (RpcQuery<DhtReply<LookupRecords>> query = bob.lookup(topic, closest)) {
            DhtSwarm.all(query).forEach(reply -> answering.add(reply.from()));
        }
        assertEquals(new HashSet<>(closest), answering);
    }

    @Test
    void topicsAndServersAreToldApart() throws Exception {
        KeyPair key = KeyPair.generate();
        NodeId self = DhtNode.target(key.publicKey());
        NodeId topic = topic("members only");
        announce(alice, topic, key);
        assertEquals(List.of(), findPeer(bob, topic));
        assertEquals(List.of(), findPeer(bob, self));
        announce(alice, self, key);
        List<DhtReply<PeerRecord>> found = findPeer(bob, self);
        assertEquals(20, found.size());
        found.forEach(reply -> assertEquals(PeerRecord.of(key.publicKey()), reply.value()));
        assertEquals(Set.of(PeerRecord.of(key.publicKey())), lookup(bob, self));
        alice.unannounce(self, key, List.of());
        assertEquals(List.of(), findPeer(bob, self));
        assertEquals(1, lookup(bob, topic).size());
    }

    @Test
    void aBumpTravelsWithTheTopic() throws Exception {
        NodeId topic = topic("news");
        long now = Ticker.SYSTEM.wallMillis();
        announce(alice, topic, KeyPair.generate(), List.of(), AnnounceOptions.DEFAULT.withBump(now));
        announce(alice, topic, KeyPair.generate(), List.of(), AnnounceOptions.DEFAULT.withBump(now + 600_000));
        try (RpcQuery<DhtReply<LookupRecords>> query = bob.lookup(topic, List.of())) {
            Set<Long> bumps = new HashSet<>();
            DhtSwarm.all(query).forEach(reply -> bumps.add(reply.value().bump()));
            assertEquals(Set.of(now), bumps, "the other one lies too far in the future");
        }
    }

    @Test
    void clearingAnAnnounceLeavesTheRecordWhereItBelongs() throws Exception {
        NodeId topic = topic("cleared");
        KeyPair key = KeyPair.generate();
        announce(alice, topic, key);
        announce(alice, topic, key, List.of(), AnnounceOptions.DEFAULT.withClear(true));
        assertEquals(Set.of(PeerRecord.of(key.publicKey())), lookup(bob, topic));
    }

    @Test
    void oneNodeAtATimeCanBeAnnouncedToAndUnannouncedFrom() throws Exception {
        KeyPair key = KeyPair.generate();
        NodeId self = DhtNode.target(key.publicKey());
        RpcReply closest = closest(alice, self);
        assertTrue(alice.announceTo(closest, self, key, List.of(), 0).isOk());
        assertEquals(List.of(closest.from()), findPeer(bob, self).stream().map(DhtReply::from).toList());
        assertFalse(alice.unannounceFrom(DhtSwarm.addressOf(swarm.node(1)), topic("nothing here"), key));
        assertTrue(alice.unannounceFrom(closest.from(), self, key));
        assertEquals(List.of(), findPeer(bob, self));
    }

    @Test
    void aWrongTokenIsAnErrorThatTheCallerSees() throws Exception {
        NodeId topic = topic("token");
        RpcReply honest = closest(alice, topic);
        RpcReply forged = new RpcReply(honest.from(), honest.fromId(), honest.to(), Optional.of(new byte[32]),
                honest.closerNodes(), 0, Optional.empty(), honest.rtt(), honest.port());
        FlockException error = assertThrows(FlockException.class,
                () -> alice.announceTo(forged, topic, KeyPair.generate(), List.of(), 0));
        assertEquals("INVALID_TOKEN", error.code());
        RpcReply without = new RpcReply(honest.from(), honest.fromId(), honest.to(), Optional.empty(), honest.closerNodes(), 0,
                Optional.empty(), honest.rtt(), honest.port());
        assertThrows(FlockException.class, () -> alice.announceTo(without, topic, KeyPair.generate(), List.of(), 0));
    }

    @Test
    void aStorageNodeShowsItsOwnRecordsToItself() throws Exception {
        NodeId topic = topic("own records");
        KeyPair key = KeyPair.generate();
        announce(alice, topic, key);
        for (DhtNode node : swarm.nodes()) {
            if (!node.rpc().ephemeral()) {
                assertEquals(Set.of(PeerRecord.of(key.publicKey())), lookup(node, topic));
            }
        }
    }

    @Test
    void aNodeThatIsNotPersistentSendsAskersOn() throws Exception {
        PeerAddress client = PeerAddress.of(bob.rpc().serverPort().localAddress());
        for (DhtCommand command : List.of(DhtCommand.FIND_PEER, DhtCommand.LOOKUP, DhtCommand.IMMUTABLE_GET)) {
            RpcReply reply = alice.rpc().request(RpcRequest.of(command.code()).withTarget(topic("somewhere")), client);
            assertEquals(1, reply.error());
            assertTrue(reply.token().isEmpty());
            assertEquals(20, reply.closerNodes().size());
        }
    }

    @Test
    void anUnknownCommandIsRefusedWithTheWayOn() throws Exception {
        RpcReply reply = alice.rpc().request(RpcRequest.of(10).withTarget(topic("plugin")), DhtSwarm.addressOf(swarm.node(3)));
        assertEquals(1, reply.error());
        assertEquals(20, reply.closerNodes().size());
    }

    @Test
    void repliesCarryWhatTheProtocolSays() throws Exception {
        NodeId topic = topic("bare");
        KeyPair key = KeyPair.generate();
        RpcReply found = closest(alice, topic);
        assertTrue(found.token().isPresent());
        RpcReply announced = alice.announceTo(found, topic, key, List.of(), 0);
        assertTrue(announced.token().isEmpty());
        assertEquals(List.of(), announced.closerNodes());
        assertTrue(announced.value().isEmpty());
        assertEquals(found.fromId(), announced.fromId());
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void immutableValuesAreFoundByTheirHash() throws Exception {
        StoredValue stored = alice.immutablePut(utf8("hello"));
        assertEquals(20, stored.storedBy().size());
        assertArrayEquals(utf8("hello"), bob.immutableGet(stored.hash()).orElseThrow());
        assertEquals(Optional.empty(), bob.immutableGet(topic("no such value")));
        assertArrayEquals(new byte[0], bob.immutableGet(alice.immutablePut(new byte[0]).hash()).orElseThrow());
        byte[] largest = new byte[1970];
        assertArrayEquals(largest, bob.immutableGet(alice.immutablePut(largest).hash()).orElseThrow());
        assertThrows(IllegalArgumentException.class, () -> alice.immutablePut(new byte[1971]));
    }

    @Test
    void mutableValuesAreReplacedByHigherNumbers() throws Exception {
        KeyPair key = KeyPair.generate();
        PublicKey owner = key.publicKey();
        assertEquals(Optional.empty(), bob.mutableGet(owner, 0, true));
        MutableValue first = alice.mutablePut(key, utf8("one"), 1);
        assertEquals(Optional.of(first), bob.mutableGet(owner, 0, true));
        MutableValue second = bob.mutablePut(key, utf8("two"), 2);
        assertEquals(Optional.of(second), alice.mutableGet(owner, 0, true));
        assertEquals(Optional.of(second), alice.mutableGet(owner, 2, false));
        assertEquals(Optional.empty(), alice.mutableGet(owner, 3, true));
    }

    @Test
    void aPutThatComesTooLateFailsInsteadOfBeingSwallowed() throws Exception {
        KeyPair key = KeyPair.generate();
        alice.mutablePut(key, utf8("five"), 5);
        assertEquals("SEQ_TOO_LOW",
                assertThrows(FlockException.class, () -> bob.mutablePut(key, utf8("four"), 4)).code());
        assertEquals("SEQ_REUSED",
                assertThrows(FlockException.class, () -> bob.mutablePut(key, utf8("other"), 5)).code());
        bob.mutablePut(key, utf8("five"), 5);
        assertEquals(5, alice.mutableGet(key.publicKey(), 0, true).orElseThrow().seq());
    }

    @Test
    void numbersOutOfRangeAreTheCallersMistake() {
        KeyPair key = KeyPair.generate();
        assertThrows(IllegalArgumentException.class, () -> alice.mutablePut(key, new byte[1], -1));
        assertThrows(IllegalArgumentException.class, () -> alice.mutablePut(key, new byte[1], 1L << 53));
        assertThrows(IllegalArgumentException.class, () -> alice.mutablePut(key, new byte[1900], 1));
        assertThrows(IllegalArgumentException.class, () -> alice.mutableGet(key.publicKey(), -1, true));
    }

    // ---- Storage that is not asked for ------------------------------------------------------------------------------------

    @Test
    void unsignedAndUnprovenWritesLeaveNoTrace() throws Exception {
        NodeId topic = topic("no trace");
        RpcReply found = closest(alice, topic);
        byte[] unsigned = new Announce(Optional.of(PeerRecord.of(KeyPair.generate().publicKey())), Optional.empty(),
                Optional.of(new byte[64]), 0).toBytes();
        RpcRequest request = RpcRequest.of(DhtCommand.ANNOUNCE.code()).withTarget(topic).withValue(unsigned).withRetries(0);
        assertThrows(FlockException.class, () -> alice.rpc().request(request, found.from()));
        assertThrows(FlockException.class,
                () -> alice.rpc().request(request.withToken(found.token().orElseThrow()), found.from()));
        assertEquals(Set.of(), lookup(bob, topic));
    }
}

package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import omega.flock.acceptance.LyingNode.Lie;
import omega.flock.base.CloseReason.Kind;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.DhtCommand;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.GatewayStats;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;
import omega.flock.gateway.TappedGateway;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Nodes that lie, and peers that do not answer, do not read, or die in the middle of a sentence. */
@Timeout(120)
@Isolated("it takes every error that is logged for one of its own")
class HostilePeersTest {

    private static final Topic TOPIC = Topic.hash("among liars");
    /** The last retransmission of a packet is given up 13 s after the first, a keep-alive goes after one. */
    private static final Duration NOTICED = Duration.ofSeconds(25);

    private final List<LyingNode> liars = new ArrayList<>();
    private ErrorLog errorLog;
    private TappedNetwork network;
    private TaskScope threads;

    @BeforeEach
    void startNetwork() throws Exception {
        errorLog = new ErrorLog();
        threads = new TaskScope("test");
        network = new TappedNetwork(3, (at, from, datagram) -> { });
    }

    @AfterEach
    void stopNetwork() {
        threads.close();
        network.close();
        liars.forEach(LyingNode::close);
        errorLog.close();
    }

    // ---- Nodes -----------------------------------------------------------------------------------------------------------

    @Test
    void liarsDoNotKeepRecordsFromBeingStoredAndFound() throws Exception {
        List<PeerAddress> known = liars(Lie.WRONG_ID, Lie.STORES_NOTHING, Lie.CROWD, Lie.NOISE);
        KeyPair key = KeyPair.generate();
        long started = Ticker.SYSTEM.nanoTime();
        try (Gateway writer = among(known); Gateway reader = among(known)) {
            announce(writer, key);
            try (Query<LookupReply> query = reader.lookup(TOPIC)) {
                assertEquals(Set.of(key.publicKey()), found(query));
                assertFalse(query.closestNodes().contains(liars.getFirst().address()), "who claims a wrong id is no node");
                assertTrue(query.closestNodes().size() <= 20);
            }
            writer.unannounce(TOPIC, key);
            try (Query<LookupReply> query = reader.lookup(TOPIC)) {
                assertEquals(Set.of(), found(query));
            }
            GatewayStats stats = reader.stats();
            assertTrue(stats.drops().get("rpc.EXCESS_CLOSER_NODES") >= 580, stats::toString);
            assertTrue(stats.drops().get("rpc.BOGUS_ADDRESS") >= 20, stats::toString);
            assertTrue(reader.nodes().size() <= 3 + known.size(), () -> "nobody of the crowd is a node: " + reader.nodes());
        }
        assertTrue(liars.stream().allMatch(liar -> liar.lies() > 0), "each of them was asked");
        assertTrue(Ticker.SYSTEM.nanoTime() - started < Duration.ofSeconds(10).toNanos(), "it took no longer than among honest nodes");
        assertEquals(List.of(), errorLog.errors());
    }

    @Test
    void nodesThatDoNotAnswerSlowAWalkAndDoNotStopIt() throws Exception {
        KeyPair key = KeyPair.generate();
        try (Gateway writer = among(List.of())) {
            announce(writer, key);
        }
        List<PeerAddress> known = liars(Lie.SILENCE, Lie.UNREACHABLE_NODES, Lie.THOUSAND_NODES);
        try (Gateway reader = among(known); Query<LookupReply> query = reader.lookup(TOPIC)) {
            long started = Ticker.SYSTEM.nanoTime();
            boolean first = query.iterator().hasNext();
            assertTrue(first && Ticker.SYSTEM.nanoTime() - started < Duration.ofSeconds(5).toNanos(), "honest answers come at once");
            assertTrue(query.await(Duration.ofSeconds(40)), "the walk ends");
            Eventually.holds("no request is left", TappedNetwork.PATIENCE, () -> reader.stats().gauges().get("rpc.queries") == 0, reader::stats);
        }
        assertEquals(List.of(), errorLog.errors());
    }

    @Test
    void whoShowsAWrongTokenStoresNothing() throws Exception {
        Gateway storing = network.node(1).gateway();
        byte[] value = {1, 2, 3};
        byte[] token = new byte[32];
        try (TappedGateway liar = network.join()) {
            RpcReply reply = liar.node().dht().rpc().request(RpcRequest.of(DhtCommand.IMMUTABLE_PUT.code())
                    .withTarget(NodeId.of(Blake2b.hash256(value))).withToken(token).withValue(value), storing.localAddress());
            assertEquals(2, reply.error(), "INVALID_TOKEN");
        }
        assertEquals(0, storing.stats().gauges().get("immutables"));
        assertEquals(1, storing.stats().drops().get("rpc.BAD_TOKEN"));
    }

    // ---- Peers -----------------------------------------------------------------------------------------------------------

    @Test
    void aPeerThatStopsReadingHoldsUpNobodyElse() throws Exception {
        TappedGateway host = network.join();
        TappedGateway deaf = network.join();
        TappedGateway other = network.join();
        try (GatewayServer server = host.gateway().listen(KeyPair.generate());
                Connection stalled = deaf.gateway().connect(server.publicKey()); Connection toDeaf = server.accept();
                Connection well = other.gateway().connect(server.publicKey()); Connection toWell = server.accept()) {
            assertTrue(stalled.isOpen());
            Task<Void> writer = threads.fork("writer to the deaf", () -> toDeaf.getOutputStream().write(new byte[30_000_000]));
            well.setReadTimeout(TappedNetwork.PATIENCE);
            for (int i = 0; i < 500; i++) {
                well.writeMessage(new byte[] {(byte) i});
                toWell.writeMessage(toWell.readMessage());
                assertArrayEquals(new byte[] {(byte) i}, well.readMessage());
            }
            assertFalse(writer.isDone());
            toDeaf.abort();
            assertThrows(ExecutionException.class, () -> writer.join(TappedNetwork.PATIENCE));
        }
    }

    @Test
    void aPeerThatDiesIsNoticedByWhoeverWaitsForItAndByNobodyElse() throws Exception {
        TappedGateway mortal = network.join();
        TappedGateway host = network.join();
        TappedGateway survivor = network.join();
        GatewayServer doomed = mortal.gateway().listen(KeyPair.generate());
        List<PeerAddress> relays = doomed.relayAddresses();
        GatewayServer server = host.gateway().listen(KeyPair.generate());
        Connection written = survivor.gateway().connect(doomed.publicKey());
        Connection drain = doomed.accept();
        Connection read = survivor.gateway().connect(doomed.publicKey());
        read.setKeepAlive(Duration.ofSeconds(1));
        Connection well = survivor.gateway().connect(server.publicKey());
        Connection echoing = server.accept();
        threads.fork("drain", () -> drain.getInputStream().transferTo(OutputStream.nullOutputStream()));
        threads.fork("echo", () -> echoing.getInputStream().transferTo(echoing.getOutputStream()));
        CountDownLatch underWay = new CountDownLatch(100);
        Task<Void> writer = threads.fork("writer", () -> {
            byte[] piece = new byte[50_000];
            while (true) {
                written.getOutputStream().write(piece);
                underWay.countDown();
            }
        });
        Task<byte[]> reader = threads.forkCallable("reader", read::readMessage);
        assertTrue(underWay.await(20, TimeUnit.SECONDS));

        network.tap(mortal).cut();
        long died = Ticker.SYSTEM.nanoTime();
        // Nobody has told the network: relays still pass handshakes on, to nobody.
        Task<Connection> dial = threads.forkCallable("dial", () -> survivor.gateway().connect(doomed.publicKey()));
        well.setReadTimeout(TappedNetwork.PATIENCE);
        for (int i = 0; !writer.isDone() || !reader.isDone(); i++) {
            well.getOutputStream().write(i);
            assertEquals(i & 0xFF, well.getInputStream().read());
            assertTrue(Ticker.SYSTEM.nanoTime() - died < NOTICED.toNanos(), "noticed in time");
        }
        for (Task<?> each : List.of(writer, reader)) {
            FlockException failure = assertInstanceOf(FlockException.class, failure(each), each.name());
            assertEquals("ETIMEDOUT", failure.code(), each.name());
        }
        assertEquals(Kind.TIMED_OUT, written.closeReason().orElseThrow().kind());
        assertEquals(Kind.TIMED_OUT, read.closeReason().orElseThrow().kind());
        FlockException undialled = assertInstanceOf(FlockException.class, failure(dial));
        assertEquals("PEER_CONNECTION_FAILED", undialled.code());
        assertFalse(relays.isEmpty());
        assertEquals(List.of(), relays.stream().filter(relay -> !told(undialled).contains("no answer from " + relay)).toList(),
                () -> "each relay that was tried is among the causes of " + told(undialled));
        assertTrue(written.stats().retransmissionTimeouts() > 0, written.stats()::toString);
        assertTrue(well.isOpen());
        well.close();
        Eventually.holds("nothing of the dead is left", TappedNetwork.PATIENCE,
                () -> survivor.gateway().stats().gauges().get("streams") == 0 && survivor.gateway().stats().gauges().get("dials") == 0,
                survivor.gateway()::stats);
        assertEquals(List.of(), errorLog.errors());
    }

    /** An open dial is local knowledge: whoever shakes hands through the network may still be out of reach. */
    @Test
    void whoAnswersTheHandshakeAndNeverSpeaksIsNoConnection() throws Exception {
        TappedGateway mute = network.join();
        TappedGateway caller = network.join();
        try (GatewayServer server = mute.gateway().listen(KeyPair.generate())) {
            network.tap(mute).mute();
            ConnectOptions soon = ConnectOptions.DEFAULT.withTimeout(Duration.ofSeconds(1));
            FlockException failure = assertThrows(FlockException.class, () -> caller.gateway().connect(server.publicKey(), soon));
            assertEquals("DIAL_TIMEOUT", failure.code());
            assertEquals(1, mute.gateway().stats().counters().get("connections.accepted"), "it has heard the caller, and takes it for one");
            assertEquals(0, caller.gateway().stats().counters().get("connections.dialled"));
            Eventually.holds("nothing of the dial is left", TappedNetwork.PATIENCE,
                    () -> caller.gateway().stats().gauges().get("streams") == 0 && caller.gateway().stats().gauges().get("dials") == 0,
                    caller.gateway()::stats);
        }
        assertEquals(List.of(), errorLog.errors());
    }

    private static String told(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static Throwable failure(Task<?> task) {
        return assertThrows(ExecutionException.class, () -> task.join(Duration.ofSeconds(30)), task.name()).getCause();
    }

    private List<PeerAddress> liars(Lie... lies) throws IOException {
        for (Lie lie : lies) {
            liars.add(new LyingNode(lie, Arrays.hashCode(lies)));
        }
        return liars.stream().map(LyingNode::address).toList();
    }

    /** A gateway that knows the liars and has the honest network as its bootstrap. */
    private Gateway among(List<PeerAddress> known) throws IOException {
        return TappedGateway.open(network.bootstrap(), new Tap((at, from, datagram) -> { }),
                rpc -> rpc.ephemeral(EphemeralMode.ALWAYS).nodes(known)).gateway();
    }

    private static void announce(Gateway writer, KeyPair key) throws IOException, InterruptedException {
        try (Query<LookupReply> query = writer.announce(TOPIC, key, List.of())) {
            query.await();
        }
    }

    private static Set<PublicKey> found(Query<LookupReply> query) {
        Set<PublicKey> found = new HashSet<>();
        query.forEach(reply -> reply.peers().forEach(peer -> found.add(peer.publicKey())));
        return found;
    }
}

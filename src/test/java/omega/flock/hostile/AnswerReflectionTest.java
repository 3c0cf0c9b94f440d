package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.UdpPort;
import omega.flock.rpc.DropReason;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.QueryRequest;
import omega.flock.rpc.RequestHandler;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;
import omega.flock.sim.MemoryNetwork;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 12: "a byte budget for requests without token". Requests of 43 bytes with the victim's address as their source, to a node that
 * keeps a record of 1,000 bytes and knows 20 others.
 *
 * <p>Version 0.1 sent the victim 27.9 times the bytes for LOOKUP and GET, and 3.8 times for FIND_NODE, for as long as the flood lasted.
 */
@Timeout(60)
class AnswerReflectionTest {

    private static final InetSocketAddress VICTIM = new InetSocketAddress("198.51.100.7", 40_000);
    private static final PeerAddress NODE = new PeerAddress("203.0.113.1", 49_737);
    private static final String KNOWN = "192.0.";
    private static final int FIND_NODE = 2;
    private static final int LOOKUP = 3;
    private static final int INTERNAL = 0x04;
    private static final int RECORDS = 1000;
    private static final RequestHandler KEEPER = request -> {
        request.reply(Optional.of(new byte[RECORDS]));
        return true;
    };

    private final ManualTicker clock = new ManualTicker();
    private final TaskScope scope = new TaskScope("reflection");
    private final MemoryNetwork network = new MemoryNetwork(12);
    private final Wire wire = new Wire(NODE);
    private RpcNode node;

    /** The line from the node to the victim. */
    private static final class Wire implements UdpPort {

        private final PeerAddress local;
        private final List<ByteBuffer> sent = new ArrayList<>();
        private long bytes;

        private Wire(PeerAddress local) {
            this.local = local;
        }

        @Override
        public InetSocketAddress localAddress() {
            return local.toSocketAddress();
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            if (!to.getAddress().getHostAddress().startsWith(KNOWN)) { // what the node asks its neighbours is none of ours
                bytes += datagram.remaining();
                sent.add(datagram.duplicate());
            }
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            sent.clear();
        }
    }

    @BeforeEach
    void open() throws Exception {
        PeerAddress other = new PeerAddress(NODE.host(), 50_000);
        node = new RpcNode(RpcConfig.bootstrapper(NODE.port(), NODE.host()).host(NODE.host()).build(),
                (local, handler) -> local.getPort() == NODE.port() ? wire : new Wire(other), clock, scope,
                (port, source, datagram) -> false, KEEPER);
        node.start();
        assertTrue(node.awaitBootstrapped(Duration.ofSeconds(10)));
        IntStream.range(1, 21).forEach(i -> introduce(new PeerAddress(KNOWN + i + ".1", 1000 + i)));
        assertEquals(20, node.nodes(100).size());
    }

    @AfterEach
    void close() {
        node.close();
        scope.close();
        network.close();
    }

    /** A persistent node asks whether this one is there, and so gets into its routing table. */
    private void introduce(PeerAddress other) {
        byte[] ping = new WireWriter().uint8(0x03).uint8(0x01 | INTERNAL).uint16(0).ipv4Address(NODE).raw(NodeId.of(other).toBytes())
                .uint(InternalCommand.PING.number()).toBytes();
        node.onDatagram(wire, other.toSocketAddress(), ByteBuffer.wrap(ping));
    }

    /** A request without id and token, as small as it can be: header, command, target. */
    private static byte[] request(int flags, int command, int tid) {
        return new WireWriter().uint8(0x03).uint8(0x08 | flags).uint16(tid).ipv4Address(NODE).uint(command).raw(new byte[32]).toBytes();
    }

    /** A minute of requests from the victim's address. Returns what they cost. */
    private long flood(DatagramHandler target, int flags, int command, int perSecond) {
        long cost = 0;
        for (int i = 0; i < 60 * perSecond; i++) {
            byte[] request = request(flags, command, i & 0xffff);
            target.onDatagram(wire, VICTIM, ByteBuffer.wrap(request));
            cost += request.length;
            if (i % perSecond == perSecond - 1) {
                clock.advance(Duration.ofSeconds(1));
            }
        }
        return cost;
    }

    private void assertReflectsLittle(int flags, int command) {
        long cost = flood(node, flags, command, 900);
        double factor = (double) wire.bytes / cost;
        System.out.printf("reflection of command %d: %d bytes for %d, x %.2f%n", command, wire.bytes, cost, factor);
        assertTrue(factor <= 3, "the victim got " + factor + " times the bytes");
        assertEquals(60 * 900, wire.sent.size(), "each request is answered all the same");
        assertTrue(node.stats().dropped(DropReason.UNPROVEN_SOURCE) > 40_000, "an operator sees it: " + node.stats().drops());
    }

    @Test
    void aMinuteOfLookupsSendsTheVictimAtMostThreeTimesTheirBytes() {
        assertReflectsLittle(0, LOOKUP);
    }

    @Test
    void aMinuteOfFindNodeDoesNotEither() {
        assertReflectsLittle(INTERNAL, FIND_NODE);
    }

    @Test
    void aCrowdOf200ClientsBehindOneAddressIsToldAllThatThereIs() {
        for (int client = 0; client < 200; client++) {
            node.onDatagram(wire, new InetSocketAddress(VICTIM.getAddress(), 1024 + client), ByteBuffer.wrap(request(0, LOOKUP, client)));
        }
        assertEquals(200, wire.sent.stream().filter(answer -> answer.remaining() > RECORDS).count());
        assertEquals(0, node.stats().dropped(DropReason.UNPROVEN_SOURCE));
    }

    @Test
    void aFloodInTheNameOfSomebodyTakesNothingFromAnotherNetwork() {
        flood(node, 0, LOOKUP, 900);
        wire.sent.clear();
        node.onDatagram(wire, new InetSocketAddress("203.0.113.99", 5), ByteBuffer.wrap(request(0, LOOKUP, 1)));
        assertTrue(wire.sent.getFirst().remaining() > RECORDS);
    }

    @Test
    void whoShowsTheTokenGetsItAllInTheMiddleOfTheFlood() {
        flood(node, 0, LOOKUP, 900);
        ByteBuffer little = wire.sent.getLast();
        byte[] token = new byte[32];
        little.get(10 + 32, token);
        wire.sent.clear();
        node.onDatagram(wire, VICTIM, ByteBuffer.wrap(new WireWriter().uint8(0x03).uint8(0x0a).uint16(7).ipv4Address(NODE).raw(token)
                .uint(LOOKUP).raw(new byte[32]).toBytes()));
        assertTrue(wire.sent.getFirst().remaining() > RECORDS);
    }

    /** Its answers name five to ten closer nodes in place of twenty, so it may miss some of the farther ones. */
    @Test
    void aWalkFromTheVeryAddressThatIsForgedStillFindsTheNearestNodes() throws Exception {
        List<RpcNode> swarm = new ArrayList<>();
        try (TaskScope nodes = new TaskScope("swarm")) {
            String bootstrap = "203.0.113.200:49737";
            swarm.add(started(nodes, RpcConfig.bootstrapper(49_737, "203.0.113.200").host("203.0.113.200"), "203.0.113.200"));
            for (int i = 1; i < 40; i++) {
                String host = "192.0." + (3 + i) + ".1";
                swarm.add(started(nodes, RpcConfig.builder().bootstrap(List.of(bootstrap)).host(host).firewalled(false)
                        .ephemeral(EphemeralMode.NEVER), host));
            }
            for (RpcNode each : swarm) {
                for (int i = 0; i < 1000; i++) {
                    each.onDatagram(each.serverPort(), VICTIM, ByteBuffer.wrap(request(0, LOOKUP, i)));
                }
                assertTrue(each.stats().dropped(DropReason.UNPROVEN_SOURCE) > 0, "its allowance is spent");
            }
            String host = VICTIM.getAddress().getHostAddress();
            RpcNode client = started(nodes, RpcConfig.builder().bootstrap(List.of(bootstrap)).host(host), host);
            swarm.add(client);
            NodeId target = NodeId.of(new byte[32]);
            try (RpcQuery<RpcReply> walk = client.query(QueryRequest.of(target, LOOKUP))) {
                walk.awaitFinished();
                List<NodeId> found = walk.closestReplies().stream().map(RpcReply::fromId).flatMap(Optional::stream).toList();
                List<NodeId> nearest = swarm.subList(0, 40).stream().map(each -> each.id().orElseThrow())
                        .sorted((a, b) -> target.compareDistance(a, b)).limit(20).toList();
                long met = found.stream().filter(nearest::contains).count();
                assertTrue(found.contains(nearest.getFirst()), "it did not meet the nearest node");
                assertTrue(met >= 10, "of the 20 nearest nodes the walk met " + met);
            }
        } finally {
            swarm.forEach(RpcNode::close);
        }
    }

    private RpcNode started(TaskScope nodes, RpcConfig.Builder config, String host) throws Exception {
        RpcNode each = new RpcNode(config.build(), network.host(host), network.ticker(), nodes, (port, source, datagram) -> false, KEEPER);
        each.start();
        assertTrue(each.awaitBootstrapped(Duration.ofSeconds(10)));
        return each;
    }
}

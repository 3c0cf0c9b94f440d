package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.DropReason;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.QueryRequest;
import omega.flock.rpc.RequestHandler;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.NodeRecord;
import omega.flock.rpc.routing.RoutingTable;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.MemoryNetwork;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 9: "at most 2 nodes of one address and 4 of one /24 in a bucket, in the closest of a walk and among relays". One host is 2,000
 * nodes, one for each port, all of which speak the protocol correctly and name each other as nearest.
 *
 * <p>Nothing in version 0.1 kept them from being all of the 20 nearest nodes of a walk, and with that all relays of a server; now they
 * are 2.
 */
@Timeout(60)
class OneHostManyNodesTest {

    private static final String ATTACKER = "198.51.100.66";
    private static final int NODES = 2000;

    private final MemoryNetwork network = new MemoryNetwork(9);
    private final TaskScope scope = new TaskScope("one-host");
    private final List<RpcNode> honest = new ArrayList<>();

    @AfterEach
    void close() {
        honest.reversed().forEach(RpcNode::close);
        scope.close();
        network.close();
    }

    private static boolean isHostile(PeerAddress node) {
        return node.host().equals(ATTACKER);
    }

    private static List<RpcPeer> hostileNodes() {
        return IntStream.rangeClosed(1, NODES).mapToObj(port -> RpcPeer.of(new PeerAddress(ATTACKER, port))).toList();
    }

    @Test
    void aTableThatHeardThemFirstStillNamesMostlyOthers() {
        Random random = new Random(9);
        RoutingTable table = new RoutingTable(NodeId.of(new byte[32]));
        hostileNodes().forEach(peer -> table.add(new NodeRecord(peer, 1)));
        for (int i = 0; i < 400; i++) {
            String host = (11 + random.nextInt(80)) + "." + random.nextInt(256) + "." + random.nextInt(256) + "." + (1 + random.nextInt(250));
            table.add(new NodeRecord(RpcPeer.of(new PeerAddress(host, 49_737)), 1));
        }
        for (int i = 0; i < 200; i++) {
            byte[] target = new byte[32]; // the first is nearest to ourselves: two in each of many deep buckets would be most of it
            if (i > 0) {
                random.nextBytes(target);
            }
            List<NodeRecord> bucket = table.bucketFor(NodeId.of(target));
            assertTrue(bucket.stream().filter(node -> isHostile(node.address())).count() <= 2, "two in a bucket: " + bucket);
            List<NodeRecord> named = table.closest(NodeId.of(target), 20);
            assertEquals(20, named.size());
            assertTrue(named.stream().filter(node -> isHostile(node.address())).count() <= 2, "two that we name: " + named);
        }
    }

    @Test
    void aWalkThatBeginsAmongThemEndsAtTheNearestNodesOfTheNetwork() throws Exception {
        String bootstrap = "203.0.113.1:49737";
        start(RpcConfig.bootstrapper(49_737, "203.0.113.1"), "203.0.113.1");
        for (int i = 1; i < 30; i++) {
            start(RpcConfig.builder().bootstrap(List.of(bootstrap)).firewalled(false).ephemeral(EphemeralMode.NEVER), "192.0." + i + ".1");
        }
        List<RpcPeer> hostile = hostileNodes();
        for (RpcPeer each : hostile) {
            network.host(ATTACKER).bind(each.address().toSocketAddress(), (port, source, datagram) -> answer(port, source, datagram, each, hostile));
        }
        RpcNode client = start(RpcConfig.builder().bootstrap(List.of(bootstrap)), "192.0.200.1");
        NodeId target = NodeId.of(new byte[32]);
        try (RpcQuery<RpcReply> walk = client.query(QueryRequest.findNode(target).withNodes(hostile.subList(0, 5).stream().map(RpcPeer::address).toList()))) {
            walk.awaitFinished();
            List<PeerAddress> closest = walk.closestReplies().stream().map(RpcReply::from).toList();
            long ofOneHost = closest.stream().filter(OneHostManyNodesTest::isHostile).count();
            System.out.println("of the " + closest.size() + " nearest of the walk " + ofOneHost + " are of one host");
            assertEquals(20, closest.size());
            assertEquals(2, ofOneHost, "they are nodes like others, but two at most");
            List<NodeId> nearest = honest.subList(0, 30).stream().map(node -> node.id().orElseThrow())
                    .sorted(target::compareDistance).limit(18).toList();
            assertEquals(nearest, walk.closestReplies().stream().filter(reply -> !isHostile(reply.from()))
                    .map(RpcReply::fromId).flatMap(Optional::stream).toList());
        }
        assertTrue(client.stats().dropped(DropReason.CROWDED_NODE) > 0, "an operator sees it: " + client.stats().drops());
    }

    private RpcNode start(RpcConfig.Builder config, String host) throws Exception {
        RpcNode node = new RpcNode(config.host(host).build(), network.host(host), network.ticker(), scope,
                (port, source, datagram) -> false, RequestHandler.NONE);
        honest.add(node);
        node.start();
        assertTrue(node.awaitBootstrapped(Duration.ofSeconds(10)));
        return node;
    }

    /** Answers as a node does, but that it names only nodes of its own. */
    private static boolean answer(UdpPort port, InetSocketAddress source, ByteBuffer datagram, RpcPeer self, List<RpcPeer> others) {
        WireReader in = WireReader.of(datagram);
        int type = in.uint8("type");
        int flags = in.uint8("flags");
        int tid = in.uint16("tid");
        if (type != 0x03 || (flags & 0x08) == 0) {
            return true;
        }
        byte[] target = new byte[32];
        datagram.duplicate().get(datagram.limit() - target.length, target);
        NodeId wanted = NodeId.of(target);
        List<RpcPeer> nearest = others.stream().sorted(Comparator.comparing(RpcPeer::id, wanted::compareDistance)).limit(20).toList();
        WireWriter out = new WireWriter().uint8(0x13).uint8(0x05).uint16(tid).ipv4Address(PeerAddress.of(source)).raw(self.id().toBytes())
                .uint(nearest.size());
        nearest.forEach(each -> out.ipv4Address(each.address()));
        try {
            port.send(ByteBuffer.wrap(out.toBytes()), source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }
}

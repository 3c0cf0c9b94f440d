package omega.flock.rpc.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

    private static NodeId id(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return NodeId.of(bytes);
    }

    /** An id that shares about as many bits with {@code near} as a coin says, so that deep buckets are not empty. */
    private static NodeId near(NodeId near, Random random) {
        byte[] bytes = id(random).toBytes();
        System.arraycopy(near.toBytes(), 0, bytes, 0, random.nextInt(4));
        return NodeId.of(bytes);
    }

    private static NodeRecord node(NodeId id) {
        return new NodeRecord(new RpcPeer(id, new PeerAddress("10.0.0.1", 1)), 1);
    }

    private static RoutingTable filled(NodeId self, int nodes, Random random) {
        RoutingTable table = new RoutingTable(self);
        for (int i = 0; i < nodes; i++) {
            table.add(node(near(self, random)));
        }
        return table;
    }

    @Property(tries = 200)
    void closestIsExact(@ForAll long seed, @ForAll @IntRange(max = 600) int nodes, @ForAll @IntRange(max = 40) int limit) {
        Random random = new Random(seed);
        NodeId self = id(random);
        RoutingTable table = filled(self, nodes, random);
        NodeId target = random.nextInt(10) == 0 ? self : near(self, random);
        List<NodeId> exact = table.newest(Integer.MAX_VALUE).stream().map(NodeRecord::id)
                .sorted(target::compareDistance).limit(limit).toList();
        assertEquals(exact, table.closest(target, limit).stream().map(NodeRecord::id).toList());
    }

    /** The nearest of those that there may be of each address and /24, as a walk through all of them in order would take them. */
    @Property(tries = 200)
    void closestIsExactWhereManyNodesAreOfFewPlaces(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int limit) {
        Random random = new Random(seed);
        NodeId self = id(random);
        RoutingTable table = new RoutingTable(self);
        for (int i = 0; i < 400; i++) {
            String host = "8.8." + random.nextInt(12) + "." + random.nextInt(5);
            table.add(new NodeRecord(new RpcPeer(near(self, random), new PeerAddress(host, 1)), 1));
        }
        NodeId target = random.nextInt(10) == 0 ? self : near(self, random);
        List<NodeRecord> exact = new ArrayList<>();
        for (NodeRecord node : table.newest(Integer.MAX_VALUE).stream()
                .sorted((a, b) -> target.compareDistance(a.id(), b.id())).toList()) {
            if (exact.size() < limit && Diversity.admits(exact, NodeRecord::source, node.source())) {
                exact.add(node);
            }
        }
        assertEquals(exact, table.closest(target, limit));
    }

    @Property(tries = 100)
    void noBucketExceedsTwentyAndNothingIsLost(@ForAll long seed, @ForAll @IntRange(max = 600) int operations) {
        Random random = new Random(seed);
        NodeId self = id(random);
        RoutingTable table = new RoutingTable(self);
        List<NodeRecord> inserted = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            if (random.nextInt(4) == 0 && !inserted.isEmpty()) {
                NodeRecord gone = inserted.remove(random.nextInt(inserted.size()));
                assertTrue(table.remove(gone));
                assertFalse(table.remove(gone));
            } else {
                NodeRecord node = node(near(self, random));
                if (table.add(node) == RoutingTable.Added.INSERTED) {
                    inserted.add(node);
                }
            }
        }
        assertEquals(inserted.size(), table.size());
        Map<Integer, Long> perBucket = inserted.stream().collect(
                Collectors.groupingBy(node -> self.sharedPrefixBits(node.id()), Collectors.counting()));
        assertTrue(perBucket.values().stream().allMatch(count -> count <= RoutingConstants.K));
        Set<NodeId> picked = new HashSet<>();
        for (int i = 0; i < table.size(); i++) {
            picked.add(table.pick(i).id());
        }
        assertEquals(inserted.size(), picked.size(), "every node can be picked");
    }

    @Test
    void orderOfContactIsKept() {
        Random random = new Random(1);
        RoutingTable table = new RoutingTable(id(random));
        NodeRecord a = node(id(random));
        NodeRecord b = node(id(random));
        NodeRecord c = node(id(random));
        List.of(a, b, c).forEach(table::add);
        assertEquals(List.of(c, b, a), table.newest(10));
        table.moveToNewest(a);
        assertEquals(List.of(a, c), table.newest(2));
        assertEquals(List.of(b, c, a), table.oldest(10));
        assertEquals(List.of(), table.newest(0));
    }

    @Test
    void oneselfAndKnownNodesAreNotAdded() {
        Random random = new Random(2);
        NodeId self = id(random);
        RoutingTable table = new RoutingTable(self);
        assertEquals(RoutingTable.Added.SELF, table.add(node(self)));
        NodeRecord node = node(id(random));
        assertEquals(RoutingTable.Added.INSERTED, table.add(node));
        assertEquals(RoutingTable.Added.KNOWN, table.add(node(node.id())));
        assertFalse(table.remove(node(node.id())), "another record of the same node is not that one");
        assertEquals(1, table.size());
    }

    @Test
    void aFullBucketRefusesTheTwentyFirst() {
        Random random = new Random(3);
        NodeId self = NodeId.of(new byte[32]);
        RoutingTable table = new RoutingTable(self);
        List<NodeRecord> far = new ArrayList<>();
        while (far.size() < 21) {
            NodeRecord node = node(id(random));
            if (self.sharedPrefixBits(node.id()) == 0) {
                far.add(node);
            }
        }
        far.subList(0, 20).forEach(node -> assertEquals(RoutingTable.Added.INSERTED, table.add(node)));
        assertEquals(RoutingTable.Added.BUCKET_FULL, table.add(far.get(20)));
        assertEquals(20, table.bucketFor(far.get(20).id()).size());
        table.remove(far.get(3));
        assertEquals(RoutingTable.Added.INSERTED, table.add(far.get(20)));
        assertEquals(far.get(20), table.newest(1).getFirst());
    }
}

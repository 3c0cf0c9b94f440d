package omega.flock.rpc.routing;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Kademlia's table: 256 buckets of at most 20 nodes, and all of them in the order of last contact. Not thread-safe.
 *
 * <p>A node belongs into the bucket of the number of leading bits that it shares with our own id. Unlike
 * kademlia-routing-table 1.0.6, whose {@code closest} walks from the bucket of the target towards the shallow ones and can
 * miss nearer nodes in deeper buckets, {@link #closest} here is exact; both are the same on the wire.
 */
public final class RoutingTable {

    /** What became of a node that was to be added. */
    public enum Added {
        /** It is in the table now. */
        INSERTED,
        /** A node of this id was there already, and stays. */
        KNOWN,
        /** It is ourselves. */
        SELF,
        /** Its bucket has as many nodes of its address or of its /24 as it takes. */
        CROWDED,
        /** Its bucket has 20 nodes. */
        BUCKET_FULL
    }

    private final NodeId self;
    private final List<List<NodeRecord>> buckets;
    private final LinkedHashMap<NodeId, NodeRecord> byContact = new LinkedHashMap<>(); // oldest contact first

    /** Creates an empty table around an id. */
    public RoutingTable(NodeId self) {
        this.self = self;
        this.buckets = new ArrayList<>(RoutingConstants.ID_BITS);
        for (int i = 0; i < RoutingConstants.ID_BITS; i++) {
            buckets.add(List.of());
        }
    }

    /** Returns our own id in this table. */
    public NodeId self() {
        return self;
    }

    /** Returns the number of nodes. */
    public int size() {
        return byContact.size();
    }

    /** Returns the node of this id. */
    public Optional<NodeRecord> find(NodeId id) {
        return Optional.ofNullable(byContact.get(id));
    }

    /** Adds a node as the one heard of last, unless its bucket is full, of its like or of all. */
    public Added add(NodeRecord node) {
        if (node.id().equals(self)) {
            return Added.SELF;
        }
        if (byContact.containsKey(node.id())) {
            return Added.KNOWN;
        }
        int index = bucketOf(node.id());
        List<NodeRecord> bucket = buckets.get(index);
        if (!Diversity.admits(bucket, NodeRecord::source, node.source())) {
            return Added.CROWDED;
        }
        if (bucket.size() >= RoutingConstants.K) {
            return Added.BUCKET_FULL;
        }
        if (bucket.isEmpty()) {
            // Most of the 256 buckets stay empty for ever; they share one empty list.
            bucket = new ArrayList<>(RoutingConstants.K);
            buckets.set(index, bucket);
        }
        bucket.add(node);
        byContact.put(node.id(), node);
        return Added.INSERTED;
    }

    /** Removes a node. Returns whether exactly this record was in the table. */
    public boolean remove(NodeRecord node) {
        if (!byContact.remove(node.id(), node)) {
            return false;
        }
        buckets.get(bucketOf(node.id())).remove(node);
        return true;
    }

    /** Makes a node the one that was heard of last. */
    public void moveToNewest(NodeRecord node) {
        if (byContact.remove(node.id(), node)) {
            byContact.put(node.id(), node);
        }
    }

    /** Returns the nodes of the bucket into which this id belongs, in no order. */
    public List<NodeRecord> bucketFor(NodeId id) {
        return List.copyOf(buckets.get(bucketOf(id)));
    }

    /** Returns up to {@code limit} nodes, nearest to the target first; of one address and of one /24 no more than {@link Diversity} admits. */
    public List<NodeRecord> closest(NodeId target, int limit) {
        List<NodeRecord> nearest = new ArrayList<>(Math.min(limit, size()));
        int shared = bucketOf(target);
        // Nodes that differ from us where the target does are nearer to it than all others; then come those which share
        // more bits with us than the target does (they all differ from the target in that bit); then the shallow buckets.
        insertNearest(nearest, target, limit, shared, shared);
        insertNearest(nearest, target, limit, shared + 1, RoutingConstants.ID_BITS - 1);
        for (int i = shared - 1; i >= 0 && nearest.size() < limit; i--) {
            insertNearest(nearest, target, limit, i, i);
        }
        return nearest;
    }

    /** Returns up to {@code limit} nodes, last contact first. */
    public List<NodeRecord> newest(int limit) {
        return take(byContact.sequencedValues().reversed().iterator(), limit);
    }

    /** Returns up to {@code limit} nodes, oldest contact first. */
    public List<NodeRecord> oldest(int limit) {
        return take(byContact.values().iterator(), limit);
    }

    /**
     * Picks one node.
     *
     * @param index 0 to {@link #size()} - 1, by which the caller brings the randomness
     */
    public NodeRecord pick(int index) {
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException("index " + index + " of " + size() + " nodes");
        }
        int left = index;
        for (List<NodeRecord> bucket : buckets) {
            if (left < bucket.size()) {
                return bucket.get(left);
            }
            left -= bucket.size();
        }
        throw new AssertionError("buckets and contact order disagree");
    }

    private int bucketOf(NodeId id) {
        return Math.min(self.sharedPrefixBits(id), RoutingConstants.ID_BITS - 1);
    }

    /**
     * Inserts the nodes of some buckets behind what is there already. Every request is answered with this, so it does without sorting
     * all candidates and without the library: a node goes back past those that are farther, which are at most {@code limit}.
     */
    private void insertNearest(List<NodeRecord> nearest, NodeId target, int limit, int fromBucket, int toBucket) {
        int first = nearest.size();
        if (first >= limit) {
            return;
        }
        for (int bucket = fromBucket; bucket <= toBucket; bucket++) {
            List<NodeRecord> nodes = buckets.get(bucket);
            for (int n = 0; n < nodes.size(); n++) {
                NodeRecord node = nodes.get(n);
                int at = nearest.size();
                while (at > first && target.compareDistance(node.id(), nearest.get(at - 1).id()) < 0) {
                    at--;
                }
                if (at < limit) {
                    nearest.add(at, node);
                    int surplus = Diversity.firstBeyond(nearest, NodeRecord::source, node.source());
                    if (surplus < nearest.size()) {
                        nearest.remove(surplus);
                    } else if (nearest.size() > limit) {
                        nearest.removeLast();
                    }
                }
            }
        }
    }

    private static List<NodeRecord> take(Iterator<NodeRecord> nodes, int limit) {
        List<NodeRecord> taken = new ArrayList<>();
        while (nodes.hasNext() && taken.size() < limit) {
            taken.add(nodes.next());
        }
        return taken;
    }
}

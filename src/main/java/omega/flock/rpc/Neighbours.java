package omega.flock.rpc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.NodeRecord;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RoutingTable;
import omega.flock.rpc.routing.RpcPeer;

/**
 * The routing table and the rules by which nodes enter and leave it (dht-rpc 6.27.0 {@code index.js}). Pure; not thread-safe.
 * Time is the tick counter of the owner.
 */
final class Neighbours {

    /** That a node has to be asked whether it lives. */
    record Check(NodeRecord node, long contactsBefore) {

        static Check of(NodeRecord node) {
            return new Check(node, node.contacts());
        }

        /** Tells whether the node itself, under its own id, was heard since. */
        boolean passed() {
            return node.contacts() > contactsBefore;
        }
    }

    /** That a newcomer would like the place of a node in its full bucket, if that one does not answer. */
    record Swap(Check check, NodeRecord newcomer) {}

    /**
     * What follows from a contact.
     *
     * @param sampled whether the node's view of our address counts as a fresh opinion
     * @param crowded whether the node found no place since there are enough of its address or /24
     */
    record Contact(boolean sampled, boolean crowded, Optional<Swap> swap) {}

    private RoutingTable table;

    Neighbours(NodeId self) {
        table = new RoutingTable(self);
    }

    RoutingTable table() {
        return table;
    }

    /**
     * Notes a valid message from a node.
     *
     * @param ourAddress how the node sees us
     * @param sampleable whether that says something about our default port
     */
    Contact heard(RpcPeer peer, PeerAddress ourAddress, boolean sampleable, long tick) {
        Optional<NodeRecord> known = table.find(peer.id());
        if (known.isPresent()) {
            NodeRecord node = known.get();
            boolean stale = node.sampledTick() == 0 || tick - node.sampledTick() >= RpcConstants.OLD_TICKS;
            if (sampleable && stale) {
                node.sampled(tick);
            }
            node.heard(tick);
            table.moveToNewest(node);
            return new Contact(sampleable && stale, false, Optional.empty());
        }
        NodeRecord node = new NodeRecord(peer, tick);
        node.heard(tick);
        return switch (table.add(node)) {
            case INSERTED -> {
                if (sampleable) {
                    node.sampled(tick);
                }
                yield new Contact(sampleable, false, Optional.empty());
            }
            case BUCKET_FULL -> new Contact(false, false, swapFor(node, tick));
            case CROWDED -> new Contact(false, true, Optional.empty());
            case SELF, KNOWN -> new Contact(false, false, Optional.empty());
        };
    }

    /** Puts a node into the table that was not heard yet. */
    void addUnheard(RpcPeer peer, long tick) {
        table.add(new NodeRecord(peer, tick));
    }

    /** Begins a check of this node. */
    Check begin(NodeRecord node, long tick) {
        node.pinged(tick);
        return Check.of(node);
    }

    /**
     * Ends a check.
     *
     * @return whether the node was removed
     */
    boolean end(Check check) {
        return !check.passed() && table.remove(check.node());
    }

    /** Ends a swap: the newcomer takes the place unless the node passed. Returns whether it did. */
    boolean end(Swap swap, long tick) {
        if (swap.check().passed()) {
            return false;
        }
        table.remove(swap.check().node());
        swap.newcomer().added(tick);
        return table.add(swap.newcomer()) == RoutingTable.Added.INSERTED;
    }

    /** Begins to check the nodes that have not been heard for longest; none if the table is empty. */
    List<Check> beginRound(int requestsInFlight, long tick) {
        List<NodeRecord> oldest = table.oldest(RpcConstants.PINGS_PER_ROUND);
        if (oldest.isEmpty()) {
            return List.of();
        }
        int pings = requestsInFlight > RpcConstants.BUSY_REQUESTS
                ? RpcConstants.PINGS_WHEN_BUSY : RpcConstants.PINGS_PER_ROUND;
        if (tick - oldest.getFirst().pingedTick() < RpcConstants.RECENT_TICKS) {
            pings = RpcConstants.PINGS_WHEN_RECENT;
        }
        List<Check> checks = new ArrayList<>();
        for (NodeRecord node : oldest.subList(0, Math.min(pings, oldest.size()))) {
            if (node.pingedTick() != tick) {
                checks.add(begin(node, tick));
            }
        }
        return checks;
    }

    /**
     * Begins to check a node that somebody says is down, unless that was done in this tick.
     */
    Optional<Check> beginHinted(NodeId id, long tick) {
        Optional<NodeRecord> node = table.find(id)
                .filter(known -> known.pingedTick() < tick || known.downHints() == 0);
        node.ifPresent(NodeRecord::hintedDown);
        return node.map(known -> begin(known, tick));
    }

    /** Builds the table anew around another id of ours; nodes that find no place are dropped. */
    void rebuildAround(NodeId self) {
        RoutingTable before = table;
        table = new RoutingTable(self);
        before.oldest(before.size()).forEach(table::add);
    }

    /** Returns the known nodes nearest to a target. */
    List<RpcPeer> closest(NodeId target, int limit) {
        List<RpcPeer> peers = new ArrayList<>();
        for (NodeRecord node : table.closest(target, limit)) {
            peers.add(node.peer());
        }
        return peers;
    }

    /** Returns the addresses that go into a reply. */
    List<PeerAddress> closerNodes(NodeId target) {
        List<PeerAddress> addresses = new ArrayList<>(RoutingConstants.K);
        for (NodeRecord node : table.closest(target, RoutingConstants.K)) {
            addresses.add(node.address());
        }
        return addresses;
    }

    private Optional<Swap> swapFor(NodeRecord newcomer, long tick) {
        return table.bucketFor(newcomer.id()).stream()
                .filter(node -> node.pingedTick() != tick)
                .min(Comparator.comparingLong(NodeRecord::pingedTick).thenComparingLong(NodeRecord::addedTick))
                // Long known and lately heard: the longer a node has been up, the longer it will stay.
                .filter(node -> tick - node.pingedTick() >= RpcConstants.RECENT_TICKS
                        || tick - node.addedTick() <= RpcConstants.OLD_TICKS)
                .map(node -> new Swap(Check.of(node), newcomer));
    }
}

package omega.flock.dht;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;

/**
 * Which target leads where: to a server on this node, or to the address that a server announced itself from. Pure: time is an
 * argument; its owner guards it.
 *
 * <p>Entries of local servers never age and can be neither replaced nor removed by announces. (hyperdht 6.34.0 lib/router.js
 * retains them too, but lets an unannounce remove them.)
 */
final class ForwardTable {

    /** What a target leads to; {@code record} is the encoded record to show for it. */
    sealed interface Entry {

        byte[] record();

        /** A server on this node. */
        record Local(LocalServer server, byte[] record) implements Entry {
        }

        /** A server elsewhere, at the address its announce came from. */
        record Forward(PeerAddress address, byte[] record) implements Entry {
        }
    }

    private final int maxLocal;
    private final Map<NodeId, Entry.Local> local = new HashMap<>();
    private final GenerationCache<NodeId, Entry.Forward> forwards;

    ForwardTable(int maxForwards, int maxLocal, Duration age, long nowNanos) {
        this.maxLocal = maxLocal;
        this.forwards = new GenerationCache<>(maxForwards, age, nowNanos);
    }

    Optional<Entry> get(NodeId target, long nowNanos) {
        Entry.Local server = local.get(target);
        return server != null ? Optional.of(server) : forwards.get(target, nowNanos).map(Entry.class::cast);
    }

    /** {@return false if a local server has this target already} */
    boolean addLocal(NodeId target, LocalServer server, byte[] record, long nowNanos) {
        if (local.size() >= maxLocal) {
            throw new IllegalStateException("more than " + maxLocal + " servers on one node");
        }
        if (local.putIfAbsent(target, new Entry.Local(server, record)) != null) {
            return false;
        }
        forwards.remove(target, nowNanos);
        return true;
    }

    /** {@return false if the target does not belong to that server} */
    boolean removeLocal(NodeId target, LocalServer server) {
        Entry.Local entry = local.get(target);
        return entry != null && entry.server == server && local.remove(target, entry);
    }

    /** {@return false if a local server has this target} */
    boolean put(NodeId target, PeerAddress address, byte[] record, long nowNanos) {
        if (local.containsKey(target)) {
            return false;
        }
        forwards.put(target, new Entry.Forward(address, record), NetworkSource.of(address.toSocketAddress()), nowNanos);
        return true;
    }

    /** {@return false if a local server has this target} */
    boolean remove(NodeId target, long nowNanos) {
        if (local.containsKey(target)) {
            return false;
        }
        forwards.remove(target, nowNanos);
        return true;
    }

    int localServers() {
        return local.size();
    }

    int forwards(long nowNanos) {
        return forwards.size(nowNanos);
    }

    long takeEvicted() {
        return forwards.takeEvicted().size();
    }
}

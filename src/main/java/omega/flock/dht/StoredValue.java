package omega.flock.dht;

import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;

/**
 * Where a value was put.
 *
 * @param hash     what to ask for: the hash of an immutable value, or of the key of a mutable one
 * @param storedBy the nodes that confirmed it, at least one
 */
public record StoredValue(NodeId hash, List<PeerAddress> storedBy) {

    /** Copies the list. */
    public StoredValue {
        storedBy = List.copyOf(storedBy);
    }
}

package omega.flock.dht;

import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;

/**
 * What one node answered to a query. The token is not copied.
 *
 * @param from   the node; with FIND_PEER it is also a relay to the peer
 * @param fromId its id if it sent one that fits its address: only then it can be asked to store something
 * @param to     this node's address as that node sees it
 * @param token  what a request to store has to show to that node, for some seconds
 * @param value  the answer
 * @param <T>    the kind of answer
 */
public record DhtReply<T>(PeerAddress from, Optional<NodeId> fromId, PeerAddress to, Optional<byte[]> token, T value) {

    /** Checks that nothing is null. */
    public DhtReply {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(fromId, "fromId");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(value, "value");
    }
}

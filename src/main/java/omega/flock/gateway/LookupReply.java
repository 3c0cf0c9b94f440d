package omega.flock.gateway;

import java.util.List;
import java.util.Objects;
import omega.flock.base.PeerAddress;

/**
 * What one node of the distributed hash table knows about a topic.
 *
 * @param from the node
 * @param peers the peers that announced themselves there, at most 20, in random order; may be empty
 * @param bump the newest bump of the topic in milliseconds since 1970, or 0
 */
public record LookupReply(PeerAddress from, List<FoundPeer> peers, long bump) {

    /** Copies the list. */
    public LookupReply {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(peers, "peers");
        peers = List.copyOf(peers);
    }
}

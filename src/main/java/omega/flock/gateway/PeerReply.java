package omega.flock.gateway;

import java.util.Objects;
import omega.flock.base.PeerAddress;

/**
 * One node of the distributed hash table at which a peer is announced by its key.
 *
 * @param from the node, which can pass a handshake on to the peer
 * @param peer the peer
 */
public record PeerReply(PeerAddress from, FoundPeer peer) {

    /** Checks that nothing is missing. */
    public PeerReply {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(peer, "peer");
    }
}

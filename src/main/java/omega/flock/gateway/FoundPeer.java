package omega.flock.gateway;

import java.util.List;
import java.util.Objects;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;

/**
 * A peer as the distributed hash table knows it.
 *
 * @param publicKey who it is; the record was signed with it
 * @param relayAddresses nodes through which it can be reached, at most a few; may be empty
 */
public record FoundPeer(PublicKey publicKey, List<PeerAddress> relayAddresses) {

    /** Copies the list. */
    public FoundPeer {
        Objects.requireNonNull(publicKey, "publicKey");
        Objects.requireNonNull(relayAddresses, "relayAddresses");
        relayAddresses = List.copyOf(relayAddresses);
    }
}

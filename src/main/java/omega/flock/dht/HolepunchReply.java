package omega.flock.dht;

import omega.flock.base.PeerAddress;

/**
 * The answer to a client's hole punching round. The array is not copied.
 *
 * @param from        the relay
 * @param to          this node's address as the relay sees it
 * @param payload     the sealed payload
 * @param peerAddress where the server's answer came from, as the relay saw it; the relay itself if it did not say
 */
public record HolepunchReply(PeerAddress from, PeerAddress to, byte[] payload, PeerAddress peerAddress) {

    @Override
    public String toString() {
        return "HolepunchReply[from " + from + ", to " + to + ", peer " + peerAddress + "]";
    }
}

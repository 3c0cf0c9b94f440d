package omega.flock.dht;

import omega.flock.base.PeerAddress;

/**
 * The answer to a client's handshake. The array is not copied.
 *
 * @param noise         Noise message 2
 * @param relayed       whether a relay passed it on; if not, the node asked is the server itself
 * @param serverAddress where the server's answer came from: as the relay saw it, or the node asked
 * @param clientAddress this node's address as the node asked sees it
 */
public record HandshakeReply(byte[] noise, boolean relayed, PeerAddress serverAddress, PeerAddress clientAddress) {

    @Override
    public String toString() {
        return "HandshakeReply[" + (relayed ? "relayed" : "direct") + ", server " + serverAddress + ", client "
                + clientAddress + "]";
    }
}

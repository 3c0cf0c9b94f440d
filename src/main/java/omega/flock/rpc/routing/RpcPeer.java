package omega.flock.rpc.routing;

import omega.flock.base.PeerAddress;

/**
 * A node as others know it: an address and the id that follows from it.
 *
 * @param id the id, which is the hash of the address
 * @param address where it is reached
 */
public record RpcPeer(NodeId id, PeerAddress address) {

    /** Returns the node at an address. */
    public static RpcPeer of(PeerAddress address) {
        return new RpcPeer(NodeId.of(address), address);
    }
}

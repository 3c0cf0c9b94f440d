package omega.flock.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;

/**
 * The answer to a request.
 *
 * <p>Replies are matched by their transaction id alone, because a request may be answered by a third node to which it was
 * passed on. A caller to whom the origin matters compares {@link #from} itself.
 *
 * @param from where the reply came from
 * @param fromId the id of the replier, present only if it told one and that one follows from {@code from}
 * @param to our own address as the replier sees it
 * @param token what the replier wants to see in a later request that changes something
 * @param closerNodes nodes nearer to the target, at most 20; only addresses that can be used
 * @param error {@link RpcConstants#OK}, or why the replier refused
 * @param value the result; empty and absent differ on the wire
 * @param rtt from the creation of the request to the reply, waiting and earlier transmissions included
 * @param port the port that received the reply
 */
public record RpcReply(PeerAddress from, Optional<NodeId> fromId, PeerAddress to, Optional<byte[]> token,
        List<PeerAddress> closerNodes, int error, Optional<byte[]> value, Duration rtt, UdpPort port) {

    /** Tells whether the replier did what it was asked. */
    public boolean isOk() {
        return error == RpcConstants.OK;
    }

    /** Returns the replier as a node of the table, if it proved its id. */
    public Optional<RpcPeer> peer() {
        return fromId.map(id -> new RpcPeer(id, from));
    }
}

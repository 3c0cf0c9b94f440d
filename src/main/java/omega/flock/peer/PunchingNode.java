package omega.flock.peer;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.peer.punch.PunchNode;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.ReplyListener;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;

/** The DHT node as punchers see it. */
final class PunchingNode implements PunchNode {

    /** As many as punchers ever look at. */
    private static final int NODES = 32;

    private final RpcNode rpc;

    PunchingNode(RpcNode rpc) {
        this.rpc = rpc;
    }

    @Override
    public boolean firewalled() {
        return rpc.firewalled();
    }

    @Override
    public List<PeerAddress> nodes() {
        return rpc.nodes(NODES);
    }

    @Override
    public void ping(PeerAddress node, UdpPort via, Consumer<Optional<PeerAddress>> seenAs) {
        rpc.send(RpcRequest.of(InternalCommand.PING).withRetries(0).withVia(via), node, new ReplyListener() {
            @Override
            public void onReply(RpcReply reply) {
                seenAs.accept(Optional.of(reply.to()));
            }

            @Override
            public void onFailure(FlockException failure) {
                seenAs.accept(Optional.empty());
            }
        });
    }
}

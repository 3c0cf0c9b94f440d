package omega.flock.peer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtNode;
import omega.flock.dht.DhtReply;
import omega.flock.dht.message.PeerRecord;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.routing.NodeId;

/** The DHT as one server's announcer sees it. */
final class DhtAnnouncerNode implements AnnouncerNode {

    private final DhtNode dht;
    private final KeyPair keyPair;
    private final NodeId target;

    DhtAnnouncerNode(DhtNode dht, KeyPair keyPair) {
        this.dht = dht;
        this.keyPair = keyPair;
        this.target = DhtNode.target(keyPair.publicKey());
    }

    @Override
    public List<RpcReply> findClosest(List<PeerAddress> seeds) throws IOException, InterruptedException {
        try (RpcQuery<DhtReply<PeerRecord>> query = dht.findPeer(target, seeds)) {
            query.awaitFinished();
            return query.closestReplies();
        }
    }

    @Override
    public boolean announce(RpcReply node) throws IOException, InterruptedException {
        // The replying node itself is the relay: "JS announces none and ignores them".
        return dht.announceTo(node, target, keyPair, List.of(), 0).isOk();
    }

    @Override
    public void unannounce(PeerAddress node) throws IOException, InterruptedException {
        dht.unannounceFrom(node, target, keyPair);
    }

    @Override
    public PeerAddress ping(PeerAddress node) throws IOException, InterruptedException {
        return dht.rpc().ping(node).to();
    }

    @Override
    public Optional<PeerAddress> openAddress() {
        return dht.rpc().remoteAddress();
    }

    @Override
    public boolean online() {
        return dht.rpc().online();
    }
}

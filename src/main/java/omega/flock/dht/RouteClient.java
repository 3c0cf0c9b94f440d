package omega.flock.dht;

import java.io.IOException;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.RoutingMode;
import omega.flock.net.UdpPort;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;

/**
 * Sends handshakes and hole punching rounds to servers, through relays; blocks the caller's thread until the answer or the
 * last timeout. A reply counts only if it comes from the node that was asked, because transaction ids alone are guessable.
 * Source: hyperdht 6.34.0 lib/router.js {@code peerHandshake}, {@code peerHolepunch}.
 */
final class RouteClient {

    private final RpcNode rpc;

    RouteClient(RpcNode rpc) {
        this.rpc = rpc;
    }

    static RpcRequest handshake(NodeId target, byte[] noise) {
        return request(DhtCommand.PEER_HANDSHAKE, target, HandshakeMessage.of(RoutingMode.FROM_CLIENT, noise).toBytes());
    }

    /** Reads the answer to {@link #handshake}, which {@code relay} was asked for. */
    static HandshakeReply handshakeReply(RpcReply reply, PeerAddress relay) throws FlockException {
        return AnnounceClient.decode(reply, HandshakeMessage::decode)
                .filter(message -> message.mode() == RoutingMode.REPLY && reply.from().equals(relay))
                .map(message -> new HandshakeReply(message.noise(), message.peerAddress().isPresent(),
                        message.peerAddress().orElse(relay), reply.to()))
                .orElseThrow(() -> new FlockException(Code.BAD_HANDSHAKE_REPLY, "bad handshake reply from " + reply.from()
                        + ", asked " + relay));
    }

    HolepunchReply holepunch(NodeId target, long id, byte[] payload, PeerAddress peerAddress, PeerAddress relay,
                             Optional<UdpPort> via) throws IOException, InterruptedException {
        byte[] value = HolepunchMessage.of(RoutingMode.FROM_CLIENT, id, payload, peerAddress).toBytes();
        RpcRequest request = request(DhtCommand.PEER_HOLEPUNCH, target, value);
        RpcReply reply = rpc.request(via.map(request::withVia).orElse(request), relay);
        return AnnounceClient.decode(reply, HolepunchMessage::decode)
                .filter(message -> message.mode() == RoutingMode.REPLY && reply.from().equals(relay))
                .map(message -> new HolepunchReply(reply.from(), reply.to(), message.payload(),
                        message.peerAddress().orElse(relay)))
                .orElseThrow(() -> new FlockException(Code.BAD_HOLEPUNCH_REPLY, "bad holepunch reply from " + reply.from()
                        + ", asked " + relay));
    }

    private static RpcRequest request(DhtCommand command, NodeId target, byte[] value) {
        return RpcRequest.of(command.code()).withTarget(target).withValue(value).withForwarding();
    }
}

package omega.flock.rpc;

import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;

/** A request that came in at a port; its answers go out on the thread that has them. */
final class ReceivedRequest implements IncomingRequest {

    private final RpcMessage.Request message;
    private final PeerAddress from;
    private final UdpPort port;
    private final Responder.Origin origin;
    private final Responder responder;

    /**
     * Wraps a message whose token is right, if it has one.
     *
     * @param origin what the network shows of where it came from
     */
    ReceivedRequest(RpcMessage.Request message, PeerAddress from, UdpPort port, Responder.Origin origin, Responder responder) {
        this.message = message;
        this.from = from;
        this.port = port;
        this.origin = origin;
        this.responder = responder;
    }

    @Override
    public PeerAddress from() {
        return from;
    }

    @Override
    public NetworkSource source() {
        return origin.source();
    }

    @Override
    public PeerAddress to() {
        return message.to();
    }

    @Override
    public int tid() {
        return message.tid();
    }

    @Override
    public int command() {
        return message.command();
    }

    @Override
    public Optional<NodeId> target() {
        return message.target();
    }

    @Override
    public Optional<byte[]> value() {
        return message.value().map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> token() {
        return message.token().map(byte[]::clone);
    }

    @Override
    public boolean tokenValid() {
        return origin.proven();
    }

    @Override
    public UdpPort port() {
        return port;
    }

    Responder.Origin origin() {
        return origin;
    }

    @Override
    public void reply(Optional<byte[]> value) {
        responder.reply(message, RpcConstants.OK, value, true, true, from, port, origin);
    }

    @Override
    public void replyWithoutToken(Optional<byte[]> value) {
        responder.reply(message, RpcConstants.OK, value, false, true, from, port, origin);
    }

    @Override
    public void replyBare(Optional<byte[]> value) {
        responder.reply(message, RpcConstants.OK, value, false, false, from, port, origin);
    }

    @Override
    public void error(int code) {
        responder.reply(message, code, Optional.empty(), false, true, from, port, origin);
    }

    @Override
    public void replyTo(PeerAddress to, UdpPort via, byte[] value) {
        responder.replyElsewhere(message, value, to, via);
    }

    @Override
    public void forward(byte[] value, PeerAddress to, UdpPort via) {
        responder.forward(message, value, to, via);
    }

    @Override
    public String toString() {
        return "Request[" + (message.internal() ? "internal " : "") + message.command() + " from " + from + "]";
    }
}

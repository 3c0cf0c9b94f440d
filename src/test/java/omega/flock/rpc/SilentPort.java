package omega.flock.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.base.PeerAddress;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;

/** A port of a test: keeps what it receives and says only what it is told to. */
final class SilentPort implements AutoCloseable {

    record Received(PeerAddress from, byte[] bytes) {

        RpcMessage message() {
            return RpcMessage.decode(ByteBuffer.wrap(bytes));
        }

        RpcMessage.Request request() {
            return (RpcMessage.Request) message();
        }
    }

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final UdpPort port;
    private final PeerAddress address;

    SilentPort(PortBinder host, String address) throws IOException {
        port = host.bind(new PeerAddress(address, 0).toSocketAddress(), this::receive);
        this.address = new PeerAddress(address, port.localAddress().getPort());
    }

    private boolean receive(UdpPort at, InetSocketAddress source, ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        received.add(new Received(PeerAddress.of(source), bytes));
        return true;
    }

    PeerAddress address() {
        return address;
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    /** What was received of one command. */
    List<RpcMessage.Request> requests(boolean internal, int command) {
        return received.stream().map(Received::message).filter(RpcMessage.Request.class::isInstance)
                .map(RpcMessage.Request.class::cast)
                .filter(request -> request.internal() == internal && request.command() == command).toList();
    }

    void send(byte[] bytes, PeerAddress to) throws IOException {
        port.send(ByteBuffer.wrap(bytes), to.toSocketAddress());
    }

    /** Asks a node for something, as a persistent node that knows it, and so gets into its routing table. */
    void introduceTo(RpcNode node) throws IOException {
        PeerAddress to = RpcSwarm.addressOf(node);
        send(new RpcMessage.Request(1, to, Optional.of(NodeId.of(address)), Optional.empty(), true, InternalCommand.PING.number(),
                Optional.empty(), Optional.empty()).encode(), to);
        Eventually.holds(address + " is known", () -> node.nodes(1000).contains(address));
    }

    @Override
    public void close() {
        port.close();
    }
}

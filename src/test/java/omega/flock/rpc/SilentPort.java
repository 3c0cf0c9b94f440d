package omega.flock.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.base.PeerAddress;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;

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

    @Override
    public void close() {
        port.close();
    }
}

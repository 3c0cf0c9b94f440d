package omega.flock.sim;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import omega.flock.net.DatagramHandler;
import omega.flock.net.UdpPort;

/** A port of a {@link MemoryHost}; the network's delivery thread is its reader. */
final class MemoryPort implements UdpPort {

    private final MemoryHost host;
    private final InetSocketAddress localAddress;
    private final DatagramHandler handler;
    private volatile boolean open = true;

    MemoryPort(MemoryHost host, InetSocketAddress localAddress, DatagramHandler handler) {
        this.host = host;
        this.localAddress = localAddress;
        this.handler = handler;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (to.isUnresolved() || to.getPort() == 0) {
            throw new SocketException("cannot send to " + to);
        }
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        host.network().send(host, localAddress.getPort(), to, bytes);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        host.unbind(this);
    }

    void deliver(InetSocketAddress source, byte[] bytes) {
        if (open) {
            handler.onDatagram(this, source, ByteBuffer.wrap(bytes));
        }
    }

    @Override
    public String toString() {
        return "MemoryPort[" + host.address().getHostAddress() + ":" + localAddress.getPort() + "]";
    }
}

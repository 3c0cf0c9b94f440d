package omega.flock.acceptance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.net.DatagramHandler;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.transport.packet.PacketHeader;

/** Binds ports of this machine, shows a watcher what arrives at them before they see it, and can cut them off. */
final class Tap implements PortBinder {

    /** Sees a datagram on the reader of the port; leaves the buffer as it was. */
    @FunctionalInterface
    interface Watcher {
        void arrived(InetSocketAddress at, InetSocketAddress from, ByteBuffer datagram);
    }

    private final Watcher watcher;
    private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();
    private volatile boolean cut;
    private volatile boolean mute;

    Tap(Watcher watcher) {
        this.watcher = watcher;
    }

    /** Where the ports are bound, in the order in which they were. */
    List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** From now on nothing arrives and nothing leaves, as if the cable were cut or the power off. */
    void cut() {
        cut = true;
    }

    /** From now on no packet of a stream leaves, while messages between nodes do. */
    void mute() {
        mute = true;
    }

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        Wrapped wrapped = new Wrapped();
        wrapped.inner = DatagramUdpPort.bind(local, (port, source, datagram) -> {
            if (cut || wrapped.inner == null) {
                return true;
            }
            watcher.arrived(port.localAddress(), source, datagram);
            return handler.onDatagram(wrapped, source, datagram);
        });
        addresses.add(wrapped.localAddress());
        return wrapped;
    }

    /** The port that the program gets: it must be the same one that it is called with. */
    private final class Wrapped implements UdpPort {

        private volatile UdpPort inner;

        @Override
        public InetSocketAddress localAddress() {
            return inner.localAddress();
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
            if (cut || mute && PacketHeader.isStreamPacket(datagram)) {
                datagram.position(datagram.limit());
            } else {
                inner.send(datagram, to);
            }
        }

        @Override
        public boolean isOpen() {
            return inner.isOpen();
        }

        @Override
        public void close() {
            addresses.remove(inner.localAddress());
            inner.close();
        }
    }
}

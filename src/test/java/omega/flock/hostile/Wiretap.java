package omega.flock.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.net.DatagramHandler;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/** An observer on the way to one host, who writes down the unreliable messages of all streams. */
final class Wiretap implements PortBinder {

    /** A packet as it was seen. */
    record Captured(InetSocketAddress to, byte[] packet) { }

    private final List<Captured> messages = new CopyOnWriteArrayList<>();

    List<Captured> messages() {
        return List.copyOf(messages);
    }

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        return DatagramUdpPort.bind(local, (port, source, datagram) -> {
            ByteBuffer view = datagram.duplicate();
            if (PacketHeader.isStreamPacket(view)) {
                byte[] packet = new byte[view.remaining()];
                view.get(view.position(), packet);
                PacketHeader header = new PacketHeader();
                header.decode(view);
                if (header.has(PacketFlags.MESSAGE) && view.hasRemaining()) {
                    messages.add(new Captured(port.localAddress(), packet));
                }
            }
            return handler.onDatagram(port, source, datagram);
        });
    }
}

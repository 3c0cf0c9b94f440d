package omega.flock.net;

import java.io.IOException;
import java.net.InetSocketAddress;

/** The ports of this machine. */
public enum MachinePorts implements PortBinder {

    /** All of them. */
    MACHINE;

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        return DatagramUdpPort.bind(local, handler);
    }

    @Override
    public PortBinder forMany(int bytes) {
        return new PortGroup(bytes);
    }
}

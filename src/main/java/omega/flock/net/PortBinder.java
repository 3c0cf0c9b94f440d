package omega.flock.net;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens UDP ports: on the machine ({@link DatagramUdpPort#bind}), or in a simulated network. */
@FunctionalInterface
public interface PortBinder {

    /**
     * Binds a port and starts its reader.
     *
     * @param local where to bind; port 0 takes any free one
     * @throws IOException if the address is taken or not of this host
     */
    UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException;
}

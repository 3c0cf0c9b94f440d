package omega.flock.net;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens UDP ports: on the machine ({@link MachinePorts}), or in a simulated network. */
@FunctionalInterface
public interface PortBinder {

    /**
     * Binds a port and starts its reader.
     *
     * @param local where to bind; port 0 takes any free one
     * @throws IOException if the address is taken or not of this host
     */
    UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException;

    /**
     * Returns a binder for hundreds of ports, few of which will ever receive a datagram of more than so many bytes: the others
     * may share one reader, so that a handler that takes long keeps more than its own port waiting.
     */
    default PortBinder forMany(int bytes) {
        return this;
    }

    /**
     * Waits until the addresses of all ports of this binder are free again, which have been closed: where ports share a reader, that lets
     * go of them a moment later than {@link UdpPort#close()} returns. Blocks for a second at most; an interrupt ends it early and stays set.
     */
    default void awaitReleased() {}
}

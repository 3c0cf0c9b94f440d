package omega.flock.transport;

import java.net.InetSocketAddress;
import omega.flock.net.UdpPort;

/** Hears where the peer's packets come from, while several paths lead to it. Runs on readers with no lock held; must not block. */
@FunctionalInterface
public interface PathWatch {
    /**
     * A packet came that shows what the peer has sent before it to be complete: it brought bytes in order, or it was an empty
     * message, by which a peer says that nothing is under way any more on the path that it has left.
     *
     * @param port the port that received the packet
     * @param source the sender as the socket saw it
     */
    void delivered(UdpPort port, InetSocketAddress source);
}

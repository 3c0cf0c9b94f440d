package omega.flock.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Takes what a port receives. Several of them in a row tell the protocols on one port apart. */
@FunctionalInterface
public interface DatagramHandler {

    /**
     * Offers one datagram. Runs on the port's reader, one call at a time for each port; must not block, and must not keep
     * the buffer, which is used again as soon as the call returns.
     *
     * @param datagram the payload from position to limit; the handler may move both
     * @return true if it was taken, false to let the next handler look at it
     */
    boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram);

    /** Returns a handler that offers to this one first and then to {@code next}. */
    default DatagramHandler orElse(DatagramHandler next) {
        return (port, source, datagram) -> {
            int position = datagram.position();
            int limit = datagram.limit();
            if (onDatagram(port, source, datagram)) {
                return true;
            }
            datagram.limit(limit).position(position);
            return next.onDatagram(port, source, datagram);
        };
    }
}

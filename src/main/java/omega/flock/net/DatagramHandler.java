package omega.flock.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Takes what a port receives. Several of them in a row tell the protocols on one port apart. */
@FunctionalInterface
public interface DatagramHandler {

    /**
     * Offers one datagram. Runs on the port's reader, or on a user who reads in its place, one call at a time for each port; must
     * not block, and must not keep the buffer, which is used again as soon as the call returns.
     *
     * @param datagram the payload from position to limit; the handler may move both
     * @return true if it was taken, false to let the next handler look at it
     */
    boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram);

    /**
     * Offers datagrams that arrived together, from {@code first} on. A handler that can take many at once for less than one by one
     * says so here; the default takes one. Same thread and rules as {@link #onDatagram}.
     *
     * @return how many it took, one after the other from {@code first} on; 0 lets the next handler look at that one
     */
    default int onDatagrams(UdpPort port, DatagramBatch batch, int first) {
        // A buffer of its own, which begins at index 0 as that of a lone datagram does.
        return onDatagram(port, batch.address(first), batch.datagram(first).slice()) ? 1 : 0;
    }

    /**
     * A port whose reader has failed, with any error at all, is closed: it would look open and be deaf. Whoever relies on it hears that
     * here first, once, on whoever was reading, and may still send. A port that was closed on purpose tells nobody.
     */
    default void onPortFailed(UdpPort port, Throwable cause) {}

    /** Returns a handler that offers to this one first and then to {@code next}. */
    default DatagramHandler orElse(DatagramHandler next) {
        return new HandlerPair(this, next);
    }
}

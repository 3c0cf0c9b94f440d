package omega.flock.peer.punch;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import omega.flock.net.DatagramBatch;
import omega.flock.net.DatagramHandler;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;

/**
 * A fresh port for one attempt to punch. Its datagrams go to the streams first and to the node's requests second; probes
 * go to the puncher. Runs on its port's reader.
 *
 * <pre>
 *   PUNCHING ──hold──► CARRYING ──last stream gone──► LINGERING ──time──► CLOSED
 *      └────────────── released by its puncher, no stream ───────────────────┘
 * </pre>
 *
 * A socket that carries a stream while its puncher still uses it lingers only after both are gone.
 */
final class PunchSocket implements DatagramHandler {

    /** Takes the probes of a socket; runs on the socket's reader and must not block. */
    @FunctionalInterface
    interface ProbeListener {

        /** A probe came in. */
        void onProbe(PunchSocket socket, InetSocketAddress source);
    }

    private static final ProbeListener NOBODY = (socket, source) -> {};

    private final PunchSockets pool;
    private final DatagramHandler messages;
    private volatile ProbeListener listener;
    private volatile UdpPort port; // set once, before the socket is handed out

    // Guarded by the pool's lock.
    boolean punching = true;
    int streams;
    boolean carried;
    boolean closed;
    Optional<DeadlineQueue.Entry> lingering = Optional.empty();

    PunchSocket(PunchSockets pool, DatagramHandler messages, ProbeListener listener) {
        this.pool = pool;
        this.messages = messages;
        this.listener = listener;
    }

    /** Whether anybody needs the socket; the pool's lock is held. */
    boolean isUsed() {
        return punching || streams > 0;
    }

    /** Whether it counts against the limit: no stream on it, and none has been a moment ago; the pool's lock is held. */
    boolean isIdle() {
        return streams == 0 && lingering.isEmpty();
    }

    void bound(UdpPort to) {
        port = to;
    }

    UdpPort port() {
        return port;
    }

    /** Sends one probe. It is a datagram like any other: when the system refuses it, it is lost. */
    void probe(InetSocketAddress to) {
        pool.sendProbe(port, to);
    }

    /** Sends one probe that only has to open the own NAT. */
    void open(InetSocketAddress to) {
        pool.sendOpening(port, to);
    }

    /** The puncher needs the socket no more; the socket closes unless a stream uses it. Idempotent. */
    void release() {
        listener = NOBODY;
        pool.release(this);
    }

    @Override
    public boolean onDatagram(UdpPort from, InetSocketAddress source, ByteBuffer datagram) {
        if (datagram.remaining() > PunchConstants.MAX_PROBE_BYTES) {
            return messages.onDatagram(from, source, datagram);
        }
        if (port != null) {
            listener.onProbe(this, source);
        }
        return true;
    }

    @Override
    public void onPortFailed(UdpPort from, Throwable cause) {
        pool.failed(this, cause);
        messages.onPortFailed(from, cause);
    }

    @Override
    public int onDatagrams(UdpPort from, DatagramBatch batch, int first) {
        // What no probe is goes to the protocols, which take many at once.
        return batch.datagram(first).remaining() > PunchConstants.MAX_PROBE_BYTES
                ? messages.onDatagrams(from, batch, first)
                : DatagramHandler.super.onDatagrams(from, batch, first);
    }
}

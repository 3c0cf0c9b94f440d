package omega.flock.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Runs on readers: two protocols on one port. */
record HandlerPair(DatagramHandler first, DatagramHandler second) implements DatagramHandler {

    @Override
    public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        int position = datagram.position();
        int limit = datagram.limit();
        if (first.onDatagram(port, source, datagram)) {
            return true;
        }
        datagram.limit(limit).position(position);
        return second.onDatagram(port, source, datagram);
    }

    @Override
    public int onDatagrams(UdpPort port, DatagramBatch batch, int from) {
        int taken = first.onDatagrams(port, batch, from);
        return taken > 0 ? taken : second.onDatagrams(port, batch, from);
    }

    @Override
    public void onPortFailed(UdpPort port, Throwable cause) {
        try {
            first.onPortFailed(port, cause);
        } finally {
            second.onPortFailed(port, cause);
        }
    }
}

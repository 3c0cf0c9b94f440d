package omega.flock.peer;

import java.net.InetSocketAddress;
import java.util.Optional;
import omega.flock.net.UdpPort;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.transport.UdxStream;

/**
 * Where a server's stream goes: to where the client's first packet came from. Not thread-safe: its owner's lock guards it,
 * and nothing here blocks or calls anybody.
 */
final class InboundPath {

    private final PunchSockets sockets;
    private final UdxStream stream;
    private final int remoteId;
    private Optional<PunchSockets.Hold> hold = Optional.empty();

    InboundPath(PunchSockets sockets, UdxStream stream, int remoteId) {
        this.sockets = sockets;
        this.stream = stream;
        this.remoteId = remoteId;
    }

    /**
     * Connects the stream.
     *
     * @return false if the port or the stream has been closed meanwhile
     */
    boolean bind(UdpPort port, InetSocketAddress remote) {
        return take(port, () -> stream.connect(port, remoteId, remote));
    }

    /**
     * Moves the stream to where a packet of the client came from. While nothing of ours has been acknowledged, the client may
     * still be trying one path after another; after that the path stays.
     */
    void follow(UdpPort port, InetSocketAddress remote) {
        boolean there = stream.port().filter(bound -> bound == port).isPresent()
                && stream.remoteAddress().filter(remote::equals).isPresent();
        if (!there && stream.smoothedRtt().isZero()) {
            take(port, () -> stream.retarget(port, remoteId, remote));
        }
    }

    /** Needs the port no more. */
    void release() {
        hold.ifPresent(PunchSockets.Hold::close);
        hold = Optional.empty();
    }

    private boolean take(UdpPort port, Runnable move) {
        Optional<PunchSockets.Hold> newHold = sockets.hold(port);
        if (newHold.isEmpty()) {
            return false;
        }
        try {
            move.run();
        } catch (IllegalStateException e) {
            newHold.get().close(); // the stream is over; its owner hears that from the stream
            return false;
        }
        release();
        hold = newHold;
        return true;
    }
}

package omega.flock.peer;

import java.net.InetSocketAddress;
import java.util.Optional;
import omega.flock.net.UdpPort;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.transport.UdxStream;

/**
 * Where a server's stream goes: to where the client's first packet came from, or through a relay. Not thread-safe: its
 * owner's lock guards it, and nothing here blocks or calls anybody.
 */
final class InboundPath {

    private final PunchSockets sockets;
    private final UdxStream stream;
    private final int remoteId;
    private Optional<PunchSockets.Hold> hold = Optional.empty();
    private Optional<Path> path = Optional.empty();
    private boolean usedRelay;
    private boolean heardThroughRelay;

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
    boolean bind(Path to) {
        return take(to, stream::connect);
    }

    /**
     * Moves the stream to where a packet of the client came from. What we sent into a relay before the client had written
     * there is lost: its first packet that comes that way has ours sent again at once. While nothing has shown that the client is where the path leads, it may
     * still be trying one path after another; after that the path stays, unless it is a relay and the client came directly.
     */
    void follow(Path to) {
        if (path.filter(to::equals).isPresent()) {
            if (to.isRelayed() && !heardThroughRelay && stream.smoothedRtt().isZero()) {
                take(to, stream::retarget);
            }
            heardThroughRelay |= to.isRelayed();
        } else {
            if (!stream.isPathProven()) {
                take(to, stream::retarget);
            } else {
                upgrade(to);
            }
        }
    }

    /** A packet of the client came on another path than the present one: as long as that has not proven itself, the client may be here. */
    void correct(Path to) {
        if (!to.isRelayed() && !stream.isPathProven() && path.filter(to::equals).isEmpty()) {
            take(to, stream::changeRemote);
        }
    }

    /**
     * Moves the stream from a relay to a direct path; what is under way through the relay still arrives.
     *
     * @return false if there is nothing to move, or nowhere to
     */
    boolean upgrade(Path to) {
        return isRelayed() && !to.isRelayed() && take(to, stream::changeRemote);
    }

    /** Tells whether a relay carries the stream now. */
    boolean isRelayed() {
        return path.filter(Path::isRelayed).isPresent();
    }

    /** Tells whether something may be under way through a relay. */
    boolean hasUsedRelay() {
        return usedRelay;
    }

    /** Needs the port no more. */
    void release() {
        hold.ifPresent(PunchSockets.Hold::close);
        hold = Optional.empty();
    }

    @FunctionalInterface
    private interface Binding {
        void to(UdpPort port, int streamId, InetSocketAddress remote);
    }

    private boolean take(Path to, Binding binding) {
        Optional<PunchSockets.Hold> newHold = sockets.hold(to.port());
        if (newHold.isEmpty()) {
            return false;
        }
        try {
            binding.to(to.port(), to.relayStream().orElse(remoteId), to.remote());
        } catch (IllegalStateException e) {
            newHold.get().close(); // the stream is over; its owner hears that from the stream
            return false;
        }
        release();
        hold = newHold;
        path = Optional.of(to);
        usedRelay |= to.isRelayed();
        return true;
    }
}

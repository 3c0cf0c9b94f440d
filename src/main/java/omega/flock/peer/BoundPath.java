package omega.flock.peer;

import java.net.InetSocketAddress;
import java.util.Optional;
import omega.flock.net.UdpPort;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.transport.UdxStream;

/**
 * The path that a stream is bound to, whichever side made it, and the hold that keeps the path's port open. Not thread-safe: its owner's
 * lock guards it, and nothing here blocks or calls anybody. (Connecting a stream only sets where it sends.)
 */
final class BoundPath {

    /** How a stream takes a path: {@code connect}, {@code retarget} or {@code changeRemote} of the stream. */
    @FunctionalInterface
    interface Binding {
        void to(UdpPort port, int streamId, InetSocketAddress remote);
    }

    private final PunchSockets sockets;
    private final UdxStream stream;
    private Optional<PunchSockets.Hold> hold = Optional.empty();
    private Optional<Path> path = Optional.empty();
    private boolean usedRelay;

    BoundPath(PunchSockets sockets, UdxStream stream) {
        this.sockets = sockets;
        this.stream = stream;
    }

    /**
     * Binds the stream to a path, and lets the port of the one before go.
     *
     * @param remoteId the peer's stream, where no relay has another one for it
     * @return false if the port or the stream has been closed meanwhile
     */
    boolean take(Path to, int remoteId, Binding binding) {
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
        if (!stream.isOpen()) {
            release(); // whoever was told of its end found the port before
            return false;
        }
        return true;
    }

    /** Tells whether the stream is bound to just this path. */
    boolean is(Path other) {
        return path.filter(other::equals).isPresent();
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
}

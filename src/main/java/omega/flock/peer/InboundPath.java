package omega.flock.peer;

import omega.flock.peer.punch.PunchSockets;
import omega.flock.transport.UdxStream;

/**
 * Where a server's stream goes: to where the client's first packet came from, or through a relay. Not thread-safe: its
 * owner's lock guards it, and nothing here blocks or calls anybody.
 */
final class InboundPath {

    private final UdxStream stream;
    private final int remoteId;
    private final BoundPath path;
    private boolean heardThroughRelay;

    InboundPath(PunchSockets sockets, UdxStream stream, int remoteId) {
        this.stream = stream;
        this.remoteId = remoteId;
        this.path = new BoundPath(sockets, stream);
    }

    /**
     * Connects the stream.
     *
     * @return false if the port or the stream has been closed meanwhile
     */
    boolean bind(Path to) {
        return path.take(to, remoteId, stream::connect);
    }

    /**
     * Moves the stream to where a packet of the client came from. What we sent into a relay before the client had written
     * there is lost: its first packet that comes that way has ours sent again at once. While nothing has shown that the client is where the
     * path leads, it may still be trying one path after another; after that the path stays, unless it is a relay and the client came
     * directly.
     */
    void follow(Path to) {
        if (path.is(to)) {
            if (to.isRelayed() && !heardThroughRelay && stream.smoothedRtt().isZero()) {
                path.take(to, remoteId, stream::retarget);
            }
            heardThroughRelay |= to.isRelayed();
        } else {
            if (!stream.isPathProven()) {
                path.take(to, remoteId, stream::retarget);
            } else {
                upgrade(to);
            }
        }
    }

    /** A packet of the client came on another path than the present one: as long as that has not proven itself, the client may be here. */
    void correct(Path to) {
        if (!to.isRelayed() && !stream.isPathProven() && !path.is(to)) {
            path.take(to, remoteId, stream::changeRemote);
        }
    }

    /**
     * Moves the stream from a relay to a direct path; what is under way through the relay still arrives.
     *
     * @return false if there is nothing to move, or nowhere to
     */
    boolean upgrade(Path to) {
        return isRelayed() && !to.isRelayed() && path.take(to, remoteId, stream::changeRemote);
    }

    /** Tells whether a relay carries the stream now. */
    boolean isRelayed() {
        return path.isRelayed();
    }

    /** Tells whether something may be under way through a relay. */
    boolean hasUsedRelay() {
        return path.hasUsedRelay();
    }

    /** Needs the port no more. */
    void release() {
        path.release();
    }
}

package omega.flock.peer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.net.UdpPort;
import omega.flock.peer.PathSelector.Evidence;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.transport.UdxStream;

/**
 * The raw stream of one dial, and which path it is bound to. Packets and finds come on readers and on threads of the dial;
 * the selector decides under the lock, and the stream is moved under it too, so that decisions are carried out in the order
 * in which they were made. (Connecting a stream only sets where it sends; it neither blocks nor calls anybody.)
 */
final class StreamPaths {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final PeerContext context;
    private final UdxStream raw;
    private final ReentrantLock lock = new ReentrantLock();
    private final PathSelector selector = new PathSelector(PeerConstants.PATH_PATIENCE); // guarded by lock
    private int remoteId; // guarded by lock; known once the selector is ready
    private Optional<PunchSockets.Hold> hold = Optional.empty(); // guarded by lock; keeps the port of the path open

    /** Creates the stream, which takes packets from now on, before anything else is known. */
    StreamPaths(PeerContext context) {
        this.context = context;
        this.raw = context.createStream(this::admits);
        raw.onClose(reason -> release());
    }

    UdxStream raw() {
        return raw;
    }

    /** The handshake is done and the peer's stream is known by its id. */
    void ready(int peersStreamId) {
        lock.lock();
        try {
            remoteId = peersStreamId;
            applyLocked(selector.ready(context.ticker().nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    /** A way to the peer was found; one to port 0, which somebody may have told us, is none. */
    void found(UdpPort port, InetSocketAddress remote, Evidence why) {
        if (remote.getPort() == 0) {
            return;
        }
        lock.lock();
        try {
            applyLocked(selector.found(context.ticker().nanoTime(), new Path(port, remote), why));
        } finally {
            lock.unlock();
        }
    }

    /** The peer has spoken: where the stream is now, it stays. */
    void confirmed() {
        lock.lock();
        try {
            selector.confirmed();
        } finally {
            lock.unlock();
        }
    }

    /** Packets may come before the reply that announces them, and from sockets that the reply does not name. */
    private boolean admits(UdxStream stream, UdpPort port, InetSocketAddress source) {
        found(port, source, Evidence.PACKET);
        return source.getPort() != 0;
    }

    private void tick() {
        lock.lock();
        try {
            applyLocked(selector.tick(context.ticker().nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    private void applyLocked(PathSelector.Action action) {
        switch (action) {
            case PathSelector.Action.Keep() -> { }
            case PathSelector.Action.Bind(Path path) -> {
                LOG.log(Level.DEBUG, "dial.path.bound remote={0} port={1}", path.remote(), path.port());
                bindLocked(path, false);
            }
            case PathSelector.Action.Move(Path path) -> {
                LOG.log(Level.DEBUG, "dial.path.moved remote={0} port={1}", path.remote(), path.port());
                bindLocked(path, true);
            }
        }
        selector.nextDeadline().ifPresent(deadline -> context.timers().schedule(deadline, this::tick));
    }

    private void bindLocked(Path path, boolean move) {
        Optional<PunchSockets.Hold> newHold = context.punching().sockets().hold(path.port());
        if (newHold.isEmpty()) {
            return; // the port has gone meanwhile, and with it the dial
        }
        try {
            if (move) {
                raw.retarget(path.port(), remoteId, path.remote());
            } else {
                raw.connect(path.port(), remoteId, path.remote());
            }
        } catch (IllegalStateException e) {
            // The stream was closed while the path was found: the dial is over.
            newHold.get().close();
            return;
        }
        hold.ifPresent(PunchSockets.Hold::close);
        hold = newHold;
        if (!raw.isOpen()) {
            releaseLocked();
        }
    }

    private void release() {
        lock.lock();
        try {
            releaseLocked();
        } finally {
            lock.unlock();
        }
    }

    private void releaseLocked() {
        hold.ifPresent(PunchSockets.Hold::close);
        hold = Optional.empty();
    }
}

package omega.flock.peer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.net.UdpPort;
import omega.flock.peer.PathSelector.Evidence;
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;

/**
 * The raw stream of one dial, and which path it is bound to. Packets and finds come on readers and on threads of the dial;
 * the selector decides under the lock, and the stream is moved under it too, so that decisions are carried out in the order
 * in which they were made. (Connecting a stream only sets where it sends; it neither blocks nor calls anybody.)
 *
 * <p>When a relay carries the stream it goes on to decide after the dial: a direct path that shows up later takes its place.
 */
final class StreamPaths {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final PeerContext context;
    private final UdxStream raw;
    private final ReentrantLock lock = new ReentrantLock();
    private final PathSelector selector = new PathSelector(PeerConstants.PATH_PATIENCE, PeerConstants.MOVE_PATIENCE); // guarded by lock
    private int remoteId; // guarded by lock; known once the selector is ready
    private final BoundPath bound; // guarded by lock
    private Optional<RelayRoute> relay = Optional.empty(); // guarded by lock
    private Optional<SecretStream> confirmed = Optional.empty(); // guarded by lock; there once the peer has spoken
    private Optional<Runnable> onUpgrade; // guarded by lock; gone, and the dial with it, once there is nothing to upgrade

    /**
     * Creates the stream, which takes packets from now on, before anything else is known.
     *
     * @param onUpgrade runs when a direct path has taken the place of a relay; must not block
     */
    StreamPaths(PeerContext context, Runnable onUpgrade) {
        this.context = context;
        this.onUpgrade = Optional.of(onUpgrade);
        this.raw = context.createStream(this::admits);
        this.bound = new BoundPath(context.punching().sockets(), raw);
        raw.onClose(reason -> release());
    }

    UdxStream raw() {
        return raw;
    }

    /** The handshake is done and the peer's stream is known by its id. */
    void ready(int peersStreamId) {
        decide(() -> {
            remoteId = peersStreamId;
            return selector.ready(context.ticker().nanoTime());
        });
    }

    /** There may be a way through a relay too. */
    void enter(RelayRoute route) {
        lock.lock();
        try {
            relay = Optional.of(route);
        } finally {
            lock.unlock();
        }
    }

    /** The relay leads to the peer. */
    void paired(Path throughRelay) {
        decide(() -> selector.found(context.ticker().nanoTime(), throughRelay, Evidence.RELAY));
    }

    /** A way to the peer was found; one to port 0, which somebody may have told us, is none. */
    void found(UdpPort port, InetSocketAddress remote, Evidence why) {
        if (remote.getPort() == 0) {
            return;
        }
        decide(() -> {
            Optional<Path> throughRelay = relay.flatMap(RelayRoute::path).filter(path -> path.leadsTo(port, remote));
            return selector.found(context.ticker().nanoTime(), throughRelay.orElseGet(() -> new Path(port, remote)), why);
        });
    }

    /** The peer has spoken: where the stream is now, it stays, unless that is a relay. */
    void confirmed(SecretStream stream) {
        decide(() -> {
            confirmed = Optional.of(stream);
            boolean relayed = selector.path().filter(Path::isRelayed).isPresent();
            if (relayed) {
                stream.tookPath(true);
            }
            return selector.confirmed(context.ticker().nanoTime());
        });
        lock.lock();
        try {
            if (isRelayedLocked()) {
                return;
            }
            onUpgrade = Optional.empty();
            if (relay.isEmpty()) {
                return;
            }
            if (bound.hasUsedRelay()) {
                relay.get().leave();
                return;
            }
        } finally {
            lock.unlock();
        }
        closeRelay();
    }

    /** Tells whether a relay carries the stream now. */
    boolean isRelayed() {
        lock.lock();
        try {
            return isRelayedLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the relay up. */
    void closeRelay() {
        Optional<RelayRoute> route;
        lock.lock();
        try {
            route = relay;
        } finally {
            lock.unlock();
        }
        route.ifPresent(RelayRoute::close);
    }

    /** Packets may come before the reply that announces them, and from sockets that the reply does not name. */
    private boolean admits(UdxStream stream, UdpPort port, InetSocketAddress source) {
        found(port, source, Evidence.PACKET);
        return source.getPort() != 0;
    }

    private void tick() {
        decide(() -> selector.tick(context.ticker().nanoTime()));
    }

    private void decide(Supplier<PathSelector.Action> decision) {
        boolean upgraded;
        Optional<Runnable> told;
        lock.lock();
        try {
            PathSelector.Action action = decision.get();
            applyLocked(action);
            upgraded = action instanceof PathSelector.Action.Upgrade;
            told = onUpgrade;
            if (upgraded) {
                confirmed.ifPresent(stream -> stream.tookPath(false));
                relay.ifPresent(RelayRoute::leave);
            }
            if (confirmed.isPresent() && action instanceof PathSelector.Action.Move) {
                confirmed.get().tookPath(true);
                relay.ifPresent(RelayRoute::stay);
            }
        } finally {
            lock.unlock();
        }
        if (upgraded) {
            told.ifPresent(Runnable::run);
        }
    }

    private boolean isRelayedLocked() {
        return selector.path().filter(Path::isRelayed).isPresent();
    }

    private void applyLocked(PathSelector.Action action) {
        if (action instanceof PathSelector.Action.Bind(Path path)) {
            LOG.log(Level.DEBUG, "dial.path.bound remote={0} port={1}", path.remote(), path.port());
            bound.take(path, remoteId, raw::connect);
        } else if (action instanceof PathSelector.Action.Move(Path path)) {
            LOG.log(Level.DEBUG, "dial.path.moved remote={0} port={1}", path.remote(), path.port());
            bound.take(path, remoteId, raw::retarget);
        } else if (action instanceof PathSelector.Action.Upgrade(Path path)) {
            LOG.log(Level.DEBUG, "dial.path.upgraded remote={0} port={1}", path.remote(), path.port());
            bound.take(path, remoteId, raw::changeRemote);
        }
        selector.nextDeadline().ifPresent(deadline -> context.timers().schedule(deadline, this::tick));
    }

    private void release() {
        lock.lock();
        try {
            bound.release();
        } finally {
            lock.unlock();
        }
    }
}

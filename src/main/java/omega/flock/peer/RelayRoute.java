package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.net.UdpPort;
import omega.flock.peer.relay.RelayConstants;
import omega.flock.peer.relay.RelaySession;
import omega.flock.runtime.Task;
import omega.flock.transport.UdxStream;

/**
 * The way of one stream through a blind relay, the same for both roles. Its virtual thread, {@code flock-relay}, dials the
 * relay, has the stream tied to one of the peer there, and stays with that connection, on which the pairing depends.
 *
 * <pre>
 *   PAIRING ──answer──► PAIRED ◄─leave(), stay()─► LEAVING ──both ends have moved──► CLOSED     absorbing
 *      └─ 15 s, refused ──┴─── relay lost, stream closed, close() ──────────────────────▲
 * </pre>
 *
 * <p>Leaving is what needs care: packets of either side may still be under way through the relay, and some of them go there
 * again when they are repeated. So the relay is let go only after everything of ours that was numbered for it has been
 * acknowledged, and something has come directly that shows what the peer had sent before it to be complete. "The relay
 * connection is closed only after a data or message packet arrives that did not come via the relay."
 */
final class RelayRoute {

    /** Hears once what became of the pairing; on the route's thread, or on the one that closes it. */
    interface Listener {

        /** The relay leads to the peer as soon as both sides have written there. */
        void onPaired(RelayRoute route, Path path);

        /** It will not lead there. */
        void onFailed(RelayRoute route, FlockException why);
    }

    private enum State {
        PAIRING, PAIRED, LEAVING, CLOSED
    }

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final PeerContext context;
    private final UdxStream raw;
    private final RelayThroughInfo relay;
    private final boolean initiator;
    private final boolean forStranger;
    private final Listener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.PAIRING; // guarded by lock
    private Optional<Task<Void>> task = Optional.empty(); // guarded by lock
    private Optional<RelaySession> session = Optional.empty(); // guarded by lock
    private boolean ourSideMoved; // guarded by lock
    private boolean peerMoved; // guarded by lock
    private volatile Optional<Path> path = Optional.empty(); // there from PAIRED on

    /**
     * Prepares the way.
     *
     * @param raw the stream, which is not connected yet or may be moved
     * @param relay which relay, and the token under which both sides meet
     * @param initiator our role there: the side whose relay it is initiates
     * @param forStranger whether a client of ours has named the relay
     */
    RelayRoute(PeerContext context, UdxStream raw, RelayThroughInfo relay, boolean initiator, boolean forStranger, Listener listener) {
        this.context = context;
        this.raw = raw;
        this.relay = relay;
        this.initiator = initiator;
        this.forStranger = forStranger;
        this.listener = listener;
    }

    /** Starts to reach the relay. The route ends with its stream at the latest. */
    void start() {
        raw.watchPaths(Optional.of(this::delivered));
        raw.onClose(reason -> close());
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            context.counters().relays.incrementAndGet();
            try {
                task = Optional.of(context.scope().fork("flock-relay", this::run));
                return;
            } catch (RejectedExecutionException e) {
                context.counters().relays.decrementAndGet(); // the node is closing
            }
        } finally {
            lock.unlock();
        }
        close();
    }

    /** Returns the path through the relay, once it has paired us. */
    Optional<Path> path() {
        return path;
    }

    /** Tells whether the relay has been let go. */
    boolean isOver() {
        lock.lock();
        try {
            return state == State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    /** The stream has moved to a direct path: the relay is let go as soon as nothing depends on it any more. */
    void leave() {
        lock.lock();
        try {
            if (state != State.PAIRED) {
                return;
            }
            state = State.LEAVING;
            ourSideMoved = false;
            peerMoved = false;
            context.scope().tryFork("flock-relay-leave", this::confirmMove);
        } finally {
            lock.unlock();
        }
    }

    /** The stream has come back from a direct path on which the peer has not been heard. */
    void stay() {
        lock.lock();
        try {
            if (state == State.LEAVING) {
                state = State.PAIRED;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets the relay go at once. Idempotent, on any thread, never blocks. */
    void close() {
        end(Optional.empty());
    }

    // ---- On the route's thread -------------------------------------------------------------------------------------------------

    private void run() throws InterruptedException {
        try {
            long deadline = context.ticker().nanoTime() + RelayConstants.PAIRING_TIMEOUT.toNanos();
            // A relay of a relay could be named without end: there is one at most.
            Dialer.Reached reached = context.dialer().dial(relay.publicKey(),
                    DialOptions.DEFAULT.withMayBeRelayed(false).withTimeout(RelayConstants.PAIRING_TIMEOUT), forStranger);
            RelaySession opened = new RelaySession(reached.stream(), initiator, relay.token(), raw.id());
            if (!keep(opened)) {
                return;
            }
            Duration left = Duration.ofNanos(Math.max(1, deadline - context.ticker().nanoTime()));
            int relayStream = opened.pair(left, context.ticker());
            paired(new Path(reached.raw().port().orElseThrow(), reached.raw().remoteAddress().orElseThrow(),
                    OptionalInt.of(relayStream)));
            opened.awaitEnd();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "relay.ended relay={0} cause={1}", relay.publicKey(), e.getMessage());
            end(Optional.of(new FlockException(Code.RELAY_ABORTED,
                    "the relay " + relay.publicKey() + " does not lead to the peer: " + e.getMessage(), e)));
        } finally {
            close();
            context.counters().relays.decrementAndGet();
        }
    }

    /** Keeps a session unless nobody wants it any more. */
    private boolean keep(RelaySession opened) {
        lock.lock();
        try {
            session = Optional.of(opened);
            if (state != State.CLOSED) {
                return true;
            }
        } finally {
            lock.unlock();
        }
        opened.close();
        return false;
    }

    private void paired(Path found) {
        lock.lock();
        try {
            if (state != State.PAIRING) {
                return;
            }
            state = State.PAIRED;
            path = Optional.of(found);
        } finally {
            lock.unlock();
        }
        LOG.log(Level.DEBUG, "relay.paired relay={0} remote={1}", relay.publicKey(), found.remote());
        listener.onPaired(this, found);
    }

    // ---- Leaving -----------------------------------------------------------------------------------------------------------------

    /** On a thread of its own: "one zero-length message" tells the peer that nothing of ours is left behind. */
    private void confirmMove() throws InterruptedException {
        try {
            if (raw.awaitRemoteChanged(PeerConstants.MOVE_TIMEOUT)) {
                raw.sendMessage(new byte[0]);
                moved(true);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "relay.leave.failed cause={0}", e.getMessage()); // the stream is over, and closes the route
        }
    }

    /** On a reader: something of the peer came that was not under way on an older path. */
    private void delivered(UdpPort port, InetSocketAddress source) {
        if (path.filter(relayed -> relayed.leadsTo(port, source)).isEmpty()) {
            moved(false);
        }
    }

    /** The relay is needed for as long as the direct path has not proven itself: whoever sent a packet along it may be a stranger. */
    private void moved(boolean ours) {
        boolean proven = raw.isPathProven();
        lock.lock();
        try {
            if (state != State.LEAVING) {
                return;
            }
            ourSideMoved |= ours;
            peerMoved |= !ours;
            if (!ourSideMoved || !peerMoved || !proven) {
                return;
            }
        } finally {
            lock.unlock();
        }
        LOG.log(Level.DEBUG, "relay.left relay={0}", relay.publicKey());
        close();
    }

    // ---- The end -----------------------------------------------------------------------------------------------------------------

    private void end(Optional<FlockException> why) {
        boolean pairing;
        Optional<RelaySession> open;
        Optional<Task<Void>> running;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            pairing = state == State.PAIRING;
            state = State.CLOSED;
            open = session;
            running = task;
        } finally {
            lock.unlock();
        }
        raw.watchPaths(Optional.empty());
        open.ifPresent(RelaySession::close);
        if (pairing) {
            running.ifPresent(Task::cancel);
            listener.onFailed(this, why.orElseGet(() -> new FlockException(Code.RELAY_ABORTED, "the relay is needed no more")));
        }
    }
}

package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseException;
import omega.flock.noise.NoiseHandshake;
import omega.flock.noise.NoiseResult;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;
import omega.flock.wire.MalformedMessageException;

/**
 * One client's handshake at a server. Its virtual thread, {@code flock-handshake}, does the work in order; copies of the
 * message, packets and timers come on readers and only read or set state under the lock.
 *
 * <pre>
 *                                                         opening frame through a relay ──► RELAYED
 *                                                                    │                         │ direct packet
 *   VERIFYING ──Noise, firewall──► ANSWERED ──path──► BOUND ──opening frame──► CONNECTED ◄─────┘
 *       │                             │ nothing is left │ 10 s
 *       └── bad, rejected ──► SILENT  └────► ABORTED ◄──┘             CONNECTED, ABORTED and SILENT are final
 * </pre>
 *
 * <p>The connection is handed out only after the client's opening frame has been read, hyperdht hands it out when it is bound
 * to a path. Nothing but a few bytes is allocated before the Noise message has verified.
 */
final class InboundHandshake {
    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private enum State {
        /** The thread is at work and has no answer yet; copies wait. */
        VERIFYING,
        /** The answer has gone; copies get it too. */
        ANSWERED,
        /** The stream sends to the client; its opening frame is awaited. */
        BOUND,
        /** Handed out; a relay carries it, and a direct path may still take its place. */
        RELAYED,
        /** Handed out. Copies get the answer for as long as the handshake is remembered. */
        CONNECTED,
        /** Given up after an answer. */
        ABORTED,
        /** Refused; nobody is told. */
        SILENT
    }

    private final PeerServer server;
    private final PeerContext context;
    private final HandshakeArrival first;
    private final int number;
    private final InboundAnswer answer;
    private final InboundRoutes routes;
    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.VERIFYING; // guarded by lock
    private Optional<InboundPath> path = Optional.empty(); // guarded by lock; there before the answer
    private Optional<SecretStream> stream = Optional.empty(); // guarded by lock; there before the answer
    private Optional<DeadlineQueue.Entry> timer = Optional.empty(); // guarded by lock
    private boolean punchOver; // guarded by lock; no direct path will be found any more
    private boolean relayOver; // guarded by lock; nor one through a relay
    private volatile Optional<UdxStream> raw = Optional.empty();

    InboundHandshake(PeerServer server, PeerContext context, HandshakeArrival first, int number) {
        this.server = server;
        this.context = context;
        this.first = first;
        this.number = number;
        this.answer = new InboundAnswer(context, first);
        this.routes = new InboundRoutes(this, server, context, first);
    }

    int number() {
        return number;
    }

    // ---- On readers --------------------------------------------------------------------------------------------------------

    /** A copy came, through another relay or again: it gets the same answer, or none. */
    void onCopy(HandshakeArrival copy) {
        answer.onCopy(copy);
    }

    /** A round of hole punching came. */
    void onRound(HolepunchArrival round) {
        routes.onRound(round);
    }

    /** The stream's firewall: a packet of the client came, on whichever socket. */
    private boolean admits(UdxStream on, UdpPort port, InetSocketAddress source) {
        if (source.getPort() == 0) {
            return false;
        }
        arrived(routes.pathOf(port, source));
        return true;
    }

    /** The client is at the other end of a path, or a relay has tied it to that; on any thread. */
    void arrived(Path found) {
        boolean upgraded = false;
        lock.lock();
        try {
            if (state == State.BOUND) {
                path.orElseThrow().follow(found);
            } else if (state == State.ANSWERED && path.orElseThrow().bind(found)) {
                state = State.BOUND;
                setTimerLocked(PeerConstants.OPENING_TIMEOUT, () -> giveUp(PeerDrop.NO_OPENING_FRAME));
            } else if (state == State.CONNECTED) {
                path.orElseThrow().correct(found);
            } else if (state == State.RELAYED && path.orElseThrow().upgrade(found)) {
                state = State.CONNECTED;
                upgraded = true;
                stream.orElseThrow().tookPath(false);
            }
        } finally {
            lock.unlock();
        }
        if (upgraded) {
            LOG.log(Level.DEBUG, "handshake.path.upgraded remote={0}", found.remote());
            routes.leaveRelay(true);
            routes.closePuncher();
        }
    }

    // ---- On the handshake's thread -----------------------------------------------------------------------------------------

    /** Does everything from the Noise message to handing out the connection. */
    void run() throws InterruptedException {
        Optional<SecretStream> connection = Optional.empty();
        try {
            connection = shake();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "handshake.failed client={0} cause={1}", first.clientAddress(), e.getMessage());
            abort(e.getMessage());
        } finally {
            server.handshakes().ended(this, connection.isPresent());
        }
        // Whoever takes it may stay on this thread for as long as the connection lives.
        connection.ifPresent(server::deliver);
    }

    private Optional<SecretStream> shake() throws IOException, InterruptedException {
        NoiseHandshake noise = NoiseHandshake.responder(NoiseHandshake.Pattern.IK, server.keyPair(),
                Namespaces.peerHandshake());
        NoisePayload client;
        try {
            client = PayloadBounds.apply(NoisePayload.decode(noise.readMessage(first.noise())), context.counters());
        } catch (NoiseException | MalformedMessageException e) {
            context.counters().count(PeerDrop.BAD_NOISE);
            silence();
            server.handshakes().rejected(this); // and not remembered: it must not keep others out
            return Optional.empty();
        }
        if (server.rejects(noise.remotePublicKey())) {
            context.counters().count(PeerDrop.REJECTED);
            silence();
            return Optional.empty();
        }
        if (first.clientAddress().port() == 0) {
            throw new FlockException("HANDSHAKE_ABORTED", "a relay says that the client has port 0");
        }
        return serve(noise, client);
    }

    private Optional<SecretStream> serve(NoiseHandshake noise, NoisePayload client)
            throws IOException, InterruptedException {
        PayloadError error = client.version() != 1 ? PayloadError.VERSION_MISMATCH
                : client.udx().isEmpty() ? PayloadError.ABORTED : PayloadError.NONE;
        Optional<PeerAddress> open = context.dht().rpc().remoteAddress();
        List<PeerAddress> local = server.options().shareLocalAddress() ? context.localAddresses().validated() : List.of();
        if (error != PayloadError.NONE) {
            NoisePayload refusal = InboundReply.payload(error, number, open, local, server.relays(), 0, Optional.empty());
            byte[] message = noise.writeMessage(refusal.toBytes());
            if (leaveVerifying(State.ABORTED)) {
                answer.give(message, Optional.empty());
            }
            return Optional.empty();
        }
        UdxStream created = context.createStream(this::admits);
        created.limitUnproven(PeerConstants.AMPLIFICATION * first.noise().length);
        created.onClose(this::streamClosed);
        raw = Optional.of(created);
        Optional<RelayThroughInfo> relay = server.offerRelay();
        byte[] message = noise.writeMessage(InboundReply.payload(error, number, open, local, server.relays(),
                Integer.toUnsignedLong(created.id()), relay).toBytes());
        NoiseResult keys = noise.result();
        SecretStream secret = context.encrypt(created, keys, false, server.keyPair());
        lock.lock();
        try {
            path = Optional.of(new InboundPath(context.punching().sockets(), created, (int) client.udx().orElseThrow().id()));
            stream = Optional.of(secret);
            setTimerLocked(PeerConstants.HANDSHAKE_INITIAL_TIMEOUT, this::noPathInTime);
        } finally {
            lock.unlock();
        }
        routes.open(created, client, keys, message, relay, open.isPresent(), local);
        // While the answer is on its way; the opening frame waits in the stream until there is a path.
        secret.start();
        secret.awaitPeer(PeerConstants.DIAL_TIMEOUT);
        created.openingWasGenuine();
        connected();
        return Optional.of(secret);
    }

    /** The answer is ready: whoever waits gets it. */
    void answer(byte[] message, Optional<InboundPunch> fromPuncher) {
        if (leaveVerifying(State.ANSWERED)) {
            answer.give(message, fromPuncher);
        }
    }

    private boolean leaveVerifying(State next) {
        return locked(() -> {
            boolean verifying = state == State.VERIFYING;
            state = verifying ? next : state;
            return verifying;
        });
    }

    private void connected() throws IOException {
        boolean relayed;
        lock.lock();
        try {
            if (state != State.BOUND) {
                throw new FlockException("HANDSHAKE_ABORTED", "the handshake was given up");
            }
            relayed = path.orElseThrow().isRelayed();
            state = relayed ? State.RELAYED : State.CONNECTED;
            punchOver |= !routes.hasPuncher();
            cancelTimerLocked();
            if (relayed) {
                stream.orElseThrow().tookPath(true);
            }
            if (relayed && !punchOver) {
                setTimerLocked(PeerConstants.UPGRADE_PATIENCE, () -> punchFailed("no more rounds"));
            }
        } finally {
            lock.unlock();
        }
        if (!relayed) {
            routes.leaveRelay(locked(() -> path.orElseThrow().hasUsedRelay()));
            routes.closePuncher();
        }
    }

    // ---- The end -------------------------------------------------------------------------------------------------------------

    /** A punching round arrived: the puncher says when it is over, or, once there is a connection, our patience. */
    void punchingBegins() {
        lock.lock();
        try {
            if (state == State.ANSWERED) {
                cancelTimerLocked();
            } else if (state == State.RELAYED && !punchOver) {
                setTimerLocked(PeerConstants.UPGRADE_PATIENCE, () -> punchFailed("no more rounds"));
            }
        } finally {
            lock.unlock();
        }
    }

    /** No direct path will be found: the end, unless a relay leads to the client or may still do so. */
    void punchFailed(String why) {
        boolean over = locked(() -> {
            punchOver = true;
            return state != State.RELAYED && !hopesForRelayLocked();
        });
        if (over) {
            abort(why);
        } else {
            routes.closePuncher();
        }
    }

    /** No relay will lead to the client: the end, if there is no other way either. */
    void relayFailed() {
        boolean over = locked(() -> {
            relayOver = true;
            return punchOver && state == State.ANSWERED;
        });
        if (over) {
            giveUp(PeerDrop.NO_PATH);
        }
    }

    private void noPathInTime() {
        if (locked(this::hopesForRelayLocked)) {
            punchFailed("no path in time");
        } else {
            giveUp(PeerDrop.NO_PATH);
        }
    }

    private void giveUp(PeerDrop reason) {
        context.counters().count(reason);
        abort("timed out: " + reason);
    }

    /** Gives up; a connection that was handed out is not touched. Idempotent, on any thread. */
    void abort(String why) {
        abort(why, true);
    }

    /** The same, but may spare a connection that the client sees as open once it has read our opening frame. */
    void abort(String why, boolean evenBound) {
        boolean handedOut;
        lock.lock();
        try {
            if (state == State.CONNECTED || state == State.BOUND && !evenBound) {
                return;
            }
            handedOut = state == State.RELAYED;
            if (handedOut) {
                punchOver = true;
            } else {
                state = state == State.VERIFYING || state == State.SILENT ? State.SILENT : State.ABORTED;
            }
            cancelTimerLocked();
        } finally {
            lock.unlock();
        }
        routes.closePuncher();
        if (!handedOut) {
            answer.withhold();
            raw.ifPresent(each -> each.destroy(CloseReason.closedLocally("handshake given up: " + why)));
        }
    }

    /** Tells whether a relay has been asked for. */
    boolean usesRelay() {
        return routes.hasRelay();
    }

    /** Tells whether the connection has been handed out and its path is settled. */
    boolean isConnected() {
        return locked(() -> state == State.CONNECTED);
    }

    /** Tells whether the connection has been handed out on a relay, and the client may still come with rounds. */
    boolean isUpgradable() {
        return locked(() -> state == State.RELAYED && !punchOver);
    }

    /** Tells whether nothing is left to be done for the client. */
    boolean isOver() {
        return locked(() -> state.compareTo(State.CONNECTED) >= 0);
    }

    private boolean hopesForRelayLocked() {
        return routes.hasRelay() && !relayOver;
    }

    private void silence() {
        locked(() -> state = State.SILENT);
        answer.withhold();
    }

    private void streamClosed(CloseReason reason) {
        locked(() -> {
            path.ifPresent(InboundPath::release);
            return null;
        });
        abort(reason.message());
    }

    private void setTimerLocked(Duration limit, Runnable action) {
        cancelTimerLocked();
        timer = Optional.of(context.timers().schedule(context.ticker().nanoTime() + limit.toNanos(), action));
    }

    private void cancelTimerLocked() {
        timer.ifPresent(DeadlineQueue.Entry::cancel);
        timer = Optional.empty();
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}

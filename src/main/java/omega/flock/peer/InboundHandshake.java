package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseException;
import omega.flock.noise.NoiseHandshake;
import omega.flock.noise.NoiseResult;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.peer.punch.PunchListener;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;
import omega.flock.wire.MalformedMessageException;

/**
 * One client's handshake at a server. Its virtual thread, {@code flock-handshake}, does the work in order; copies of the
 * message, packets and timers come on readers and only read or set state under the lock.
 *
 * <pre>
 *   VERIFYING ──Noise, firewall──► ANSWERED ──path──► BOUND ──opening frame──► CONNECTED
 *       │                             │ 10 s, punch failed │ 10 s
 *       └── bad, rejected ──► SILENT  └───────► ABORTED ◄──┘            the three at the end are final
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
    private final ReentrantLock lock = new ReentrantLock();
    private final List<HandshakeArrival> waiting = new ArrayList<>(); // guarded by lock
    private State state = State.VERIFYING; // guarded by lock
    private byte[] answer = {}; // guarded by lock
    private boolean answersFromPuncher; // guarded by lock
    private Optional<InboundPath> path = Optional.empty(); // guarded by lock; there before the answer
    private Optional<DeadlineQueue.Entry> timer = Optional.empty(); // guarded by lock
    private volatile Optional<InboundPunch> punch = Optional.empty();
    private volatile Optional<UdxStream> raw = Optional.empty();

    InboundHandshake(PeerServer server, PeerContext context, HandshakeArrival first, int number) {
        this.server = server;
        this.context = context;
        this.first = first;
        this.number = number;
        waiting.add(first);
    }

    int number() {
        return number;
    }

    // ---- On readers --------------------------------------------------------------------------------------------------------

    /** A copy came, through another relay or again: it gets the same answer, or none. */
    void onCopy(HandshakeArrival copy) {
        lock.lock();
        try {
            switch (state) {
                case VERIFYING -> {
                    if (waiting.size() < PeerConstants.MAX_COPIES) {
                        waiting.add(copy);
                    } else {
                        context.counters().count(PeerDrop.TOO_MANY_COPIES);
                    }
                    return;
                }
                case SILENT -> {
                    return;
                }
                case ANSWERED, BOUND, CONNECTED, ABORTED -> { }
            }
        } finally {
            lock.unlock();
        }
        send(copy);
    }

    /** A round of hole punching came. */
    void onRound(HolepunchArrival round) {
        punch.ifPresentOrElse(each -> each.onRound(round), () -> context.counters().count(PeerDrop.UNKNOWN_SLOT));
    }

    /** The stream's firewall: a packet of the client came, on whichever socket. */
    private boolean admits(UdxStream stream, UdpPort port, InetSocketAddress source) {
        if (source.getPort() == 0) {
            return false;
        }
        bind(port, source);
        return true;
    }

    private void bind(UdpPort port, InetSocketAddress remote) {
        lock.lock();
        try {
            if (state == State.BOUND) {
                path.orElseThrow().follow(port, remote);
            } else if (state == State.ANSWERED && path.orElseThrow().bind(port, remote)) {
                state = State.BOUND;
                setTimerLocked(PeerConstants.OPENING_TIMEOUT, PeerDrop.NO_OPENING_FRAME);
            }
        } finally {
            lock.unlock();
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
            server.handshakes().ended(this);
        }
        // Whoever takes it may stay on this thread for as long as the connection lives.
        connection.ifPresent(server::deliver);
    }

    private Optional<SecretStream> shake() throws IOException, InterruptedException {
        NoiseHandshake noise = NoiseHandshake.responder(NoiseHandshake.Pattern.IK, server.keyPair(),
                Namespaces.peerHandshake());
        NoisePayload client;
        try {
            client = NoisePayload.decode(noise.readMessage(first.noise()));
        } catch (NoiseException | MalformedMessageException e) {
            context.counters().count(PeerDrop.BAD_NOISE);
            silence();
            server.handshakes().forget(this); // costs nothing to look at again, and must not keep others out
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
            byte[] message = noise.writeMessage(InboundReply.payload(error, number, open, local, server.relays(), 0).toBytes());
            answerWith(message, false, State.ABORTED);
            return Optional.empty();
        }
        UdxStream stream = context.createStream(this::admits);
        stream.onClose(this::streamClosed);
        raw = Optional.of(stream);
        byte[] message = noise.writeMessage(InboundReply.payload(error, number, open, local, server.relays(),
                Integer.toUnsignedLong(stream.id())).toBytes());
        NoiseResult keys = noise.result();
        lock.lock();
        try {
            path = Optional.of(new InboundPath(context.punching().sockets(), stream, (int) client.udx().orElseThrow().id()));
            setTimerLocked(PeerConstants.HANDSHAKE_INITIAL_TIMEOUT, PeerDrop.NO_PATH);
        } finally {
            lock.unlock();
        }
        choosePath(client, keys, message, open.isPresent(), local);
        // While the answer is on its way; the opening frame waits in the stream until there is a path.
        SecretStream secret = context.encrypt(stream, keys, false, server.keyPair());
        secret.start();
        secret.awaitPeer(PeerConstants.DIAL_TIMEOUT);
        connected();
        return Optional.of(secret);
    }

    /** The cases of dht.md 6.2, 9 to 13: who sends first, from where, and whether a puncher is needed. */
    private void choosePath(NoisePayload client, NoiseResult keys, byte[] message, boolean open,
            List<PeerAddress> local) throws IOException {
        InetSocketAddress clientAddress = first.clientAddress().toSocketAddress();
        Optional<PeerAddress> neighbour = InboundReply.neighbour(first, client, local);
        if (client.firewall() == Firewall.OPEN || !first.relayed()) {
            context.punching().stats().countOpen();
            UdpPort port = first.relayed() ? context.dht().rpc().defaultPort() : first.port();
            answerWith(message, false, State.ANSWERED);
            bind(port, clientAddress);
        } else if (neighbour.isPresent()) {
            // "Same-LAN prepunch also creates a puncher, but it must keep advertising the normal server socket."
            openPuncher(client, keys);
            answerWith(message, false, State.ANSWERED);
            context.punching().knock(context.dht().rpc().serverPort(), neighbour.get(), first.clientAddress());
        } else if (open || !server.options().punching()) {
            answerWith(message, false, State.ANSWERED);
        } else {
            openPuncher(client, keys);
            answerWith(message, true, State.ANSWERED);
        }
    }

    private void openPuncher(NoisePayload client, NoiseResult keys) throws IOException {
        HolePuncher puncher = context.punching().open(false, client.firewall(), new PunchListener() {
            @Override
            public void onConnect(UdpPort port, PeerAddress remote) {
                // Only an initiator hears of probes; we hear of the client's packet.
            }

            @Override
            public void onAbort() {
                abort("no probe came through");
            }
        });
        punch = Optional.of(new InboundPunch(this, server, context, puncher, keys));
        // Closed meanwhile: nobody else knows of the puncher.
        if (isOver()) {
            puncher.close();
        }
    }

    private void answerWith(byte[] message, boolean fromPuncher, State next) {
        List<HandshakeArrival> copies;
        lock.lock();
        try {
            if (state != State.VERIFYING) {
                return;
            }
            answer = message;
            answersFromPuncher = fromPuncher;
            state = next;
            copies = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        copies.forEach(this::send);
    }

    private void send(HandshakeArrival copy) {
        byte[] message;
        boolean fromPuncher;
        lock.lock();
        try {
            message = answer;
            fromPuncher = answersFromPuncher;
        } finally {
            lock.unlock();
        }
        // "Send the Noise reply from the puncher socket so the relay reports that NAT mapping."
        Optional<UdpPort> port = fromPuncher ? punch.flatMap(InboundPunch::openPort) : Optional.empty();
        copy.reply(message, port.orElse(copy.port()));
    }

    private void connected() throws IOException {
        lock.lock();
        try {
            if (state != State.BOUND) {
                throw new FlockException("HANDSHAKE_ABORTED", "the handshake was given up");
            }
            state = State.CONNECTED;
            cancelTimerLocked();
        } finally {
            lock.unlock();
        }
        punch.ifPresent(InboundPunch::close);
    }

    // ---- The end -------------------------------------------------------------------------------------------------------------

    /** The first punching round arrived: from now on the puncher says when it is over. */
    void punchingBegins() {
        lock.lock();
        try {
            if (state == State.ANSWERED) {
                cancelTimerLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives up; a connection that was handed out is not touched. Idempotent, on any thread. */
    void abort(String why) {
        abort(why, true);
    }

    /** The same, but may spare a connection that the client sees as open once it has read our opening frame. */
    void abort(String why, boolean evenBound) {
        lock.lock();
        try {
            if (state == State.CONNECTED || state == State.BOUND && !evenBound) {
                return;
            }
            state = state == State.VERIFYING || state == State.SILENT ? State.SILENT : State.ABORTED;
            waiting.clear();
            cancelTimerLocked();
        } finally {
            lock.unlock();
        }
        punch.ifPresent(InboundPunch::close);
        raw.ifPresent(stream -> stream.destroy(CloseReason.closedLocally("handshake given up: " + why)));
    }

    boolean isConnected() {
        lock.lock();
        try {
            return state == State.CONNECTED;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return switch (state) {
                case VERIFYING, ANSWERED, BOUND -> false;
                case CONNECTED, ABORTED, SILENT -> true;
            };
        } finally {
            lock.unlock();
        }
    }

    private void silence() {
        lock.lock();
        try {
            state = State.SILENT;
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private void streamClosed(CloseReason reason) {
        lock.lock();
        try {
            path.ifPresent(InboundPath::release);
        } finally {
            lock.unlock();
        }
        abort(reason.message());
    }

    private void setTimerLocked(Duration limit, PeerDrop reason) {
        cancelTimerLocked();
        timer = Optional.of(context.timers().schedule(context.ticker().nanoTime() + limit.toNanos(), () -> {
            context.counters().count(reason);
            abort("timed out: " + reason);
        }));
    }

    private void cancelTimerLocked() {
        timer.ifPresent(DeadlineQueue.Entry::cancel);
        timer = Optional.empty();
    }
}

package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.LocalServer;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;

/**
 * Listens under one key. Handshakes and rounds come on the sockets' readers, are looked up or refused there, and worked on by
 * virtual threads; connections are handed out on the thread of their handshake.
 *
 * <pre>
 *   LISTENING ◄──resume()── SUSPENDED        half-open handshakes are dropped and the key is taken back
 *       │  └────suspend()────────▲ │
 *       └──close(), closeNow()─────┴──► CLOSED     absorbing; connections that were handed out live on
 * </pre>
 */
public final class PeerServer implements AutoCloseable {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    // Whoever has closed the server is the only one who will: steps that there is no memory for are taken again.
    private static final Consumer<PeerServer> SHUT = ClosingSteps.insisting(PeerServer::refuseAll);
    private static final Consumer<PeerServer> FINISH = ClosingSteps.insisting(PeerServer::finish);

    private enum State {
        /** Takes handshakes. */
        LISTENING,
        /** Takes none until it is resumed. */
        SUSPENDED,
        /** Takes none any more. */
        CLOSED
    }

    /** What the router calls; kept apart, so that programs do not see it. */
    private final class Gate implements LocalServer {

        @Override
        public void onHandshake(HandshakeArrival arrival) {
            receive(arrival);
        }

        @Override
        public void onHolepunch(HolepunchArrival arrival) {
            receive(arrival);
        }
    }

    private final PeerContext context;
    private final KeyPair keyPair;
    private final PeerServerOptions options;
    private final Consumer<PeerServer> onClosed;
    private final TaskScope scope;
    private final Announcer announcer;
    private final Gate gate = new Gate();
    private final AcceptQueue queue;
    private final HandshakeBook handshakes;
    private final AtomicReference<State> state = new AtomicReference<>(State.LISTENING);

    private PeerServer(PeerContext context, KeyPair keyPair, PeerServerOptions options, Consumer<PeerServer> onClosed) {
        this.context = context;
        this.keyPair = keyPair;
        this.options = options;
        this.onClosed = onClosed;
        this.queue = new AcceptQueue(options.backlog());
        this.scope = context.scope().child("server " + keyPair.publicKey());
        this.handshakes = new HandshakeBook(context);
        this.announcer = new Announcer(new DhtAnnouncerNode(context.dht(), keyPair), context.ticker(), scope);
    }

    /**
     * Registers a server and starts to announce it.
     *
     * @param onClosed told once when the server closes
     * @throws FlockException KEYPAIR_ALREADY_USED
     */
    static PeerServer register(PeerContext context, KeyPair keyPair, PeerServerOptions options, Consumer<PeerServer> onClosed)
            throws FlockException {
        PeerServer server = new PeerServer(context, keyPair, options, onClosed);
        if (!context.dht().router().register(keyPair.publicKey(), server.gate)) {
            server.scope.close();
            throw new FlockException(Code.KEYPAIR_ALREADY_USED, "this node listens already under " + keyPair.publicKey());
        }
        if (options.shareLocalAddress()) {
            context.localAddresses().warmUp();
        }
        server.announcer.start();
        return server;
    }

    /** Waits for the first announce cycle; when no node has taken the key also until it is known whether there are any. */
    void awaitAnnounced() throws InterruptedException {
        announcer.awaitFirstCycle(PeerConstants.FIRST_CYCLE_TIMEOUT);
        if (relayAddresses().isEmpty()) {
            context.dht().rpc().awaitBootstrapped(PeerConstants.FIRST_CYCLE_TIMEOUT);
        }
    }

    /** Returns the key it listens under. */
    public PublicKey publicKey() {
        return keyPair.publicKey();
    }

    /**
     * Waits for a connection whose peer has proven its identity.
     *
     * @throws IOException a FlockException with code SERVER_CLOSED once the server is closed
     */
    public SecretStream accept() throws IOException, InterruptedException {
        return queue.take(Long.MAX_VALUE).orElseThrow();
    }

    /** Waits for a connection for a limited time; empty at the end of it. Otherwise as {@link #accept()}. */
    public Optional<SecretStream> accept(Duration timeout) throws IOException, InterruptedException {
        return queue.take(Nanos.of(timeout));
    }

    /** Returns the relays that peers are told, fastest first, at most 3; empty before the first announce. */
    public List<PeerAddress> relayAddresses() {
        return relays().addresses();
    }

    /** Announces again as soon as possible, for example after a network change. Does not wait. */
    public void refresh() {
        announcer.refresh();
    }

    /** Tells whether the server has not been closed. */
    public boolean isOpen() {
        return state.get() != State.CLOSED;
    }

    /** Drops half-open handshakes, takes the key back and takes nothing until {@link #resume}. */
    void suspend() throws InterruptedException {
        if (state.compareAndSet(State.LISTENING, State.SUSPENDED)) {
            dropHandshakes("suspended");
            announcer.suspend();
        }
    }

    void resume() {
        if (state.compareAndSet(State.SUSPENDED, State.LISTENING)) {
            announcer.resume();
        }
    }

    /**
     * Takes no more connections and takes the key back from the nodes that have it, which may last some seconds. Idempotent.
     * Connections that were handed out live on. One whose client may see it as open already although its opening frame has
     * not been read here, which is when hyperdht has handed it out, is reset, as those are that nobody has accepted: nobody can take it
     * any more.
     */
    @Override
    public void close() {
        if (shut()) {
            try {
                announcer.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                FINISH.accept(this);
            }
        }
    }

    /** The same without taking the key back, which nodes forget within 27 minutes. */
    public void closeNow() {
        if (shut()) {
            FINISH.accept(this);
        }
    }

    // ---- Readers ---------------------------------------------------------------------------------------------------------------

    private void receive(HandshakeArrival arrival) {
        if (state.get() != State.LISTENING) {
            return;
        }
        HandshakeBook.Maker maker = (first, number) -> new InboundHandshake(this, context, first, number);
        handshakes.enter(arrival, isRelay(arrival.from()), maker).ifPresent(entry -> {
            entry.displaced().ifPresent(each -> {
                context.counters().count(PeerDrop.DISPLACED);
                each.abort("its place was needed for a source that held fewer");
            });
            if (entry.isNew()) {
                start(entry.handshake());
            } else {
                entry.handshake().onCopy(arrival);
            }
        });
    }

    private void start(InboundHandshake handshake) {
        // In the scope of the node: what becomes a connection outlives the server.
        if (!context.scope().tryFork("flock-handshake", handshake::run)) {
            handshakes.forget(handshake); // the node is closing
            handshakes.ended(handshake, false);
        }
    }

    private void receive(HolepunchArrival arrival) {
        if (state.get() != State.LISTENING) {
            return;
        }
        handshakes.byNumber(arrival.id()).ifPresentOrElse(each -> each.onRound(arrival),
                () -> context.counters().count(PeerDrop.UNKNOWN_SLOT));
    }

    // ---- For handshakes --------------------------------------------------------------------------------------------------------

    KeyPair keyPair() {
        return keyPair;
    }

    PeerServerOptions options() {
        return options;
    }

    TaskScope scope() {
        return scope;
    }

    Relays relays() {
        return announcer.keeper().relays();
    }

    boolean isRelay(PeerAddress node) {
        return announcer.keeper().isRelay(node);
    }

    /** Asks the program's firewall, with a limit of time. "Truthy or throwing: rejected, silent." */
    boolean rejects(PublicKey remote) throws InterruptedException {
        if (options.firewall() == PeerServerOptions.ADMIT_ALL) {
            return false;
        }
        Task<Boolean> verdict = scope.forkCallable("flock-firewall", () -> {
            try {
                return options.firewall().test(remote);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "server.firewall.failed", e);
                return true;
            }
        });
        try {
            return verdict.join(PeerConstants.FIREWALL_TIMEOUT);
        } catch (TimeoutException | ExecutionException e) {
            verdict.cancel();
            if (isOpen()) {
                LOG.log(Level.WARNING, "server.firewall.gave.no.answer", e);
            }
            return true;
        }
    }

    /** Asks the program for its relays, and picks one; one that throws has none. */
    Optional<RelayThroughInfo> offerRelay() {
        try {
            return context.offerOneOf(options.relayThrough().get());
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "server.relays.failed", e);
            return Optional.empty();
        }
    }

    /** Hands a connection to the program. Does not wait for what the program does with it. */
    void deliver(SecretStream connection) {
        if (!context.admitConnection(connection)) {
            connection.abort(ConnectionMemory.NEEDED);
            return;
        }
        context.counters().accepted.increment();
        if (!queue.offer(connection)) {
            context.counters().count(PeerDrop.BACKLOG_FULL);
            connection.abort(CloseReason.closedLocally("nobody accepted the connection"));
        }
    }

    HandshakeBook handshakes() {
        return handshakes;
    }

    // ---- The end -----------------------------------------------------------------------------------------------------------------

    private boolean shut() {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return false;
        }
        SHUT.accept(this);
        return true;
    }

    private void refuseAll() {
        try {
            // First, since a thread of the program may be waiting for it.
            queue.close(scope.failure())
                    .forEach(each -> each.abort(CloseReason.shutDown("the server closed before anybody accepted")));
        } finally {
            context.dht().router().unregister(keyPair.publicKey(), gate);
            dropHandshakes("the server closed");
        }
    }

    private void finish() {
        announcer.stopNow();
        scope.close();
        onClosed.accept(this);
    }

    private void dropHandshakes(String why) {
        handshakes.clear().forEach(each -> each.abort(why));
    }
}

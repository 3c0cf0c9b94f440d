package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import omega.flock.base.CloseReason;
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
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;
import omega.flock.wire.MalformedMessageException;

/**
 * One client's handshake at a server. Its virtual thread, {@code flock-handshake}, does the work in order; copies of the
 * message, packets and timers come on readers and only read or change its {@link InboundProgress}.
 *
 * <p>The connection is handed out only after the client's opening frame has been read, hyperdht hands it out when it is bound
 * to a path. Nothing but a few bytes is allocated before the Noise message has verified.
 */
final class InboundHandshake {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final class Deadlines implements InboundProgress.Deadlines {

        @Override
        public void noPath() {
            if (progress.isRelayHoped()) {
                punchFailed("no path in time");
            } else {
                giveUp(PeerDrop.NO_PATH);
            }
        }

        @Override
        public void noOpeningFrame() {
            giveUp(PeerDrop.NO_OPENING_FRAME);
        }

        @Override
        public void noMoreRounds() {
            punchFailed("no more rounds");
        }
    }

    private final PeerServer server;
    private final PeerContext context;
    private final HandshakeArrival first;
    private final int number;
    private final InboundAnswer answer;
    private final InboundRoutes routes;
    private final InboundProgress progress;
    private volatile Optional<UdxStream> raw = Optional.empty();

    InboundHandshake(PeerServer server, PeerContext context, HandshakeArrival first, int number) {
        this.server = server;
        this.context = context;
        this.first = first;
        this.number = number;
        this.answer = new InboundAnswer(context, first);
        this.routes = new InboundRoutes(this, server, context, first);
        this.progress = new InboundProgress(context, new Deadlines());
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
        if (progress.arrived(found)) {
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
            throw new IOException("a relay says that the client has port 0");
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
            if (progress.refuses()) {
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
        SecretStream secret = context.encrypt(created, keys, false, server.keyPair(), client);
        progress.awaitsPath(new InboundPath(context.punching().sockets(), created, (int) client.udx().orElseThrow().id()), secret);
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
        if (progress.answers()) {
            answer.give(message, fromPuncher);
        }
    }

    private void connected() throws IOException {
        if (!progress.connected(routes.hasPuncher())) {
            routes.leaveRelay(progress.hasUsedRelay());
            routes.closePuncher();
        }
    }

    // ---- The end -------------------------------------------------------------------------------------------------------------

    /** A punching round arrived: the puncher says when it is over, or, once there is a connection, our patience. */
    void punchingBegins() {
        progress.punchingBegins();
    }

    /** A relay is asked to lead to the client. */
    void hopesForRelay() {
        progress.hopesForRelay();
    }

    /** No direct path will be found: the end, unless a relay leads to the client or may still do so. */
    void punchFailed(String why) {
        if (progress.punchFailed()) {
            abort(why);
        } else {
            routes.closePuncher();
        }
    }

    /** No relay will lead to the client: the end, if there is no other way either. */
    void relayFailed() {
        if (progress.relayFailed()) {
            giveUp(PeerDrop.NO_PATH);
        }
    }

    private void giveUp(PeerDrop reason) {
        context.counters().count(reason);
        abort("timed out: " + reason);
    }

    /** Gives up; a connection that was handed out is not touched. Idempotent, on any thread. */
    void abort(String why) {
        switch (progress.giveUp()) {
            case NOTHING -> { }
            case DIRECT_PATH -> routes.closePuncher();
            case ALL -> {
                routes.closePuncher();
                answer.withhold();
                raw.ifPresent(each -> each.destroy(CloseReason.closedLocally("handshake given up: " + why)));
            }
        }
    }

    /** Tells whether a relay has been asked for. */
    boolean usesRelay() {
        return routes.hasRelay();
    }

    /** Tells whether the connection has been handed out and its path is settled. */
    boolean isConnected() {
        return progress.isConnected();
    }

    /** Tells whether the connection has been handed out on a relay, and the client may still come with rounds. */
    boolean isUpgradable() {
        return progress.isUpgradable();
    }

    /** Tells whether nothing is left to be done for the client. */
    boolean isOver() {
        return progress.isOver();
    }

    private void silence() {
        progress.silence();
        answer.withhold();
    }

    private void streamClosed(CloseReason reason) {
        progress.streamClosed();
        abort(reason.message());
    }
}

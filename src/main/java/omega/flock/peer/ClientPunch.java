package omega.flock.peer;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HolepunchReply;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RelayInfo;
import omega.flock.net.UdpPort;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.peer.punch.HolepunchBox;
import omega.flock.peer.punch.NatVerdict;
import omega.flock.peer.punch.PunchTokens;
import omega.flock.rpc.routing.NodeId;

/**
 * The client's rounds of hole punching, on one virtual thread of the dial: find out what the NATs do, agree, punch.
 *
 * <pre>
 *   probe round ─► (server needs time: 1 s) ─► own NAT understood? ─► probe again, once, if anything was missing
 *        └─► policy asked ─► punching round ─► both send probes; the puncher's listener hears the first one
 * </pre>
 *
 * <p>The first probe may open the way before any round is over: then the dial is decided and interrupts this thread. Source:
 * hyperdht 6.34.0 lib/connect.js {@code holepunch}, {@code probeRound}, {@code roundPunch}.
 */
final class ClientPunch {

    private record Probed(Optional<byte[]> token, PeerAddress peerAddress) {}

    private final PeerContext context;
    private final NodeId target;
    private final PeerSearch.Found found;
    private final DialOptions options;
    private final HolePuncher puncher;
    private final boolean relayed;
    private final HolepunchInfo info;
    private final HolepunchBox box;
    private final PunchTokens tokens;
    private final RelayInfo serverRelay;
    private PeerAddress serverAddress;
    private long round;

    /**
     * Prepares the rounds.
     *
     * @param relayed whether a relay may carry the stream meanwhile, so that a busy gate is waited for
     */
    ClientPunch(PeerContext context, NodeId target, PeerSearch.Found found, HolepunchInfo info, DialOptions options,
            HolePuncher puncher, boolean relayed) {
        this.context = context;
        this.target = target;
        this.found = found;
        this.info = info;
        this.options = options;
        this.puncher = puncher;
        this.relayed = relayed;
        this.box = new HolepunchBox(found.verified().keys().handshakeHash(), context.random());
        this.tokens = new PunchTokens(context.random());
        this.serverAddress = found.reply().serverAddress();
        this.serverRelay = pickServerRelay(info.relays(), found.relay());
    }

    /** Negotiates until probes are being sent; fails with the code of what went wrong. */
    void run() throws IOException, InterruptedException {
        Probed probed = probe(true);
        // "If the relay the server picked is the same as the relay the client picked, then we can use the peerAddress that
        // round one indicates the server wants to use": the server may have had to take another socket.
        if (serverRelay.relayAddress().equals(found.relay()) && !probed.peerAddress().equals(serverAddress)) {
            serverAddress = probed.peerAddress();
            puncher.open(serverAddress);
        }
        NatVerdict own = puncher.nat();
        if (!options.punchPolicy().allows(puncher.remoteFirewall(), own.firewall(), puncher.remoteAddresses(),
                own.addresses().orElse(List.of()))) {
            throw aborted(Code.HOLEPUNCH_ABORTED, "our punch policy said no");
        }
        punch(probed.token());
    }

    private Probed probe(boolean mayRepeat) throws IOException, InterruptedException {
        if (options.fastOpen()) {
            puncher.open(serverAddress);
        }
        Optional<PeerAddress> sessionWith = options.fastOpen() ? Optional.of(serverAddress) : Optional.empty();
        Exchange exchange = exchange(serverRelay.peerAddress(), serverRelay.relayAddress(), false, sessionWith,
                Optional.empty(), Optional.empty());
        puncher.addSample(exchange.sentFrom, exchange.reply.to(), exchange.reply.from());
        if (puncher.remoteFirewall() == Firewall.UNKNOWN) {
            // "They might say this to see if the 'fast mode' punch comes through first."
            TimeUnit.NANOSECONDS.sleep(PeerConstants.REMOTE_NAT_PAUSE.toNanos());
        }
        if (!puncher.awaitStable(false) && puncher.awaitStable(true)) {
            return probe(false); // from a fresh socket, which the server does not know yet
        }
        Optional<byte[]> token = exchange.payload.token();
        if ((puncher.remoteFirewall() == Firewall.UNKNOWN || token.isEmpty()) && mayRepeat) {
            return probe(false);
        }
        Firewall own = puncher.nat().firewall();
        if (puncher.remoteFirewall() == Firewall.UNKNOWN || own == Firewall.UNKNOWN) {
            throw aborted(Code.HOLEPUNCH_PROBE_TIMEOUT, "could not find out about a NAT: ours is " + own + ", the peer's "
                    + puncher.remoteFirewall());
        }
        if (puncher.remoteFirewall() == Firewall.RANDOM && own == Firewall.RANDOM) {
            throw aborted(Code.HOLEPUNCH_DOUBLE_RANDOMIZED_NATS, "both NATs choose their ports at random");
        }
        return new Probed(token, exchange.reply.peerAddress());
    }

    private void punch(Optional<byte[]> remoteToken) throws IOException, InterruptedException {
        // "We are gossiping our final NAT status to the other peer now"
        puncher.freezeNat();
        boolean delayed = false;
        while (!askToPunch(remoteToken, delayed)) {
            delayed = true;
            pauseUntilLater();
        }
        if (!puncher.isRemotePunching()) {
            throw new FlockException(Code.REMOTE_NOT_HOLEPUNCHING, "the peer does not punch");
        }
        if (!puncher.punch()) {
            throw new FlockException(Code.REMOTE_NOT_HOLEPUNCHABLE, "no way to punch from " + puncher.nat().firewall() + " to "
                    + puncher.remoteFirewall());
        }
    }

    /**
     * Agrees to punch now. "If delayed switch to the server's chosen relay - we validated anyway."
     *
     * @return false if this side's gate is busy, or the peer's
     */
    private boolean askToPunch(Optional<byte[]> remoteToken, boolean delayed) throws IOException, InterruptedException {
        if (!puncher.enterGate()) {
            if (!relayed) {
                throw new FlockException(Code.HOLEPUNCH_ABORTED, "another random punch is under way, or has only just ended");
            }
            if (!delayed) {
                // "So both sides verify addresses" while there is time.
                exchange(serverAddress, found.relay(), false, Optional.empty(), Optional.of(tokens.token(serverAddress)),
                        remoteToken);
            }
            return false;
        }
        boolean agreed = false;
        try {
            Exchange exchange = delayed
                    ? exchange(serverRelay.peerAddress(), serverRelay.relayAddress(), true, Optional.empty(), Optional.empty(),
                            remoteToken)
                    : exchange(serverAddress, found.relay(), true, Optional.empty(),
                            Optional.of(tokens.token(serverAddress)), remoteToken);
            agreed = exchange.payload.error() != PayloadError.TRY_LATER;
            return agreed;
        } finally {
            if (!agreed) {
                puncher.leaveGate();
            }
        }
    }

    private void pauseUntilLater() throws InterruptedException {
        long jitter = context.random().nextLong(PeerConstants.TRY_LATER_JITTER.toNanos());
        TimeUnit.NANOSECONDS.sleep(PeerConstants.TRY_LATER_PAUSE.toNanos() + jitter);
    }

    private record Exchange(HolepunchReply reply, HolepunchPayload payload, UdpPort sentFrom) {}

    private Exchange exchange(PeerAddress peerAddress, PeerAddress relay, boolean punching,
            Optional<PeerAddress> sessionWith, Optional<byte[]> token, Optional<byte[]> remoteToken)
            throws IOException, InterruptedException {
        NatVerdict own = puncher.nat();
        HolepunchPayload round = new HolepunchPayload(PayloadError.NONE, own.firewall(), nextRound(), false, punching,
                own.addresses(), sessionWith, token, remoteToken);
        UdpPort from = puncher.port();
        HolepunchReply reply = context.dht().peerHolepunch(target, info.id(), box.seal(round), peerAddress, relay,
                Optional.of(from));
        HolepunchPayload answer = box.open(reply.payload())
                .orElseThrow(() -> new FlockException(Code.HOLEPUNCH_INVALID, "a reply that the peer did not seal"));
        if (answer.error() == PayloadError.TRY_LATER && relayed && punching) {
            return new Exchange(reply, answer, from);
        }
        if (answer.error() != PayloadError.NONE) {
            throw new FlockException(Code.REMOTE_ABORTED, "the peer answers with " + answer.error());
        }
        // The peer can only have our token if it received at the host that we sent it to.
        boolean echoed = token.isPresent() && answer.remoteToken().isPresent()
                && Arrays.equals(token.get(), answer.remoteToken().get());
        puncher.updateRemote(answer, echoed ? Optional.of(peerAddress.host()) : Optional.empty());
        return new Exchange(reply, answer, from);
    }

    /**
     * Tells the peer that it is over, as far as that is possible, and returns the failure to throw. Says nothing once a probe
     * has come through: the rounds are over then, but the peer has to stay for the stream.
     */
    private FlockException aborted(Code code, String message) throws InterruptedException {
        FlockException failure = new FlockException(code, message);
        if (puncher.isConnected()) {
            return failure;
        }
        HolepunchPayload bye = new HolepunchPayload(PayloadError.ABORTED, Firewall.UNKNOWN, nextRound(), false, false,
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        try {
            context.dht().peerHolepunch(target, info.id(), box.seal(bye), serverRelay.peerAddress(),
                    serverRelay.relayAddress(), Optional.of(puncher.port()));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private long nextRound() {
        return round++;
    }

    private static RelayInfo pickServerRelay(List<RelayInfo> relays, PeerAddress clientRelay) {
        return relays.stream().filter(relay -> relay.relayAddress().equals(clientRelay)).findFirst()
                .orElse(relays.getFirst());
    }
}

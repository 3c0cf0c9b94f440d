package omega.flock.peer;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseResult;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.peer.punch.HolepunchBox;
import omega.flock.peer.punch.NatVerdict;
import omega.flock.peer.punch.PunchTokens;

/**
 * The server's side of one client's hole punching rounds. Each round is answered on a virtual thread, because our own NAT
 * may have to be understood first; how many at a time is bounded. Source: hyperdht 6.34.0 lib/server.js
 * {@code _onpeerholepunch}.
 */
final class InboundPunch {

    private final InboundHandshake handshake;
    private final PeerServer server;
    private final PeerContext context;
    private final HolePuncher puncher;
    private final HolepunchBox box;
    private final PunchTokens tokens;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Integer> answering = new HashSet<>(); // guarded by lock; transactions, so that repetitions are told
    private long lastRound; // guarded by lock

    InboundPunch(InboundHandshake handshake, PeerServer server, PeerContext context, HolePuncher puncher, NoiseResult keys) {
        this.handshake = handshake;
        this.server = server;
        this.context = context;
        this.puncher = puncher;
        this.box = new HolepunchBox(keys.handshakeHash(), context.random());
        this.tokens = new PunchTokens(context.random());
    }

    /** Returns the puncher's port while it has one. */
    Optional<UdpPort> openPort() {
        return puncher.isClosed() ? Optional.empty() : Optional.of(puncher.port());
    }

    void close() {
        puncher.close();
    }

    /** On a reader: checks the seal, which costs a stranger his datagram, and goes on elsewhere. */
    void onRound(HolepunchArrival arrival) {
        Optional<HolepunchPayload> round = box.open(arrival.payload());
        if (round.isEmpty()) {
            context.counters().count(PeerDrop.BAD_ROUND);
            return;
        }
        int transmission = Arrays.hashCode(arrival.payload());
        lock.lock();
        try {
            if (answering.size() >= PeerConstants.MAX_ROUNDS_AT_ONCE || !answering.add(transmission)) {
                context.counters().count(PeerDrop.TOO_MANY_ROUNDS);
                return;
            }
        } finally {
            lock.unlock();
        }
        boolean begun = server.scope().tryFork("flock-holepunch", () -> {
            try {
                answer(arrival, round.get());
            } finally {
                answered(transmission);
            }
        });
        if (!begun) {
            answered(transmission); // the server is closing: silence
        }
    }

    private void answered(int transmission) {
        lock.lock();
        try {
            answering.remove(transmission);
        } finally {
            lock.unlock();
        }
    }

    private void answer(HolepunchArrival arrival, HolepunchPayload round) throws InterruptedException {
        if (handshake.isConnected()) {
            return;
        }
        if (puncher.isClosed() || round.error() != PayloadError.NONE) {
            abort(arrival, PayloadError.ABORTED, "the client gave up");
            return;
        }
        PeerAddress client = arrival.peerAddress();
        boolean ownRelay = server.isRelay(arrival.from());
        boolean proven = ownRelay && round.remoteToken().filter(token -> tokens.proves(client, token)).isPresent();
        puncher.addSample(arrival.port(), arrival.to(), arrival.from());
        if (isLatest(round.round())) {
            puncher.updateRemote(round, proven ? Optional.of(client.host()) : Optional.empty());
        }
        boolean stable = puncher.awaitStable(false);
        if (!stable && !puncher.isRemotePunching()) {
            stable = puncher.awaitStable(true);
        }
        if (puncher.isClosed()) {
            return;
        }
        if (!stable && !puncher.isRemotePunching()) {
            abort(arrival, PayloadError.ABORTED, "no stable NAT");
            return;
        }
        openFast(round, client);
        if (puncher.isRemotePunching() && !punch(arrival, round)) {
            return;
        }
        if (puncher.nat().firewall() != Firewall.UNKNOWN) {
            puncher.freezeNat();
        }
        reply(arrival, round, PayloadError.NONE);
    }

    /** "If we are consistent and the remote has opened a session to us then fire a quick punch back." */
    private void openFast(HolepunchPayload round, PeerAddress client) {
        NatVerdict own = puncher.nat();
        boolean toUs = round.remoteAddress()
                .filter(address -> own.addresses().orElse(List.of()).contains(address)).isPresent();
        if (own.isStable() && toUs && client.port() > 0) {
            puncher.probe(client);
        }
    }

    /** Starts to punch as the client does; false if the round has been answered otherwise. */
    private boolean punch(HolepunchArrival arrival, HolepunchPayload round) {
        NatVerdict own = puncher.nat();
        if (!server.options().punchPolicy().allows(puncher.remoteFirewall(), own.firewall(), puncher.remoteAddresses(),
                own.addresses().orElse(List.of()))) {
            abort(arrival, PayloadError.ABORTED, "our punch policy said no");
            return false;
        }
        handshake.punchingBegins();
        if (!puncher.enterGate()) {
            context.punching().stats().countTryLater();
            if (handshake.usesRelay()) {
                reply(arrival, round, PayloadError.TRY_LATER);
                return false;
            }
            abort(arrival, PayloadError.TRY_LATER, "another random punch is under way");
            return false;
        }
        if (!puncher.punch()) {
            if (!puncher.isClosed()) {
                abort(arrival, PayloadError.ABORTED, "these NATs cannot be punched");
            }
            return false;
        }
        return true;
    }

    private void reply(HolepunchArrival arrival, HolepunchPayload round, PayloadError error) {
        NatVerdict own = puncher.nat();
        boolean ownRelay = server.isRelay(arrival.from());
        // The token goes only through our own relays: who echoes it received at the address that our relay vouches for.
        Optional<byte[]> token = ownRelay ? Optional.of(tokens.token(arrival.peerAddress())) : Optional.empty();
        HolepunchPayload payload = new HolepunchPayload(error, own.firewall(), latestRound(),
                puncher.isConnected(), puncher.isPunching(), own.addresses(), Optional.empty(), token, round.token());
        openPort().ifPresent(port -> arrival.reply(box.seal(payload), port));
    }

    private void abort(HolepunchArrival arrival, PayloadError error, String why) {
        HolepunchPayload payload = new HolepunchPayload(error, Firewall.UNKNOWN, latestRound(), false, false,
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        arrival.reply(box.seal(payload), context.dht().rpc().defaultPort());
        handshake.punchFailed(why);
    }

    /** "Older rounds do not update": a late retransmission must not overwrite what the client said after it. */
    private boolean isLatest(long round) {
        lock.lock();
        try {
            if (round < lastRound) {
                return false;
            }
            lastRound = round;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private long latestRound() {
        lock.lock();
        try {
            return lastRound;
        } finally {
            lock.unlock();
        }
    }
}

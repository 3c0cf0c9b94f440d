package omega.flock.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.HolepunchArrival;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseResult;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.peer.punch.PunchListener;
import omega.flock.runtime.NetworkSource;
import omega.flock.transport.UdxStream;

/**
 * The ways from a server to one client: to an address that it told, out of a punched hole, through a relay. Opened on the
 * handshake's thread; what they find and why they fail goes to the handshake, from any thread.
 */
final class InboundRoutes {

    private final InboundHandshake handshake;
    private final PeerServer server;
    private final PeerContext context;
    private final HandshakeArrival first;
    private volatile Optional<InboundPunch> punch = Optional.empty();
    private volatile Optional<RelayRoute> relay = Optional.empty();

    InboundRoutes(InboundHandshake handshake, PeerServer server, PeerContext context, HandshakeArrival first) {
        this.handshake = handshake;
        this.server = server;
        this.context = context;
        this.first = first;
    }

    /**
     * Answers the client, and opens what may lead to it: the cases of dht.md 6.2, 9 to 13.
     *
     * @param raw the stream that is to reach the client
     * @param ownRelay the relay that the answer offers
     * @param open whether strangers can reach us
     * @param local our addresses in the local network
     */
    void open(UdxStream raw, NoisePayload client, NoiseResult keys, byte[] answer, Optional<RelayThroughInfo> ownRelay,
            boolean open, List<PeerAddress> local) throws IOException {
        if (client.firewall() == Firewall.OPEN || !first.relayed()) {
            context.punching().stats().countOpen();
            UdpPort port = first.relayed() ? context.dht().rpc().defaultPort() : first.port();
            handshake.answer(answer, Optional.empty());
            // Not into our own network because somebody outside says so; whoever is there can come to us.
            if (NetworkSource.of(first.from().toSocketAddress()).mayName(NetworkSource.of(first.clientAddress().toSocketAddress()))) {
                handshake.arrived(new Path(port, first.clientAddress().toSocketAddress()));
            }
            return;
        }
        enterRelay(raw, ownRelay, client.relayThrough());
        Optional<PeerAddress> neighbour = InboundReply.neighbour(first, client, local);
        if (neighbour.isPresent()) {
            // "Same-LAN prepunch also creates a puncher, but it must keep advertising the normal server socket."
            openPuncher(client, keys);
            handshake.answer(answer, Optional.empty());
            context.punching().knock(context.dht().rpc().serverPort(), neighbour.get(), first.clientAddress());
        } else if (open) {
            handshake.answer(answer, Optional.empty());
        } else {
            openPuncher(client, keys);
            handshake.answer(answer, punch);
        }
    }

    /** Returns the path along which a packet came. */
    Path pathOf(UdpPort port, InetSocketAddress source) {
        return relay.flatMap(RelayRoute::path).filter(path -> path.leadsTo(port, source)).orElseGet(() -> new Path(port, source));
    }

    /** A round of hole punching came. */
    void onRound(HolepunchArrival round) {
        punch.ifPresentOrElse(each -> each.onRound(round), () -> context.counters().count(PeerDrop.UNKNOWN_SLOT));
    }

    boolean hasPuncher() {
        return punch.isPresent();
    }

    boolean hasRelay() {
        return relay.isPresent();
    }

    void closePuncher() {
        punch.ifPresent(InboundPunch::close);
    }

    /**
     * The stream has a direct path.
     *
     * @param used whether something may be under way through the relay
     */
    void leaveRelay(boolean used) {
        relay.ifPresent(used ? RelayRoute::leave : RelayRoute::close);
    }

    private void openPuncher(NoisePayload client, NoiseResult keys) throws IOException {
        HolePuncher puncher = context.punching().openFor(applicant().client(), client.firewall(), new PunchListener() {
            @Override
            public void onConnect(UdpPort port, PeerAddress remote) {
                // Only an initiator hears of probes; we hear of the client's packet.
            }

            @Override
            public void onAbort() {
                handshake.punchFailed("no probe came through");
            }
        });
        punch = Optional.of(new InboundPunch(handshake, server, context, puncher, keys));
        // Closed meanwhile: nobody else knows of the puncher.
        if (handshake.isOver()) {
            puncher.close();
        }
    }

    /** "If the server configured relayThrough, both use the server's relay", and the one whose relay it is initiates there. */
    private void enterRelay(UdxStream raw, Optional<RelayThroughInfo> own, Optional<RelayThroughInfo> theirs) {
        boolean named = own.isEmpty() && theirs.isPresent();
        if (own.isEmpty() && !named) {
            return;
        }
        PeerCounters counters = context.counters();
        HandshakeAdmission.Applicant client = applicant();
        RelayRoute route = new RelayRoute(context, raw, own.or(() -> theirs).orElseThrow(), !named, named, new RelayRoute.Listener() {
            @Override
            public void onPaired(RelayRoute paired, Path path) {
                context.offeredRelays().leave(paired, client);
                counters.relaySuccesses.increment();
                handshake.arrived(path);
            }

            @Override
            public void onFailed(RelayRoute failed, FlockException why) {
                context.offeredRelays().leave(failed, client);
                counters.relayAborts.increment();
                handshake.relayFailed();
            }
        });
        handshake.hopesForRelay(); // a place may be lost again as soon as it is taken
        if (named) {
            Optional<OfferedRelays.Place<RelayRoute>> place = context.offeredRelays().enter(route, client, context.ticker().nanoTime());
            if (place.isEmpty()) {
                counters.count(PeerDrop.TOO_MANY_RELAYS);
                handshake.relayFailed();
                return;
            }
            place.get().displaced().ifPresent(displaced -> {
                counters.count(PeerDrop.TOO_MANY_RELAYS);
                displaced.close();
            });
        }
        counters.relayAttempts.increment();
        relay = Optional.of(route);
        route.start();
    }

    private HandshakeAdmission.Applicant applicant() {
        return HandshakeAdmission.Applicant.of(first, server.isRelay(first.from()));
    }
}

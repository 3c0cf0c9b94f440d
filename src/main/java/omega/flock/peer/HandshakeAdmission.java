package omega.flock.peer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import omega.flock.dht.HandshakeArrival;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SourceBudget;

/**
 * Decides whether a stranger may start a handshake, before anything is allocated for it. Pure; not thread-safe. One for all
 * servers of a node: hyperdht has no bound here (issues hyperdht#294, #299).
 *
 * <p>Half-open handshakes have places, which their sources share fairly: when all are taken, the oldest of the source that holds
 * most is given up, unless it is young: an honest one needs a second at most in most cases, and a crowd that comes at once must not
 * keep pushing itself out. A client counts by the address it has told only when one of our relays says so, and then among the clients of that
 * relay: a relay that names clients which do not exist takes places from its own. What comes from anybody else counts by where the
 * datagram came from, and has places and a speed of its own, so that whoever forges sources cannot take those of the relays.
 *
 * <p>Clients that have connected before have half of the places and a speed of their own ({@link ClientStandings}): a thousand strangers,
 * real or forged, do not keep them out. And when there are more handshakes than a node works on, or than it has places for, whoever has left
 * one unfinished waits for those who have not.
 *
 * <p>A client whose first message proves to be garbage pays for {@value PeerConstants#FAILURE_COST} handshakes: it gets slower.
 *
 * @param <H> a handshake
 */
final class HandshakeAdmission<H> {

    /**
     * Whom a handshake counts for.
     *
     * @param relay which of our relays passed it on; empty for anybody else
     * @param client the client that the relay names, or where the datagram came from
     */
    record Applicant(Optional<NetworkSource> relay, NetworkSource client) {

        /**
         * {@return whom an arrival counts for}
         *
         * @param isRelay whether it came from a node that relays for us
         */
        static Applicant of(HandshakeArrival arrival, boolean isRelay) {
            NetworkSource sender = NetworkSource.of(arrival.from().toSocketAddress());
            return isRelay && arrival.relayed()
                    ? new Applicant(Optional.of(sender), NetworkSource.of(arrival.clientAddress().toSocketAddress()))
                    : new Applicant(Optional.empty(), sender);
        }

        /** {@return whom it shares places with: the other clients of its relay, or of its network} */
        Object group() {
            return relay.isPresent() ? relay.get() : client.network();
        }
    }

    /**
     * A handshake that has a place, or asks for one.
     *
     * @param known whether its client had connected before
     * @param path the place of its client among the others
     */
    private record Entered(Applicant applicant, boolean known, long atNanos, Object[] path) {

        static Entered of(Applicant applicant, boolean known, long nowNanos) {
            return new Entered(applicant, known, nowNanos, new Object[] {known, applicant.group(), applicant.client()});
        }
    }

    /**
     * What became of an application.
     *
     * @param handshake the handshake, if it was let in
     * @param displaced the one that gave its place up for it: the caller ends it
     * @param refusal why not, if it was not let in
     */
    record Decision<H>(Optional<H> handshake, Optional<H> displaced, Optional<PeerDrop> refusal) {}

    private final FairSlots<H> relayed;
    private final FairSlots<H> direct;
    private final SourceBudget relays;
    private final SourceBudget relayedClients;
    private final SourceBudget directClients;
    private final SourceBudget knownClients;
    private final ClientStandings standings = new ClientStandings();
    private final Map<H, Entered> inFlight = new HashMap<>();

    HandshakeAdmission(int maxRelayed, int maxDirect, long nowNanos) {
        relayed = new FairSlots<>(maxRelayed);
        direct = new FairSlots<>(maxDirect);
        relays = new SourceBudget(PeerConstants.RELAY_PER_SECOND, PeerConstants.RELAY_BURST, PeerConstants.RELAYED_PER_SECOND, nowNanos);
        relayedClients = clients(PeerConstants.RELAYED_PER_SECOND, nowNanos);
        directClients = clients(PeerConstants.DIRECT_PER_SECOND, nowNanos);
        knownClients = clients(PeerConstants.KNOWN_PER_SECOND, nowNanos);
    }

    private static SourceBudget clients(double allPerSecond, long nowNanos) {
        return new SourceBudget(PeerConstants.SOURCE_PER_SECOND, PeerConstants.SOURCE_BURST, allPerSecond, nowNanos);
    }

    /**
     * Asks for one more; whoever gets in gives it back by {@link #settled}.
     *
     * @param limitSpeed whether the applicant's speed is watched; false for what comes from this very machine
     */
    Decision<H> tryEnter(Applicant applicant, boolean limitSpeed, Supplier<H> maker, long nowNanos) {
        FairSlots<H> places = applicant.relay().isPresent() ? relayed : direct;
        Entered entered = Entered.of(applicant, standings.hasConnected(applicant.client(), nowNanos), nowNanos);
        if (!places.hasRoomFor(entered.path()) || places.displacedBy(entered.path()).filter(oldest -> mayStay(oldest, places, entered)).isPresent()) {
            return new Decision<>(Optional.empty(), Optional.empty(), Optional.of(PeerDrop.TOO_MANY_HALF_OPEN));
        }
        if (limitSpeed && !withinSpeed(entered)) {
            return new Decision<>(Optional.empty(), Optional.empty(), Optional.of(PeerDrop.SOURCE_TOO_FAST));
        }
        standings.begins(applicant.client(), nowNanos);
        H handshake = maker.get();
        Optional<H> displaced = places.enter(handshake, entered.path());
        displaced.ifPresent(inFlight::remove);
        inFlight.put(handshake, entered);
        return new Decision<>(Optional.of(handshake), displaced, Optional.empty());
    }

    /**
     * {@return whether a handshake keeps its place: it is young, or the newcomer has left one unfinished; and it is neither of somebody who
     * holds many nor in the way of a known client}
     */
    private boolean mayStay(H handshake, FairSlots<H> places, Entered newcomer) {
        Entered oldest = inFlight.get(handshake);
        boolean young = newcomer.atNanos - oldest.atNanos < PeerConstants.HALF_OPEN_GRACE.toNanos();
        return newcomer.known == oldest.known && (young || !newcomer.known && standings.hasUnfinished(newcomer.applicant.client(), newcomer.atNanos))
                && places.held(oldest.path()) - places.held(newcomer.path()) < PeerConstants.MANY_HALF_OPEN;
    }

    private boolean withinSpeed(Entered entered) {
        NetworkSource client = entered.applicant.client();
        long now = entered.atNanos;
        if (entered.known) {
            return knownClients.trySpend(client, 1, now);
        }
        Optional<NetworkSource> relay = entered.applicant.relay();
        SourceBudget clients = clientsOf(entered);
        boolean scarce = clients.isScarce(now) || relay.filter(each -> relays.isScarceFor(each, now)).isPresent();
        return !(scarce && standings.hasUnfinished(client, now))
                && clients.trySpend(client, 1, now) && relay.map(each -> relays.trySpend(each, 1, now)).orElse(true);
    }

    private SourceBudget clientsOf(Entered entered) {
        return entered.known ? knownClients : entered.applicant.relay().isPresent() ? relayedClients : directClients;
    }

    /** The first message of a handshake under way has proven to be garbage. */
    void failed(H handshake, long nowNanos) {
        Entered entered = inFlight.get(handshake);
        if (entered != null) {
            clientsOf(entered).charge(entered.applicant.client(), PeerConstants.FAILURE_COST - 1, nowNanos);
        }
    }

    /**
     * A handshake is not half-open any more; one that was displaced has given its place back already.
     *
     * @param connected whether its client has spoken
     */
    void settled(H handshake, boolean connected, long nowNanos) {
        Entered entered = inFlight.remove(handshake);
        if (entered != null) {
            (entered.applicant.relay().isPresent() ? relayed : direct).leave(handshake, entered.path());
            standings.ended(entered.applicant.client(), connected, nowNanos);
        }
    }

    int inFlight() {
        return inFlight.size();
    }
}

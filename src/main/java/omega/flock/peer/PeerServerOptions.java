package omega.flock.peer;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.PublicKey;

/**
 * How a server takes connections. Immutable.
 *
 * @param firewall asked for each new peer on a virtual thread; true, an exception or no answer within
 *     {@link PeerConstants#FIREWALL_TIMEOUT} rejects it, and the peer learns nothing
 * @param punchPolicy asked before each punching; false ends the attempt
 * @param shareLocalAddress whether our local addresses are told to peers
 * @param backlog how many connections wait for {@link PeerServer#accept()} at most; the next one is reset
 * @param relayThrough asked at each handshake, must not block: keys of blind relays, of which one is used at random; none if
 *     empty
 */
public record PeerServerOptions(Predicate<PublicKey> firewall, PunchPolicy punchPolicy, boolean shareLocalAddress, int backlog,
                                Supplier<List<PublicKey>> relayThrough) {

    /** The firewall that rejects nobody. It is not asked, which spares a handshake two changes of threads. */
    public static final Predicate<PublicKey> ADMIT_ALL = key -> false;

    /** Admits everybody, offers 256 connections by {@link PeerServer#accept()}, punches, shares local addresses. */
    public static final PeerServerOptions DEFAULT =
            new PeerServerOptions(ADMIT_ALL, PunchPolicy.ALWAYS, true, PeerConstants.ACCEPT_BACKLOG, List::of);

    /** Checks that nothing is missing. */
    public PeerServerOptions {
        Objects.requireNonNull(firewall, "firewall");
        Objects.requireNonNull(punchPolicy, "punchPolicy");
        Objects.requireNonNull(relayThrough, "relayThrough");
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog is less than 1: " + backlog);
        }
    }

    /** Returns these options with a firewall: true rejects. */
    public PeerServerOptions withFirewall(Predicate<PublicKey> rejects) {
        return new PeerServerOptions(rejects, punchPolicy, shareLocalAddress, backlog, relayThrough);
    }

    /** Returns these options with a say on punching. */
    public PeerServerOptions withPunchPolicy(PunchPolicy policy) {
        return new PeerServerOptions(firewall, policy, shareLocalAddress, backlog, relayThrough);
    }

    /** Returns these options with the sharing of local addresses switched on or off. */
    public PeerServerOptions withShareLocalAddress(boolean share) {
        return new PeerServerOptions(firewall, punchPolicy, share, backlog, relayThrough);
    }

    /** Returns these options with room for another number of connections that nobody has accepted, at least 1. */
    public PeerServerOptions withBacklog(int connections) {
        return new PeerServerOptions(firewall, punchPolicy, shareLocalAddress, connections, relayThrough);
    }

    /** Returns these options with blind relays to choose from, asked for at each handshake; must not block. */
    public PeerServerOptions withRelayThrough(Supplier<List<PublicKey>> relays) {
        return new PeerServerOptions(firewall, punchPolicy, shareLocalAddress, backlog, relays);
    }
}

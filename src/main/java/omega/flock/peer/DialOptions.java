package omega.flock.peer;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;

/**
 * How to dial one peer. Immutable.
 *
 * @param keyPair who we are; the node's own key pair if absent
 * @param timeout when to give up at the latest; {@link PeerConstants#DIAL_TIMEOUT} if absent
 * @param relayAddresses nodes that are known to reach the peer, tried before anything else
 * @param localConnection whether our local addresses are told and a peer of our own network is tried directly
 * @param fastOpen whether the first punching round tells the server where our socket sends to, which saves a round trip
 * @param punchPolicy asked before punching; false ends the attempt
 * @param relayThrough keys of blind relays, of which one is offered to the peer, at random; none if empty
 * @param mayBeRelayed whether a relay is used if the peer wants one
 */
public record DialOptions(Optional<KeyPair> keyPair, Optional<Duration> timeout, List<PeerAddress> relayAddresses,
                          boolean localConnection, boolean fastOpen, PunchPolicy punchPolicy,
                          List<PublicKey> relayThrough, boolean mayBeRelayed) {

    /** The node's key pair, the default deadline, every path allowed, no relay of our own. */
    public static final DialOptions DEFAULT =
            new DialOptions(Optional.empty(), Optional.empty(), List.of(), true, true, PunchPolicy.ALWAYS, List.of(), true);

    /** Checks and copies. */
    public DialOptions {
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(timeout, "timeout");
        relayAddresses = List.copyOf(relayAddresses);
        Objects.requireNonNull(punchPolicy, "punchPolicy");
        relayThrough = List.copyOf(relayThrough);
        if (timeout.isPresent() && (timeout.get().isNegative() || timeout.get().isZero())) {
            throw new IllegalArgumentException("timeout is not positive: " + timeout.get());
        }
    }

    /** Returns these options with another identity. */
    public DialOptions withKeyPair(KeyPair pair) {
        return new DialOptions(Optional.of(pair), timeout, relayAddresses, localConnection, fastOpen, punchPolicy, relayThrough,
                mayBeRelayed);
    }

    /** Returns these options with another deadline, more than zero. */
    public DialOptions withTimeout(Duration limit) {
        return new DialOptions(keyPair, Optional.of(limit), relayAddresses, localConnection, fastOpen, punchPolicy, relayThrough,
                mayBeRelayed);
    }

    /** Returns these options with nodes to try first. */
    public DialOptions withRelayAddresses(List<PeerAddress> relays) {
        return new DialOptions(keyPair, timeout, relays, localConnection, fastOpen, punchPolicy, relayThrough,
                mayBeRelayed);
    }

    /** Returns these options with the local paths switched on or off. */
    public DialOptions withLocalConnection(boolean local) {
        return new DialOptions(keyPair, timeout, relayAddresses, local, fastOpen, punchPolicy, relayThrough,
                mayBeRelayed);
    }

    /** Returns these options with fast opening switched on or off. */
    public DialOptions withFastOpen(boolean fast) {
        return new DialOptions(keyPair, timeout, relayAddresses, localConnection, fast, punchPolicy, relayThrough,
                mayBeRelayed);
    }

    /** Returns these options with a say on punching. */
    public DialOptions withPunchPolicy(PunchPolicy policy) {
        return new DialOptions(keyPair, timeout, relayAddresses, localConnection, fastOpen, policy, relayThrough, mayBeRelayed);
    }

    /** Returns these options with blind relays to choose from. */
    public DialOptions withRelayThrough(List<PublicKey> relays) {
        return new DialOptions(keyPair, timeout, relayAddresses, localConnection, fastOpen, punchPolicy, relays, mayBeRelayed);
    }

    /** Returns these options with or without the use of the relay that the peer wants, if it wants one. */
    public DialOptions withMayBeRelayed(boolean allowed) {
        return new DialOptions(keyPair, timeout, relayAddresses, localConnection, fastOpen, punchPolicy, relayThrough, allowed);
    }
}

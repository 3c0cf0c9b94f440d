package omega.flock.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PunchPolicy;

/**
 * How to reach a peer. Immutable: {@link #DEFAULT} and the {@code with…} methods.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>default</th></tr>
 * <tr><td>key pair</td><td>the gateway's</td></tr>
 * <tr><td>timeout</td><td>{@link #DEFAULT_TIMEOUT}, enough for every strategy that gets through a NAT</td></tr>
 * <tr><td>relay addresses</td><td>none: they are looked up</td></tr>
 * <tr><td>local connection</td><td>true: an address on the same network is tried too</td></tr>
 * <tr><td>relay through</td><td>none of our own; one that the peer wants is used</td></tr>
 * </table>
 */
public final class ConnectOptions {

    /** 60 seconds: the longest legal strategy, punching from a random NAT, takes about 40 of them. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** The defaults of the table above. */
    public static final ConnectOptions DEFAULT = new ConnectOptions(Optional.empty(), DEFAULT_TIMEOUT, List.of(), true,
            List.of());

    private final Optional<KeyPair> keyPair;
    private final Duration timeout;
    private final List<PeerAddress> relayAddresses;
    private final boolean localConnection;
    private final List<PublicKey> relayThrough;

    private ConnectOptions(Optional<KeyPair> keyPair, Duration timeout, List<PeerAddress> relayAddresses,
            boolean localConnection, List<PublicKey> relayThrough) {
        this.keyPair = keyPair;
        this.timeout = timeout;
        this.relayAddresses = relayAddresses;
        this.localConnection = localConnection;
        this.relayThrough = relayThrough;
    }

    /** Returns options with the identity that the peer is shown. */
    public ConnectOptions withKeyPair(KeyPair identity) {
        Objects.requireNonNull(identity, "identity");
        return new ConnectOptions(Optional.of(identity), timeout, relayAddresses, localConnection, relayThrough);
    }

    /**
     * Returns options with another deadline for the whole attempt.
     *
     * @throws IllegalArgumentException if it is zero or negative
     */
    public ConnectOptions withTimeout(Duration total) {
        Objects.requireNonNull(total, "total");
        if (total.isZero() || total.isNegative()) {
            throw new IllegalArgumentException("a timeout must be positive, not " + total);
        }
        return new ConnectOptions(keyPair, total, relayAddresses, localConnection, relayThrough);
    }

    /**
     * Returns options with nodes that are known to reach the peer, from a {@link FoundPeer} for instance. They are tried
     * while the peer is looked up.
     */
    public ConnectOptions withRelayAddresses(List<PeerAddress> nodes) {
        Objects.requireNonNull(nodes, "nodes");
        return new ConnectOptions(keyPair, timeout, List.copyOf(nodes), localConnection, relayThrough);
    }

    /** Returns options that allow or forbid a connection over addresses of the local network. */
    public ConnectOptions withLocalConnection(boolean allowed) {
        return new ConnectOptions(keyPair, timeout, relayAddresses, allowed, relayThrough);
    }

    /**
     * Returns options with blind relays, of which one is used, picked at random for each attempt: nodes that listen under
     * these keys and pass packets on between the two peers.
     *
     * <p>A relay learns the keys and addresses under which both sides reach it, which of them it ties together, when they talk and how
     * much; of bytes and messages it sees only ciphertext. Like anybody on a path it can delay, drop and copy packets, and reset or end the
     * connection, see {@link Connection}. It cannot read datagrams unless it is one of the nodes that passed the handshake on, too.
     *
     * <p>The relay is asked at once, while a direct path is looked for, and the connection opens on whichever stands first;
     * it then is {@link PathInfo.Kind#RELAYED} until a direct path is found, which may be never. A failed search for one does
     * not end it. The relay has 15 seconds; the connection to it sends a keep-alive every 5. If the server has a relay of its
     * own, that one is used. None is used when either side can be reached directly without punching.
     *
     * @param relays none to use no relay of our own
     */
    public ConnectOptions withRelayThrough(PublicKey... relays) {
        Objects.requireNonNull(relays, "relays");
        return new ConnectOptions(keyPair, timeout, relayAddresses, localConnection, List.of(relays));
    }

    /** Returns the identity; empty for the gateway's own. */
    public Optional<KeyPair> keyPair() {
        return keyPair;
    }

    /** Returns the deadline for the whole attempt. */
    public Duration timeout() {
        return timeout;
    }

    /** Returns the nodes that are known to reach the peer. */
    public List<PeerAddress> relayAddresses() {
        return relayAddresses;
    }

    /** Tells whether addresses of the local network are tried. */
    public boolean localConnection() {
        return localConnection;
    }

    /** Returns the blind relays of which one may carry the connection. */
    public List<PublicKey> relayThrough() {
        return relayThrough;
    }

    DialOptions toDialOptions() {
        return new DialOptions(keyPair, Optional.of(timeout), relayAddresses, localConnection, true, PunchPolicy.ALWAYS,
                relayThrough, true);
    }
}

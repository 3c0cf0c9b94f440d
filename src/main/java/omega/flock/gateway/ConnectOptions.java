package omega.flock.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
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
 * </table>
 */
public final class ConnectOptions {

    /** 60 seconds: the longest legal strategy, punching from a random NAT, takes about 40 of them. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** The defaults of the table above. */
    public static final ConnectOptions DEFAULT = new ConnectOptions(Optional.empty(), DEFAULT_TIMEOUT, List.of(), true);

    private final Optional<KeyPair> keyPair;
    private final Duration timeout;
    private final List<PeerAddress> relayAddresses;
    private final boolean localConnection;

    private ConnectOptions(Optional<KeyPair> keyPair, Duration timeout, List<PeerAddress> relayAddresses,
            boolean localConnection) {
        this.keyPair = keyPair;
        this.timeout = timeout;
        this.relayAddresses = relayAddresses;
        this.localConnection = localConnection;
    }

    /** Returns options with the identity that the peer is shown. */
    public ConnectOptions withKeyPair(KeyPair identity) {
        return new ConnectOptions(Optional.of(identity), timeout, relayAddresses, localConnection);
    }

    /**
     * Returns options with another deadline for the whole attempt.
     *
     * @throws IllegalArgumentException if it is zero or negative
     */
    public ConnectOptions withTimeout(Duration total) {
        Objects.requireNonNull(total, "timeout");
        if (total.isZero() || total.isNegative()) {
            throw new IllegalArgumentException("a timeout must be positive, not " + total);
        }
        return new ConnectOptions(keyPair, total, relayAddresses, localConnection);
    }

    /**
     * Returns options with nodes that are known to reach the peer, from a {@link FoundPeer} for instance. They are tried
     * while the peer is looked up.
     */
    public ConnectOptions withRelayAddresses(List<PeerAddress> nodes) {
        return new ConnectOptions(keyPair, timeout, List.copyOf(nodes), localConnection);
    }

    /** Returns options that allow or forbid a connection over addresses of the local network. */
    public ConnectOptions withLocalConnection(boolean allowed) {
        return new ConnectOptions(keyPair, timeout, relayAddresses, allowed);
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

    DialOptions toDialOptions() {
        return new DialOptions(keyPair, Optional.of(timeout), relayAddresses, localConnection, true, PunchPolicy.ALWAYS);
    }
}

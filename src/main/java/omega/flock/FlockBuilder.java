package omega.flock;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.Health;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.swarm.Backoffs;
import omega.flock.swarm.DialBudget;
import omega.flock.swarm.GatewayLink;
import omega.flock.swarm.GatewayNetwork;
import omega.flock.swarm.Swarm;
import omega.flock.swarm.SwarmOptions;
import omega.flock.swarm.SystemAlarms;

/**
 * Gathers the settings of a flock. Not thread-safe.
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>setting</th><th>default</th></tr>
 * <tr><td>{@link #keyPair}, {@link #seed}</td><td>a fresh key pair</td></tr>
 * <tr><td>{@link #maxPeers}</td><td>64 connections, up to which discovered peers are dialled</td></tr>
 * <tr><td>{@link #maxClientConnections}</td><td>no limit</td></tr>
 * <tr><td>{@link #maxServerConnections}</td><td>no limit but the gateway's {@linkplain Gateway.Builder#memoryBudget memory}</td></tr>
 * <tr><td>{@link #maxServerConnectionsPerHost}</td><td>256</td></tr>
 * <tr><td>{@link #maxParallel}</td><td>3 dials at a time</td></tr>
 * <tr><td>{@link #firewall}</td><td>rejects nobody</td></tr>
 * <tr><td>{@link #relayThrough}</td><td>none</td></tr>
 * <tr><td>{@link #dht}</td><td>a new gateway with the five settings below</td></tr>
 * <tr><td>{@link #bootstrap(String...)}</td><td>the nodes of the public network</td></tr>
 * <tr><td>{@link #host}</td><td>all IPv4 addresses of the machine</td></tr>
 * <tr><td>{@link #port}</td><td>49737 or one of the four above it, else any free one</td></tr>
 * <tr><td>{@link #anyPort}</td><td>true: another one will do</td></tr>
 * <tr><td>{@link #backoffs}</td><td>1 to 1.5 s, 5 to 6 s, 15 to 17 s, 10 to 12 min; drawn once per flock</td></tr>
 * <tr><td>{@link #jitter}</td><td>up to 500 ms on each of them</td></tr>
 * </table>
 *
 * @param <B> the builder itself
 */
public abstract sealed class FlockBuilder<B extends FlockBuilder<B>> permits Flock.Builder {

    private Optional<KeyPair> keyPair = Optional.empty();
    private Optional<KeyPair> seeded = Optional.empty();
    private int maxPeers = DialBudget.DEFAULT.maxPeers();
    private int maxClientConnections = DialBudget.DEFAULT.maxClientConnections();
    private int maxServerConnections = DialBudget.DEFAULT.maxServerConnections();
    private int maxServerConnectionsPerHost = DialBudget.DEFAULT.maxServerConnectionsPerHost();
    private int maxParallel = DialBudget.DEFAULT.maxParallel();
    private Optional<Predicate<PublicKey>> firewall = Optional.empty();
    private List<PublicKey> relayThrough = List.of();
    private Optional<Gateway> gateway = Optional.empty();
    private final Gateway.Builder own = Gateway.builder();
    private UnaryOperator<Backoffs> backoffs = UnaryOperator.identity();

    FlockBuilder() {}

    /** Returns this, as its own type. */
    abstract B self();

    /** Sets who the flock is: for listening, announcing and dialling. Wins over {@link #seed}. */
    public B keyPair(KeyPair identity) {
        keyPair = Optional.of(identity);
        return self();
    }

    /**
     * Sets who the flock is by a seed, from which the JavaScript stack derives the same key pair. Two flocks of one seed
     * are one peer and do not connect to each other.
     *
     * @param seed 32 secret bytes
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public B seed(byte[] seed) {
        seeded = Optional.of(KeyPair.fromSeed(seed));
        return self();
    }

    /**
     * Sets up to how many connections of any kind discovered peers are dialled. Neither refuses connections from outside
     * nor concerns peers joined by key; those leave less room: with 1, 2 and 4 of them a half, a third and a quarter
     * of the connections are dialled. Connections from outside fill three quarters of it at most: the rest is for own dials.
     *
     * @param max 0 or more; 0 to dial nobody
     */
    public B maxPeers(int max) {
        maxPeers = requireNotNegative("maxPeers", max);
        return self();
    }

    /**
     * Sets up to how many own dials, open or under way, discovered peers are dialled.
     *
     * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
     */
    public B maxClientConnections(int max) {
        maxClientConnections = requireNotNegative("maxClientConnections", max);
        return self();
    }

    /**
     * Sets how many connections peers may open to this flock at a time. Beyond that the address that holds most, by two at least, loses its
     * oldest one for each that comes from elsewhere; where there is no such address, those above the limit get no answer. Default: no
     * limit; what all of them take of the heap is bounded by the gateway's {@linkplain Gateway.Builder#memoryBudget memory}.
     *
     * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
     */
    public B maxServerConnections(int max) {
        maxServerConnections = requireNotNegative("maxServerConnections", max);
        return self();
    }

    /**
     * Sets how many connections may be open at a time that peers have opened to this flock from one address, which for those that a
     * relay carries is the relay's. Those above it are reset. On loopback each port is an address of its own.
     *
     * @param max 0 or more; {@link Integer#MAX_VALUE} for no limit
     */
    public B maxServerConnectionsPerHost(int max) {
        maxServerConnectionsPerHost = requireNotNegative("maxServerConnectionsPerHost", max);
        return self();
    }

    /**
     * Sets how many dials may be under way at a time.
     *
     * @param max 1 or more
     */
    public B maxParallel(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("maxParallel must be at least 1, not " + max);
        }
        maxParallel = max;
        return self();
    }

    /**
     * Sets who is turned away. Asked before a dial and when a peer that has proven its key wants to connect, at most once
     * for each key: whoever is rejected is banned, until {@link PeerInfo#ban PeerInfo.ban(false)}, and gets no answer.
     * Runs on a virtual thread of its own for at most 5 seconds; if it throws or takes longer, the peer is rejected this
     * time and not banned.
     *
     * <p>Keys cost nothing, so whoever is rejected may come again under another: a firewall that names whom to admit holds, one that
     * names whom to reject does not. What observers and nodes of the network learn of a dial does not depend on it; see
     * {@link omega.flock.gateway.ServerOptions#withFirewall}.
     *
     * @param rejects true to reject
     */
    public B firewall(Predicate<PublicKey> rejects) {
        firewall = Optional.of(rejects);
        return self();
    }

    /**
     * Sets blind relays: nodes that pass packets on between two peers whose NATs cannot be opened for each other. They see only
     * ciphertext, but who talks to whom, when and how much ({@link omega.flock.gateway.ConnectOptions#withRelayThrough}). One of them is
     * picked at random, for dials to peers that could not be punched before, and for all dials and inbound connections while the NAT of
     * this host is random. A connection through a relay opens at once, and moves to a direct path when one is found.
     *
     * @param relays the keys under which they listen; none for no relay
     */
    public B relayThrough(PublicKey... relays) {
        relayThrough = List.of(relays);
        return self();
    }

    /**
     * Sets the gateway to use, which is closed with the flock. Bootstrap nodes, host and ports are then its own, and the
     * settings here are not looked at.
     */
    public B dht(Gateway network) {
        gateway = Optional.of(network);
        return self();
    }

    /**
     * Sets the nodes through which the network is joined, in place of the public ones.
     *
     * @param hostPorts {@code host:port}, or {@code ip@host:port} to try an address before its name is looked up
     */
    public B bootstrap(String... hostPorts) {
        own.bootstrap(hostPorts);
        return self();
    }

    /** Sets the nodes through which the network is joined; see {@link #bootstrap(String...)}. */
    public B bootstrap(List<String> hostPorts) {
        own.bootstrap(hostPorts);
        return self();
    }

    /** Sets the IPv4 address to bind. */
    public B host(String host) {
        own.host(host);
        return self();
    }

    /**
     * Sets the UDP port to bind; it and the four above it are tried, then any, unless {@link #anyPort} says otherwise. 0 takes any port.
     *
     * @throws IllegalArgumentException unless it is in 0..65535
     */
    public B port(int port) {
        own.port(port);
        return self();
    }

    /** Sets whether another port will do when the one that is set is taken, or opening fails; see {@link Gateway.Builder#anyPort}. */
    public B anyPort(boolean any) {
        own.anyPort(any);
        return self();
    }

    /**
     * Sets after how long a peer is dialled again. The real delay lies between 0.66 and 1.32 of these, for peers are
     * retried in batches.
     *
     * @param small after the first loss of a peer that was reached before
     * @param medium after its second loss, or the first failure with one that never was
     * @param large after the next ones; a peer that is not joined by key is then given up until it is found again
     * @param extraLarge from then on, for peers joined by key
     * @throws IllegalArgumentException if one is negative
     */
    public B backoffs(Duration small, Duration medium, Duration large, Duration extraLarge) {
        Backoffs lengths = new Backoffs(small, medium, large, extraLarge, Duration.ZERO); // checks them
        backoffs = compose(backoffs, drawn -> lengths.withJitter(drawn.jitter()));
        return self();
    }

    /**
     * Sets the upper bound of the random time that is added to each backoff.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public B jitter(Duration jitter) {
        Backoffs checked = new Backoffs(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, jitter);
        backoffs = compose(backoffs, drawn -> drawn.withJitter(checked.jitter()));
        return self();
    }

    private static int requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        return value;
    }

    SwarmOptions options() {
        return new SwarmOptions(keyPair.or(() -> seeded).orElseGet(KeyPair::generate),
                new DialBudget(maxPeers, maxClientConnections, maxServerConnections, maxServerConnectionsPerHost, maxParallel),
                backoffs.apply(Backoffs.defaults(new SplittableRandom())), firewall, relayThrough);
    }

    /** Opens a gateway unless one was given. */
    Gateway gateway() {
        return gateway.orElseGet(own::open);
    }

    /** Starts what finds peers over a gateway, which it owns from now on; it fails when that one does. */
    static Swarm<GatewayLink> swarm(SwarmOptions options, Gateway network) {
        TaskScope scope = new TaskScope("flock " + options.keyPair().publicKey());
        Swarm<GatewayLink> swarm = new Swarm<>(options, new GatewayNetwork(network), scope, new SystemAlarms(Ticker.SYSTEM, scope),
                new SplittableRandom());
        network.onHealth(health -> failWith(health, scope));
        failWith(network.health(), scope);
        return swarm;
    }

    private static void failWith(Health network, TaskScope scope) {
        if (network.state() == Health.State.FAILED) {
            scope.fail(new IllegalStateException("the gateway failed: " + network.cause().orElseThrow()));
        }
    }

    private static UnaryOperator<Backoffs> compose(UnaryOperator<Backoffs> first, UnaryOperator<Backoffs> then) {
        return drawn -> then.apply(first.apply(drawn));
    }
}

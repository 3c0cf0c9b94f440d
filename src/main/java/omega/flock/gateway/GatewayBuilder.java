package omega.flock.gateway;

import java.time.Duration;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.EphemeralMode;

/**
 * Gathers the settings of a gateway, each with the default that its method names. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class GatewayBuilder<B extends GatewayBuilder<B>> permits Gateway.Builder {

    private final GatewaySettings settings = new GatewaySettings();

    GatewayBuilder() {}

    /** Returns this, as its own type. */
    abstract B self();

    /** Sets the nodes to begin with; see {@link #bootstrap(List)}. */
    public B bootstrap(String... hostPorts) {
        return bootstrap(List.of(hostPorts));
    }

    /**
     * Sets the nodes to begin with, in place of the public ones; none at all for a network's first node.
     *
     * @param hostPorts {@code host:port}, or {@code ip@host:port} to try an address before its name is looked up
     */
    public B bootstrap(List<String> hostPorts) {
        settings.rpc().bootstrap(hostPorts);
        return self();
    }

    /** Sets the IPv4 address to bind. Default: all of the machine, 0.0.0.0. */
    public B host(String host) {
        settings.rpc().host(host);
        return self();
    }

    /**
     * Sets the UDP port to bind; it and the four above it are tried, then any, unless {@link #anyPort} says otherwise. Default: 49737. 0
     * takes any port.
     *
     * @throws IllegalArgumentException unless it is in 0..65535
     */
    public B port(int port) {
        settings.port(port);
        return self();
    }

    /**
     * Sets whether another port will do when the one that is set is taken. Default: true. With false, opening fails: the port is what a
     * rule of a firewall or a router names, for instance. (hyperdht's option of this name would still try the four ports above it.)
     */
    public B anyPort(boolean any) {
        settings.anyPort(any);
        return self();
    }

    /** Sets the identity of connections that name no other. Default: a fresh one. Wins over {@link #seed}. */
    public B keyPair(KeyPair identity) {
        settings.keyPair(identity);
        return self();
    }

    /** Sets the identity by its 32-byte seed. */
    public B seed(byte[] seed) {
        settings.seed(seed);
        return self();
    }

    /** Sets nodes that were known before, best first. They enter the routing table without being asked. */
    public B nodes(List<PeerAddress> nodes) {
        settings.rpc().nodes(nodes);
        return self();
    }

    /**
     * Sets whether the node only asks (true), or becomes one that stores for others as soon as it proves reachable
     * (false). Default: it becomes one after about 20 minutes if it proves stable and reachable.
     */
    public B ephemeral(boolean ephemeral) {
        settings.rpc().ephemeral(ephemeral ? EphemeralMode.ALWAYS : EphemeralMode.NEVER);
        return self();
    }

    /** Sets to false that the port is known to be reachable from everywhere. Default: true until found open. */
    public B firewalled(boolean firewalled) {
        settings.rpc().firewalled(firewalled);
        return self();
    }

    /** Sets after how much idle time connections send a keep-alive; zero for never. Default: 5 seconds. */
    public B connectionKeepAlive(Duration interval) {
        settings.keepAlive(interval);
        return self();
    }

    /**
     * Sets how many bytes the gateway gives to strangers. A quarter is for what it keeps for others, of which whoever has stored
     * most loses first; three quarters are for connections: 16 KiB for each that a peer has opened or is about to, messages that have arrived in
     * part, and bytes that the program has not read or a peer has not acknowledged. As these are taken, peers are offered smaller
     * windows. When all are, the largest or oldest connection of the host that holds most is closed for one that holds less. What a
     * connection of that very host needs then is refused: a new connection is closed, and one with a message that has arrived in part;
     * a peer has to send once more; a write waits. Default: a quarter of the heap, at most 256 MiB, which is enough for 10,000 idle
     * connections that peers have opened.
     *
     * @param bytes at least 1 MiB; {@link Gateway.Builder#open} throws an IllegalArgumentException for less
     */
    public B memoryBudget(long bytes) {
        settings.memoryBudget(bytes);
        return self();
    }

    GatewaySettings settings() {
        return settings;
    }
}

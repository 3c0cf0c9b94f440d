package omega.flock.swarm.machine;

/**
 * How many connections and dials a flock may have. Pure.
 *
 * @param maxPeers connections of any kind up to which discovered peers are dialled
 * @param maxClientConnections our own dials, open or under way, up to which discovered peers are dialled
 * @param maxServerConnections connections that others may have opened to us
 * @param maxServerConnectionsPerHost those of them that may come from one address
 * @param maxParallel dials under way at a time
 */
public record DialBudget(int maxPeers, int maxClientConnections, int maxServerConnections, int maxServerConnectionsPerHost,
                         int maxParallel) {

    /** 64 peers, 256 connections from one address, 3 dials at a time; all connections together are bounded by the gateway's memory. */
    public static final DialBudget DEFAULT = new DialBudget(SwarmConstants.MAX_PEERS, Integer.MAX_VALUE, Integer.MAX_VALUE,
            SwarmConstants.MAX_SERVER_CONNECTIONS_PER_HOST, SwarmConstants.MAX_PARALLEL);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is negative, or nothing could ever be dialled at a time
     */
    public DialBudget {
        requireAtLeast(0, "maxPeers", maxPeers);
        requireAtLeast(0, "maxClientConnections", maxClientConnections);
        requireAtLeast(0, "maxServerConnections", maxServerConnections);
        requireAtLeast(0, "maxServerConnectionsPerHost", maxServerConnectionsPerHost);
        requireAtLeast(1, "maxParallel", maxParallel);
    }

    /** Tells whether one more dial may be under way. */
    boolean allowsDial(int connecting) {
        return connecting < maxParallel;
    }

    /**
     * Tells whether a discovered peer may be dialled. The share that is left for explicit peers grows with their number. A quarter of
     * the rest is for our own dials: strangers who connect, a host with a key for each connection may be all of them, cannot keep us
     * from looking for peers ourselves.
     *
     * @param ownDials dials of ours, open or under way
     * @param inbound connections that others have opened
     * @param explicitPeers how many peers were joined by key
     */
    boolean allowsDiscovered(int ownDials, int inbound, int explicitPeers) {
        int ours = maxPeers / SwarmConstants.OWN_SHARE;
        long counted = Math.min(inbound, (maxPeers - ours) / factor(explicitPeers));
        return factor(explicitPeers) * (ownDials + counted) < maxPeers && ownDials < maxClientConnections;
    }

    /** Tells whether one more connection from outside is welcome, as far as their number goes. */
    boolean allowsInbound(int inbound) {
        return inbound < maxServerConnections;
    }

    /** Tells whether one more connection from an address that holds so many is welcome. */
    boolean allowsInboundFrom(int held) {
        return held < maxServerConnectionsPerHost;
    }

    private static long factor(int explicitPeers) {
        if (explicitPeers == 0) {
            return 1;
        }
        return explicitPeers < 2 ? 2 : explicitPeers < 4 ? 3 : 4;
    }

    /**
     * {@return a limit that is large enough}
     *
     * @throws IllegalArgumentException if it is not
     */
    public static int requireAtLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
        }
        return value;
    }
}

package omega.flock.rpc.routing;

/** Sizes of the routing table, from kademlia-routing-table 1.0.6 and dht-rpc 6.27.0 {@code lib/peer.js}. */
public final class RoutingConstants {

    // Protocol.

    /** Length of a node id and of a target, in bytes. */
    public static final int ID_BYTES = 32;

    /** Bits of a node id, and number of buckets. */
    public static final int ID_BITS = 8 * ID_BYTES;

    /** Nodes in a bucket, nodes in a reply, and closest nodes of a query: Kademlia's k. */
    public static final int K = 20;

    // Tuning: bounds that JavaScript does not have. Private networks and loopback are excepted.

    /** Nodes of one address in a bucket and among the closest nodes of a query. */
    public static final int NODES_OF_HOST = 2;

    /** The same of one /24. */
    public static final int NODES_OF_NETWORK = 4;

    private RoutingConstants() {}
}

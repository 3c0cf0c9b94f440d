package omega.flock.rpc.routing;

import java.util.Arrays;
import java.util.HexFormat;
import omega.flock.base.PeerAddress;
import omega.flock.crypto.Blake2b;
import omega.flock.wire.WireWriter;

/**
 * A point in the key space of the distributed hash table: the id of a node, or the target of a query. Immutable.
 *
 * <p>Ids are bound to addresses, so a node cannot choose its place: {@code id = BLAKE2b-256(ipv4Address(host, port))} (dht-rpc
 * 6.27.0 {@code lib/peer.js}). Nearness is Kademlia's XOR metric.
 */
public final class NodeId implements Comparable<NodeId> {

    private final byte[] bytes;

    private NodeId(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the point with these 32 bytes.
     *
     * @throws IllegalArgumentException if there are not 32
     */
    public static NodeId of(byte[] bytes) {
        if (bytes.length != RoutingConstants.ID_BYTES) {
            throw new IllegalArgumentException("a node id has 32 bytes, not " + bytes.length);
        }
        return new NodeId(bytes.clone());
    }

    /**
     * Returns the id of the node at this address, the BLAKE2b-256 hash of its six bytes on the wire.
     *
     * @throws IllegalArgumentException if the host is not a dotted IPv4 address
     */
    public static NodeId of(PeerAddress address) {
        return new NodeId(Blake2b.hash256(new WireWriter().ipv4Address(address).toBytes()));
    }

    /** Returns a copy of the 32 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** Returns how many leading bits both have in common, 0 to 256. */
    public int sharedPrefixBits(NodeId other) {
        int i = Arrays.mismatch(bytes, other.bytes);
        if (i < 0) {
            return RoutingConstants.ID_BITS;
        }
        return 8 * i + Integer.numberOfLeadingZeros((bytes[i] ^ other.bytes[i]) & 0xFF) - 24;
    }

    /**
     * Compares which of two points is nearer to this one.
     *
     * @return negative if {@code a} is nearer, positive if {@code b} is, 0 if they are the same point
     */
    public int compareDistance(NodeId a, NodeId b) {
        // Nearly always the first byte decides: a plain loop is done before a vectorized search would begin.
        for (int i = 0; i < RoutingConstants.ID_BYTES; i++) {
            if (a.bytes[i] != b.bytes[i]) {
                return ((bytes[i] ^ a.bytes[i]) & 0xFF) - ((bytes[i] ^ b.bytes[i]) & 0xFF);
            }
        }
        return 0;
    }

    /** Orders by bytes, unsigned. */
    @Override
    public int compareTo(NodeId other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns 64 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}

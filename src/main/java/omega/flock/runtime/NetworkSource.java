package omega.flock.runtime;

import java.net.InetSocketAddress;

/**
 * Where a datagram came from, as the network shows it. What a stranger may spend is counted by it, and never by an address that a
 * message claims.
 *
 * <p>A source is a host, since whoever has one has its 65,535 ports for free. On loopback it is a host and a port: a whole test network
 * may live there, and nothing on the wire can come from such an address.
 *
 * @param host the IPv4 address, its first octet in the highest bits
 * @param port 0 but for loopback
 */
public record NetworkSource(int host, int port) {

    /** IPv4 blocks in which addresses are free, as bogon 1.3.0 lists them: {network, length of the prefix}. */
    private static final int[][] PRIVATE = {
            {10 << 24, 8},                    // RFC 1918
            {100 << 24 | 64 << 16, 10},       // RFC 6598, carriers
            {127 << 24, 8},                   // loopback
            {169 << 24 | 254 << 16, 16},      // RFC 3927, link-local
            {172 << 24 | 16 << 16, 12},       // RFC 1918
            {192 << 24 | 168 << 16, 16}};     // RFC 1918

    private static final int LOOPBACK = 127;

    /**
     * {@return the source of what came from an address}
     *
     * @throws IllegalArgumentException if it is no IPv4 address
     */
    public static NetworkSource of(InetSocketAddress address) {
        byte[] octets = address.getAddress().getAddress();
        if (octets.length != Integer.BYTES) {
            throw new IllegalArgumentException("not IPv4: " + address);
        }
        return of(octets, address.getPort());
    }

    /** {@return the source of what came from an IPv4 address of four octets} */
    public static NetworkSource of(byte[] octets, int port) {
        int host = (octets[0] & 0xff) << 24 | (octets[1] & 0xff) << 16 | (octets[2] & 0xff) << 8 | octets[3] & 0xff;
        return new NetworkSource(host, octets[0] == LOOPBACK ? port : 0);
    }

    /** {@return the first 24 bits of the host: what one customer of a provider is commonly given} */
    public int network() {
        return host >>> 8;
    }

    /** {@return whether hosts of private networks, carriers' inner networks and loopback are excluded: addresses there are free} */
    public boolean isPublic() {
        for (int[] block : PRIVATE) {
            if ((host ^ block[0]) >>> (Integer.SIZE - block[1]) == 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether it is this very machine: nothing on the wire can come from such an address} */
    public boolean isLoopback() {
        return host >>> 24 == LOOPBACK;
    }

    /**
     * {@return whether this source may have us send to an address that it names} Nobody but this machine may name loopback, nor
     * anybody outside an address inside; those inside may, so that laboratories and home networks work.
     */
    public boolean mayName(NetworkSource target) {
        return target.isLoopback() ? isLoopback() : target.isPublic() || !isPublic();
    }

    /** {@return whether a host can have this address: it is neither of "this network" (RFC 1122) nor for groups, broadcasts and later} */
    public boolean isUnicast() {
        return host >>> 24 != 0 && host >>> 29 != 0b111;
    }

    /** Written out: what the compiler makes of a record is put together when it is first called, at the start of every program. */
    @Override
    public boolean equals(Object other) {
        return other instanceof NetworkSource source && host == source.host && port == source.port;
    }

    @Override
    public int hashCode() {
        return 31 * host + port;
    }

    /** {@return the host in dotted form, on loopback with the port} */
    @Override
    public String toString() {
        String dotted = (host >>> 24) + "." + (host >>> 16 & 0xff) + "." + (host >>> 8 & 0xff) + "." + (host & 0xff);
        return port == 0 ? dotted : dotted + ":" + port;
    }
}

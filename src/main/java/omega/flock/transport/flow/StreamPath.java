package omega.flock.transport.flow;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Where packets go: the receiver's stream id and its address. A packet keeps the path that was current when it got its number.
 *
 * @param remoteId the id that the peer chose for its side
 * @param address a resolved address
 */
public record StreamPath(int remoteId, InetSocketAddress address) {
    /** "Port 0 is refused", and a name would have to be looked up. */
    public StreamPath {
        Objects.requireNonNull(address, "address");
        if (address.isUnresolved() || address.getPort() == 0) {
            throw new IllegalArgumentException("no address to send to: " + address);
        }
    }

    /** {@return bytes of IP, UDP and UDX headers on this path} */
    int overheadBytes() {
        return address.getAddress() instanceof Inet4Address
                ? FlowConstants.IPV4_OVERHEAD_BYTES
                : FlowConstants.IPV6_OVERHEAD_BYTES;
    }
}

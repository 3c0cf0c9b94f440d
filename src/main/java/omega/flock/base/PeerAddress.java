package omega.flock.base;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;

/**
 * A host and a UDP port.
 *
 * <p>On the wire of the distributed hash table a host is a dotted IPv4 address; a list of bootstrap nodes may name hosts
 * that have to be looked up. This type does not care, and never looks anything up by itself.
 *
 * @param host a dotted IPv4 address, an IPv6 address without brackets, or a host name; not empty
 * @param port 0 to 65535
 */
public record PeerAddress(String host, int port) implements Comparable<PeerAddress> {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the host is empty or the port is out of range
     */
    public PeerAddress {
        Objects.requireNonNull(host, "host");
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host of an address is empty");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " of " + host + " is not in 0..65535");
        }
    }

    /**
     * Parses {@code host:port}; an IPv6 host stands in brackets.
     *
     * @throws IllegalArgumentException if there is no port or it is no number in 0..65535
     */
    public static PeerAddress parse(String hostPort) {
        Objects.requireNonNull(hostPort, "hostPort");
        int colon = hostPort.lastIndexOf(':');
        if (colon <= 0 || colon == hostPort.length() - 1) {
            throw new IllegalArgumentException("not of the form host:port: \"" + hostPort + "\"");
        }
        String host = hostPort.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 host needs brackets: \"" + hostPort + "\"");
        }
        String digits = hostPort.substring(colon + 1);
        if (digits.length() > 5 || !isDecimal(digits) || Integer.parseInt(digits) > 65535) {
            throw new IllegalArgumentException("the port is no number in 0..65535: \"" + hostPort + "\"");
        }
        return new PeerAddress(host, Integer.parseInt(digits));
    }

    private static boolean isDecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the numeric form of a socket address.
     *
     * @throws IllegalArgumentException if it is unresolved
     */
    public static PeerAddress of(InetSocketAddress address) {
        Objects.requireNonNull(address, "address");
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("unresolved: " + address);
        }
        return new PeerAddress(host.getHostAddress(), address.getPort());
    }

    /**
     * Returns this address for a socket, without any name lookup.
     *
     * @throws IllegalArgumentException if the host is not a numeric IPv4 or IPv6 address
     */
    public InetSocketAddress toSocketAddress() {
        byte[] octets = IPv4.tryParse(host);
        try {
            if (octets != null) {
                return new InetSocketAddress(InetAddress.getByAddress(octets), port);
            }
            if (host.indexOf(':') >= 0) {
                // A text with a colon is a numeric IPv6 address or nothing: the JDK never asks a name server for it.
                return new InetSocketAddress(InetAddress.getByName(host), port);
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not a numeric address: " + this, e);
        }
        throw new IllegalArgumentException("not a numeric address: " + this);
    }

    /** Returns the four octets of the host; empty unless it is a dotted IPv4 address. */
    public Optional<byte[]> octets() {
        return Optional.ofNullable(IPv4.tryParse(host));
    }

    /** Tells whether the host is a dotted IPv4 address, the only kind that the wire format carries today. */
    public boolean isIPv4() {
        return IPv4.tryParse(host) != null;
    }

    /** Written out: what the compiler makes of a record is put together when it is first called, at the start of every program. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PeerAddress address && port == address.port && host.equals(address.host);
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + port;
    }

    /**
     * By host, then by port. Whoever can choose addresses has 65,536 of any hash: a map of comparable keys finds them among each other
     * in logarithmic time.
     */
    @Override
    public int compareTo(PeerAddress other) {
        int hosts = host.compareTo(other.host);
        return hosts != 0 ? hosts : Integer.compare(port, other.port);
    }

    /** Returns {@code host:port}, with brackets around an IPv6 host. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

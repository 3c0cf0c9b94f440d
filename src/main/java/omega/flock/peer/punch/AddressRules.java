package omega.flock.peer.punch;

import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.runtime.NetworkSource;

/**
 * What can be told from an IPv4 address alone: whether it is of a private or reserved range, and which of a peer's private
 * addresses is likeliest to be on our own network. Pure.
 *
 * <p>Sources: bogon 1.3.0 (ranges), hyperdht 6.34.0 {@code lib/holepuncher.js} {@code matchAddress}. A host that is not a
 * dotted IPv4 address is of no range and matches nothing.
 */
public final class AddressRules {

    /** A block of addresses: those that begin with the same bits. */
    private record Range(int network, int prefix) {

        static Range of(String cidr) {
            int slash = cidr.indexOf('/');
            return new Range(AddressRules.bits(cidr.substring(0, slash)).orElseThrow(), Integer.parseInt(cidr.substring(slash + 1)));
        }

        boolean contains(int address) {
            return (address ^ network) >>> (32 - prefix) == 0;
        }
    }

    private static final List<Range> RESERVED = List.of(
            Range.of("0.0.0.0/8"),
            Range.of("192.0.0.0/24"),
            Range.of("192.0.2.0/24"),
            Range.of("198.18.0.0/15"),
            Range.of("198.51.100.0/24"),
            Range.of("203.0.113.0/24"),
            Range.of("224.0.0.0/4"),
            Range.of("240.0.0.0/4"));

    private AddressRules() {}

    /** Tells whether the host is private: a home or carrier network, loopback, link-local. */
    public static boolean isPrivate(String host) {
        PeerAddress address = new PeerAddress(host, 0);
        return address.isIPv4() && !NetworkSource.of(address.toSocketAddress()).isPublic();
    }

    /** Tells whether the host is reserved: documentation, benchmarks, multicast and the like. Nobody can be there. */
    public static boolean isReserved(String host) {
        return bits(host).filter(address -> RESERVED.stream().anyMatch(range -> range.contains(address))).isPresent();
    }

    /** Tells whether the host is private or reserved, so that it means nothing on the internet. */
    public static boolean isBogon(String host) {
        return isPrivate(host) || isReserved(host);
    }

    /**
     * Returns the remote address that shares most leading octets with one of ours: three win at once, else the first with
     * two, else the first with one. Empty if there is none, which says nothing for sure: see {@code hyperdht#112}.
     */
    public static Optional<PeerAddress> match(List<PeerAddress> own, List<PeerAddress> remote) {
        int bestOctets = 0;
        Optional<PeerAddress> best = Optional.empty();
        for (PeerAddress mine : own) {
            for (PeerAddress theirs : remote) {
                int octets = sharedOctets(mine.host(), theirs.host());
                if (octets > bestOctets) {
                    bestOctets = octets;
                    best = Optional.of(theirs);
                }
                if (octets == 3) {
                    return best;
                }
            }
        }
        return best;
    }

    /** Returns how many of the first three octets are equal from the left; 0 unless both are IPv4. */
    private static int sharedOctets(String a, String b) {
        return bits(a).flatMap(x -> bits(b).map(y -> Math.min(3, Integer.numberOfLeadingZeros(x ^ y) / 8))).orElse(0);
    }

    private static Optional<Integer> bits(String host) {
        PeerAddress address = new PeerAddress(host, 0);
        if (!address.isIPv4()) {
            return Optional.empty();
        }
        int bits = 0;
        for (byte octet : address.toSocketAddress().getAddress().getAddress()) {
            bits = bits << 8 | octet & 0xff;
        }
        return Optional.of(bits);
    }
}

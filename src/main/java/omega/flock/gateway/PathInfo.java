package omega.flock.gateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * How a connection reaches its peer at one moment.
 *
 * @param kind whether datagrams go straight to the peer
 * @param address where they go
 * @param roundTripTime the smoothed round-trip time; zero before the first measurement
 * @param since when this path was taken
 */
public record PathInfo(Kind kind, InetSocketAddress address, Duration roundTripTime, Instant since) {

    /** The kinds of path. */
    public enum Kind {
        /** Straight to an address of the peer. */
        DIRECT,
        /** Through a relay, which sees only ciphertext. */
        RELAYED
    }

    /** Checks that nothing is missing. */
    public PathInfo {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(roundTripTime, "roundTripTime");
        Objects.requireNonNull(since, "since");
    }
}

package omega.flock.gateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import omega.flock.secret.SecretStream;

/** How a connection reaches its peer at one moment. */
public final class PathInfo {

    /** The kinds of path. */
    public enum Kind {
        /** Straight to an address of the peer. */
        DIRECT,
        /** Through a relay, which sees only ciphertext. */
        RELAYED
    }

    private final Kind kind;
    private final InetSocketAddress address;
    private final Duration roundTripTime;
    private final Instant since;

    PathInfo(SecretStream connection) {
        kind = connection.isRelayed() ? Kind.RELAYED : Kind.DIRECT;
        address = connection.remoteAddress();
        roundTripTime = connection.stats().smoothedRtt();
        since = Instant.ofEpochMilli(connection.pathSinceMillis());
    }

    /** {@return whether datagrams go straight to the peer} */
    public Kind kind() {
        return kind;
    }

    /** {@return where datagrams go} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the smoothed round-trip time; zero before the first measurement} */
    public Duration roundTripTime() {
        return roundTripTime;
    }

    /** {@return when a path of this kind was taken} */
    public Instant since() {
        return since;
    }

    @Override
    public String toString() {
        return "PathInfo[kind=" + kind + ", address=" + address + ", roundTripTime=" + roundTripTime + ", since=" + since + "]";
    }
}

package omega.flock.sim;

import java.time.Duration;

/**
 * What happens to datagrams between two hosts.
 *
 * @param latency how long every datagram travels at least
 * @param jitter a uniformly random part of this is added to it, which reorders
 * @param loss share of datagrams that vanish, 0 to 1
 * @param duplication share of datagrams that arrive twice, 0 to 1
 * @param reordering share of datagrams that travel one {@code latency} (at least a millisecond) longer than the others
 * @param maxPayload longest UDP payload in bytes; a longer one vanishes as on a path with a smaller MTU
 */
public record Conditions(Duration latency, Duration jitter, double loss, double duplication, double reordering,
        int maxPayload) {

    /** What a UDP datagram over IPv4 can carry at most. */
    public static final int MAX_UDP_PAYLOAD = 65_507;

    /** Nothing is lost and nothing takes time. */
    public static final Conditions PERFECT = new Conditions(Duration.ZERO, Duration.ZERO, 0, 0, 0, MAX_UDP_PAYLOAD);

    /** Checks the parts. */
    public Conditions {
        if (latency.isNegative() || jitter.isNegative()) {
            throw new IllegalArgumentException("latency " + latency + ", jitter " + jitter);
        }
        requireShare("loss", loss);
        requireShare("duplication", duplication);
        requireShare("reordering", reordering);
        if (maxPayload < 1 || maxPayload > MAX_UDP_PAYLOAD) {
            throw new IllegalArgumentException("maxPayload " + maxPayload);
        }
    }

    /** Returns these conditions with another latency in milliseconds. */
    public Conditions withLatencyMillis(long millis) {
        return new Conditions(Duration.ofMillis(millis), jitter, loss, duplication, reordering, maxPayload);
    }

    /** Returns these conditions with another jitter in milliseconds. */
    public Conditions withJitterMillis(long millis) {
        return new Conditions(latency, Duration.ofMillis(millis), loss, duplication, reordering, maxPayload);
    }

    /** Returns these conditions with another loss. */
    public Conditions withLoss(double share) {
        return new Conditions(latency, jitter, share, duplication, reordering, maxPayload);
    }

    /** Returns these conditions with another duplication. */
    public Conditions withDuplication(double share) {
        return new Conditions(latency, jitter, loss, share, reordering, maxPayload);
    }

    /** Returns these conditions with another reordering. */
    public Conditions withReordering(double share) {
        return new Conditions(latency, jitter, loss, duplication, share, maxPayload);
    }

    /** Returns these conditions with another limit on the UDP payload. */
    public Conditions withMaxPayload(int bytes) {
        return new Conditions(latency, jitter, loss, duplication, reordering, bytes);
    }

    private static void requireShare(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " " + share + " is not in 0..1");
        }
    }
}

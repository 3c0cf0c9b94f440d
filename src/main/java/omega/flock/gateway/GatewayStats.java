package omega.flock.gateway;

import java.util.Map;
import java.util.Objects;

/**
 * What a gateway holds and has done: a snapshot for dashboards and tests. Names are stable.
 *
 * @param gauges how many of something there are now, such as {@code streams}, {@code dials} or {@code records}; each returns
 *     to zero, or to what is stored for others, when nobody uses the gateway
 * @param counters how often something has happened since the gateway was opened, such as {@code rpc.requests}
 * @param drops how many datagrams and messages of strangers were dropped, by reason
 */
public record GatewayStats(Map<String, Long> gauges, Map<String, Long> counters, Map<String, Long> drops) {

    /** Copies the maps. */
    public GatewayStats {
        gauges = Map.copyOf(Objects.requireNonNull(gauges, "gauges"));
        counters = Map.copyOf(Objects.requireNonNull(counters, "counters"));
        drops = Map.copyOf(Objects.requireNonNull(drops, "drops"));
    }

    /** Returns the sum of all drops. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }
}

package omega.flock.gateway;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a gateway holds and has done: a snapshot for dashboards and tests. Names are stable, though some may be added; maps are in the order
 * of the names.
 *
 * <table>
 * <caption>Gauges: how many of something there are now</caption>
 * <tr><th>name</th><th>what</th></tr>
 * <tr><td>{@code dials}, {@code servers}, {@code handshakes}</td><td>connections on their way out, keys that are listened under, clients
 * that have begun to connect</td></tr>
 * <tr><td>{@code streams}, {@code memory}</td><td>streams that have not ended, lingering ones included; bytes of the
 * {@linkplain Gateway.Builder#memoryBudget budget} that are taken</td></tr>
 * <tr><td>{@code punchers}, {@code pool.sockets}, {@code relays}</td><td>searches for a direct path, their sockets, connections to blind
 * relays</td></tr>
 * <tr><td>{@code rpc.requests}, {@code rpc.queries}, {@code nodes}</td><td>requests and walks under
 * way, nodes in the routing table</td></tr>
 * <tr><td>{@code forwards}, {@code records}, {@code mutables}, {@code immutables}</td><td>what is kept for others: servers that handshakes
 * are passed on to, announcements, values</td></tr>
 * </table>
 *
 * <table>
 * <caption>Counters: how often something has happened since the gateway was opened</caption>
 * <tr><th>name</th><th>what</th></tr>
 * <tr><td>{@code connections.dialled}, {@code connections.accepted}</td><td>connections that have opened</td></tr>
 * <tr><td>{@code punches.open}, {@code punches.consistent}, {@code punches.random}</td><td>paths that were
 * looked for, by the kind of NAT</td></tr>
 * <tr><td>{@code punches.putoff}, {@code punches.probes}, {@code punches.probes.failed}</td><td>random punches that had to wait their turn;
 * probes that were sent, and those that could not be</td></tr>
 * <tr><td>{@code relaying.attempts}, {@code relaying.successes}, {@code relaying.aborts}</td><td>blind relays that were asked, that
 * have paired the two sides, that have not</td></tr>
 * <tr><td>{@code routed}</td><td>handshakes and rounds of punching that were passed on for others</td></tr>
 * <tr><td>{@code rpc.requests}, {@code rpc.responses}, {@code rpc.timeouts}, {@code rpc.retries}, {@code rpc.queries}</td><td>requests of
 * this node, their answers, those without one, transmissions beyond the first; walks</td></tr>
 * <tr><td>{@code transport.packets.sent}, {@code transport.packets.received}, {@code transport.bytes.sent},
 * {@code transport.bytes.received}</td><td>packets of streams and their bytes; of one
 * connection: {@link Connection#stats()}</td></tr>
 * <tr><td>{@code transport.retransmissions}, {@code transport.timeouts}</td><td>packets that were sent again, and time-outs that led to
 * that</td></tr>
 * </table>
 *
 * <p>Drops are named {@code layer.REASON}; {@code SECURITY.md} and {@code docs/strangers.md} have those that show an attack.
 */
public final class GatewayStats {

    private final SortedMap<String, Long> gauges;
    private final SortedMap<String, Long> counters;
    private final SortedMap<String, Long> drops;

    GatewayStats(Map<String, Long> gauges, Map<String, Long> counters, Map<String, Long> drops) {
        this.gauges = Collections.unmodifiableSortedMap(new TreeMap<>(gauges));
        this.counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
        this.drops = Collections.unmodifiableSortedMap(new TreeMap<>(drops));
    }

    /** {@return how many of something there are now; each returns to zero, or to what is kept for others, when nobody uses the gateway} */
    public Map<String, Long> gauges() {
        return gauges;
    }

    /** {@return how often something has happened since the gateway was opened} */
    public Map<String, Long> counters() {
        return counters;
    }

    /** {@return how many datagrams and messages were dropped, by layer and reason; reasons that never occurred may be missing} */
    public Map<String, Long> drops() {
        return drops;
    }

    /** {@return the sum of all drops} */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return "GatewayStats[gauges=" + gauges + ", counters=" + counters + ", drops=" + drops + "]";
    }
}

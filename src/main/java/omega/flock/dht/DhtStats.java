package omega.flock.dht;

import java.util.Map;

/**
 * What a node holds for others, and what it dropped.
 *
 * @param forwards         servers that announced themselves here and are reachable through this node
 * @param localServers     servers on this node itself
 * @param records          records of peers under topics
 * @param refreshes        announces that can be refreshed without a signature
 * @param mutables         mutable values
 * @param immutables       immutable values
 * @param pendingSignatures signatures that wait to be checked
 * @param routed           handshakes and hole punching rounds passed on, since the start
 * @param drops            drops since the start, by reason; reasons that did not occur are zero
 */
public record DhtStats(int forwards, int localServers, int records, int refreshes, int mutables, int immutables,
                       int pendingSignatures, long routed, Map<DhtDrop, Long> drops) {

    /** Copies the map. */
    public DhtStats {
        drops = Map.copyOf(drops);
    }
}

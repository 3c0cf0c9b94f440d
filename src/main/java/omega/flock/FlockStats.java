package omega.flock;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import omega.flock.swarm.SwarmStats;

/**
 * What a flock has done so far: counters that only grow.
 *
 * @param updates update events, those included that listeners saw as one
 * @param client the connections that this side dialled
 * @param server the connections that peers dialled
 * @param bannedPeers bans by the firewall; {@link PeerInfo#ban} does not count
 * @param drops how often something was let go, by the name of the reason: {@code BACKLOG_FULL}, {@code SERVER_LIMIT},
 *     {@code DUPLICATE_NEW} and so on. Reasons that never occurred are missing. For diagnosis: names may be added
 */
public record FlockStats(long updates, Client client, Server server, long bannedPeers, Map<String, Long> drops) {

    /** Copies the map. */
    public FlockStats {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(server, "server");
        drops = Map.copyOf(drops);
    }

    static FlockStats of(SwarmStats stats) {
        Map<String, Long> drops = new HashMap<>();
        stats.drops().forEach((reason, count) -> drops.put(reason.name(), count));
        return new FlockStats(stats.updates(), new Client(stats.dialsAttempted(), stats.dialsOpened(), stats.dialsClosed()),
                new Server(stats.inboundOpened(), stats.inboundClosed()), stats.bannedPeers(), drops);
    }

    /**
     * The connections that this side dialled.
     *
     * @param attempted dials that were started
     * @param opened dials that became connections
     * @param closed dials that have ended; those that never opened count too
     */
    public record Client(long attempted, long opened, long closed) {}

    /**
     * The connections that peers dialled.
     *
     * @param opened connections that were taken in
     * @param closed those of them that have ended
     */
    public record Server(long opened, long closed) {}
}

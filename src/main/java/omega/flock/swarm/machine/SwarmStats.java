package omega.flock.swarm.machine;

import java.util.Map;

/**
 * The counters of a swarm at one moment.
 *
 * @param updates update events
 * @param dialsAttempted dials that were started
 * @param dialsOpened dials that became connections
 * @param dialsClosed dials that ended, opened or not
 * @param inboundOpened connections that others opened
 * @param inboundClosed those of them that have ended
 * @param bannedPeers bans by the firewall
 * @param drops how often something was let go, by reason; reasons that never occurred are missing
 */
public record SwarmStats(long updates, long dialsAttempted, long dialsOpened, long dialsClosed, long inboundOpened,
        long inboundClosed, long bannedPeers, Map<Drop, Long> drops) {

    /** Copies the map. */
    public SwarmStats {
        drops = Map.copyOf(drops);
    }
}

package omega.flock.swarm;

import java.util.EnumMap;
import java.util.Map;

/** What has happened so far. Not thread-safe: guarded by the guard of its swarm. */
final class Counters {

    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    long updates;
    long dialsAttempted;
    long dialsOpened;
    long dialsClosed;
    long inboundOpened;
    long inboundClosed;
    long bannedPeers;

    void count(Drop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    SwarmStats snapshot() {
        return new SwarmStats(updates, dialsAttempted, dialsOpened, dialsClosed, inboundOpened, inboundClosed, bannedPeers, drops);
    }
}

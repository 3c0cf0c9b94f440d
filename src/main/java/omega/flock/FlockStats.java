package omega.flock;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import omega.flock.swarm.machine.SwarmStats;

/** What a flock has done so far: a snapshot of counters that only grow. */
public final class FlockStats {

    private final SwarmStats stats;

    FlockStats(SwarmStats stats) {
        this.stats = stats;
    }

    /** {@return update events, those included that listeners saw as one} */
    public long updates() {
        return stats.updates();
    }

    /** {@return the connections that this side dialled} */
    public Client client() {
        return new Client(stats);
    }

    /** {@return the connections that peers dialled} */
    public Server server() {
        return new Server(stats);
    }

    /** {@return bans by the firewall; {@link PeerInfo#ban} does not count} */
    public long bannedPeers() {
        return stats.bannedPeers();
    }

    /**
     * {@return how often something was let go, by the name of the reason: {@code BACKLOG_FULL}, {@code SERVER_LIMIT}, {@code DUPLICATE_NEW}
     * and so on} In the order of the names; reasons that never occurred are missing. For diagnosis: names may be added.
     */
    public Map<String, Long> drops() {
        SortedMap<String, Long> byName = new TreeMap<>();
        stats.drops().forEach((reason, count) -> byName.put(reason.name(), count));
        return Collections.unmodifiableSortedMap(byName);
    }

    @Override
    public String toString() {
        return "FlockStats[updates=" + updates() + ", client=" + client() + ", server=" + server() + ", bannedPeers=" + bannedPeers()
                + ", drops=" + drops() + "]";
    }

    /** The connections that this side dialled. */
    public static final class Client {

        private final SwarmStats stats;

        private Client(SwarmStats stats) {
            this.stats = stats;
        }

        /** {@return dials that were started} */
        public long attempted() {
            return stats.dialsAttempted();
        }

        /** {@return dials that became connections} */
        public long opened() {
            return stats.dialsOpened();
        }

        /** {@return dials that have ended; those that never opened count too} */
        public long closed() {
            return stats.dialsClosed();
        }

        @Override
        public String toString() {
            return "[attempted=" + attempted() + ", opened=" + opened() + ", closed=" + closed() + "]";
        }
    }

    /** The connections that peers dialled. */
    public static final class Server {

        private final SwarmStats stats;

        private Server(SwarmStats stats) {
            this.stats = stats;
        }

        /** {@return connections that were taken in} */
        public long opened() {
            return stats.inboundOpened();
        }

        /** {@return those of them that have ended} */
        public long closed() {
            return stats.inboundClosed();
        }

        @Override
        public String toString() {
            return "[opened=" + opened() + ", closed=" + closed() + "]";
        }
    }
}

package omega.flock;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import omega.flock.swarm.machine.SwarmStats;

/** What a flock has done so far: a snapshot of counters that only grow. */
public final class FlockStats {

    private final long updates;
    private final Client client;
    private final Server server;
    private final long bannedPeers;
    private final SortedMap<String, Long> drops;

    private FlockStats(SwarmStats stats) {
        updates = stats.updates();
        client = new Client(stats);
        server = new Server(stats);
        bannedPeers = stats.bannedPeers();
        SortedMap<String, Long> byName = new TreeMap<>();
        stats.drops().forEach((reason, count) -> byName.put(reason.name(), count));
        drops = Collections.unmodifiableSortedMap(byName);
    }

    static FlockStats of(SwarmStats stats) {
        return new FlockStats(stats);
    }

    /** {@return update events, those included that listeners saw as one} */
    public long updates() {
        return updates;
    }

    /** {@return the connections that this side dialled} */
    public Client client() {
        return client;
    }

    /** {@return the connections that peers dialled} */
    public Server server() {
        return server;
    }

    /** {@return bans by the firewall; {@link PeerInfo#ban} does not count} */
    public long bannedPeers() {
        return bannedPeers;
    }

    /**
     * {@return how often something was let go, by the name of the reason: {@code BACKLOG_FULL}, {@code SERVER_LIMIT}, {@code DUPLICATE_NEW}
     * and so on} In the order of the names; reasons that never occurred are missing. For diagnosis: names may be added.
     */
    public Map<String, Long> drops() {
        return drops;
    }

    @Override
    public String toString() {
        return "FlockStats[updates=" + updates + ", client=" + client + ", server=" + server + ", bannedPeers=" + bannedPeers + ", drops="
                + drops + "]";
    }

    /** The connections that this side dialled. */
    public static final class Client {

        private final long attempted;
        private final long opened;
        private final long closed;

        private Client(SwarmStats stats) {
            attempted = stats.dialsAttempted();
            opened = stats.dialsOpened();
            closed = stats.dialsClosed();
        }

        /** {@return dials that were started} */
        public long attempted() {
            return attempted;
        }

        /** {@return dials that became connections} */
        public long opened() {
            return opened;
        }

        /** {@return dials that have ended; those that never opened count too} */
        public long closed() {
            return closed;
        }

        @Override
        public String toString() {
            return "[attempted=" + attempted + ", opened=" + opened + ", closed=" + closed + "]";
        }
    }

    /** The connections that peers dialled. */
    public static final class Server {

        private final long opened;
        private final long closed;

        private Server(SwarmStats stats) {
            opened = stats.inboundOpened();
            closed = stats.inboundClosed();
        }

        /** {@return connections that were taken in} */
        public long opened() {
            return opened;
        }

        /** {@return those of them that have ended} */
        public long closed() {
            return closed;
        }

        @Override
        public String toString() {
            return "[opened=" + opened + ", closed=" + closed + "]";
        }
    }
}

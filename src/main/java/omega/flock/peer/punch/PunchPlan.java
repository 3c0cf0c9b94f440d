package omega.flock.peer.punch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;

/**
 * Which probes to send when. Pure: time, randomness and the view of the other peer are arguments; not thread-safe.
 *
 * <pre>
 *   own NAT      other NAT     plan              needs a proven address
 *   CONSISTENT   CONSISTENT    {@link Consistent}      no
 *   CONSISTENT   RANDOM        {@link GuessedPorts}    yes
 *   RANDOM       CONSISTENT    {@link ManySockets}     yes
 *   anything else              none: cannot be punched
 * </pre>
 *
 * <p>OPEN counts as CONSISTENT. Source: hyperdht 6.34.0 {@code lib/holepuncher.js}.
 */
sealed interface PunchPlan {

    /**
     * One datagram of one byte.
     *
     * @param socket which of the puncher's sockets sends it, from 0 to {@link #sockets()} - 1
     * @param to where it goes
     */
    record Probe(int socket, PeerAddress to) {}

    /** Chooses the plan for two NATs; empty if there is none. */
    static Optional<PunchPlan> choose(Firewall own, RemoteView remote, boolean initiator, long nowNanos) {
        boolean ownRandom = own == Firewall.RANDOM;
        boolean remoteRandom = remote.firewall() == Firewall.RANDOM;
        if (own == Firewall.UNKNOWN || remote.firewall() == Firewall.UNKNOWN || remote.addresses().isEmpty()
                || ownRandom && remoteRandom) {
            return Optional.empty();
        }
        if (!ownRandom && !remoteRandom) {
            return Optional.of(new Consistent(initiator, nowNanos));
        }
        return remote.verifiedAddress().map(proven ->
                ownRandom ? new ManySockets(proven, nowNanos) : new GuessedPorts(proven.host(), nowNanos));
    }

    /** Returns how many sockets the plan sends from. */
    int sockets();

    /** Returns when the next probes are due, or, after the last ones, when hope ends. */
    long nextNanos();

    /** Tells whether all probes are sent and the last wait is over. */
    boolean isExhausted();

    /** Returns the probes that are due now, none if it is too early, and moves on. */
    List<Probe> take(RemoteView remote, RandomGenerator random, long nowNanos);

    /** Ten rounds, a second apart, from one socket: proven addresses each time, others in rounds 4 and 8. */
    final class Consistent implements PunchPlan {

        private long dueNanos;
        private int rounds;
        private boolean exhausted;

        /** The server has fired a fast probe just before it starts to punch, hence waits one interval first. */
        Consistent(boolean initiator, long nowNanos) {
            this.dueNanos = initiator ? nowNanos : nowNanos + PunchConstants.ROUND_INTERVAL.toNanos();
        }

        @Override
        public int sockets() {
            return 1;
        }

        @Override
        public long nextNanos() {
            return dueNanos;
        }

        @Override
        public boolean isExhausted() {
            return exhausted;
        }

        @Override
        public List<Probe> take(RemoteView remote, RandomGenerator random, long nowNanos) {
            if (exhausted || nowNanos - dueNanos < 0) {
                return List.of();
            }
            if (rounds == PunchConstants.ROUNDS) {
                exhausted = true;
                return List.of();
            }
            rounds++;
            dueNanos = nowNanos + PunchConstants.ROUND_INTERVAL.toNanos();
            boolean all = rounds % PunchConstants.UNVERIFIED_EVERY_ROUNDS == 0;
            List<Probe> probes = new ArrayList<>();
            for (RemoteView.Candidate candidate : remote.addresses()) {
                if (candidate.address().port() != 0 && (all || candidate.verified())) {
                    probes.add(new Probe(0, candidate.address()));
                }
            }
            return probes;
        }
    }

    /** One socket, against a NAT whose ports can only be guessed: a random port each time. */
    final class GuessedPorts implements PunchPlan {

        private final String host;
        private long dueNanos;
        private int sent;
        private boolean exhausted;

        GuessedPorts(String host, long nowNanos) {
            this.host = host;
            this.dueNanos = nowNanos;
        }

        @Override
        public int sockets() {
            return 1;
        }

        @Override
        public long nextNanos() {
            return dueNanos;
        }

        @Override
        public boolean isExhausted() {
            return exhausted;
        }

        @Override
        public List<Probe> take(RemoteView remote, RandomGenerator random, long nowNanos) {
            if (exhausted || nowNanos - dueNanos < 0) {
                return List.of();
            }
            if (sent == PunchConstants.RANDOM_PROBES) {
                exhausted = true;
                return List.of();
            }
            sent++;
            dueNanos = nowNanos + PunchConstants.RANDOM_INTERVAL.toNanos();
            int port = random.nextInt(PunchConstants.LOWEST_GUESSED_PORT, 65_536);
            return List.of(new Probe(0, new PeerAddress(host, port)));
        }
    }

    /** Behind a random NAT: many sockets, so that many ports of it lead to us; first all at once, then in turn. */
    final class ManySockets implements PunchPlan {

        private final PeerAddress to;
        private long dueNanos;
        private boolean opened;
        private int sent;
        private boolean exhausted;

        ManySockets(PeerAddress to, long nowNanos) {
            this.to = to;
            this.dueNanos = nowNanos;
        }

        @Override
        public int sockets() {
            return PunchConstants.RANDOM_SOCKETS;
        }

        @Override
        public long nextNanos() {
            return dueNanos;
        }

        @Override
        public boolean isExhausted() {
            return exhausted;
        }

        @Override
        public List<Probe> take(RemoteView remote, RandomGenerator random, long nowNanos) {
            if (exhausted || nowNanos - dueNanos < 0) {
                return List.of();
            }
            if (!opened) {
                opened = true;
                dueNanos = nowNanos + PunchConstants.RANDOM_SETTLE.toNanos();
                List<Probe> probes = new ArrayList<>();
                for (int socket = 0; socket < sockets(); socket++) {
                    probes.add(new Probe(socket, to));
                }
                return probes;
            }
            if (sent == PunchConstants.RANDOM_PROBES) {
                exhausted = true;
                return List.of();
            }
            dueNanos = nowNanos + PunchConstants.RANDOM_INTERVAL.toNanos();
            return List.of(new Probe(sent++ % sockets(), to));
        }
    }
}

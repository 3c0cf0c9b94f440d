package omega.flock.peer.punch;

import java.time.Duration;
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
abstract sealed class PunchPlan {

    /**
     * One datagram of one byte.
     *
     * @param socket which of the puncher's sockets sends it, from 0 to {@link #sockets()} - 1
     * @param to where it goes
     */
    record Probe(int socket, PeerAddress to) {}

    /** Probes that are sent together, and how long to wait after them. */
    private record Step(List<Probe> probes, Duration pause) {}

    private long dueNanos;
    private boolean exhausted;

    private PunchPlan(long firstNanos) {
        this.dueNanos = firstNanos;
    }

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
    abstract int sockets();

    /** Returns when the next probes are due, or, after the last ones, when hope ends. */
    long nextNanos() {
        return dueNanos;
    }

    /** Tells whether all probes are sent and the last wait is over. */
    boolean isExhausted() {
        return exhausted;
    }

    /** Returns the probes that are due now, none if it is too early, and moves on. */
    List<Probe> take(RemoteView remote, RandomGenerator random, long nowNanos) {
        if (exhausted || nowNanos - dueNanos < 0) {
            return List.of();
        }
        Optional<Step> step = next(remote, random);
        if (step.isEmpty()) {
            exhausted = true;
            return List.of();
        }
        dueNanos = nowNanos + step.get().pause().toNanos();
        return step.get().probes();
    }

    /** Returns the next step, now that it is due; empty after the last one. */
    abstract Optional<Step> next(RemoteView remote, RandomGenerator random);

    /** Ten rounds, a second apart, from one socket: proven addresses each time, others in rounds 4 and 8. */
    static final class Consistent extends PunchPlan {

        private int rounds;

        /** The server has fired a fast probe just before it starts to punch, hence waits one interval first. */
        private Consistent(boolean initiator, long nowNanos) {
            super(initiator ? nowNanos : nowNanos + PunchConstants.ROUND_INTERVAL.toNanos());
        }

        @Override
        int sockets() {
            return 1;
        }

        @Override
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (rounds == PunchConstants.ROUNDS) {
                return Optional.empty();
            }
            rounds++;
            boolean all = rounds % PunchConstants.UNVERIFIED_EVERY_ROUNDS == 0;
            List<Probe> probes = new ArrayList<>();
            for (RemoteView.Candidate candidate : remote.addresses()) {
                if (candidate.address().port() != 0 && (all || candidate.verified())) {
                    probes.add(new Probe(0, candidate.address()));
                }
            }
            return Optional.of(new Step(probes, PunchConstants.ROUND_INTERVAL));
        }
    }

    /** One socket, against a NAT whose ports can only be guessed: a random port each time. */
    static final class GuessedPorts extends PunchPlan {

        private final String host;
        private int sent;

        private GuessedPorts(String host, long nowNanos) {
            super(nowNanos);
            this.host = host;
        }

        @Override
        int sockets() {
            return 1;
        }

        @Override
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (sent == PunchConstants.RANDOM_PROBES) {
                return Optional.empty();
            }
            sent++;
            int port = random.nextInt(PunchConstants.LOWEST_GUESSED_PORT, 65_536);
            return Optional.of(new Step(List.of(new Probe(0, new PeerAddress(host, port))), PunchConstants.RANDOM_INTERVAL));
        }
    }

    /** Behind a random NAT: many sockets, so that many ports of it lead to us; first all at once, then in turn. */
    static final class ManySockets extends PunchPlan {

        private final PeerAddress to;
        private boolean opened;
        private int sent;

        private ManySockets(PeerAddress to, long nowNanos) {
            super(nowNanos);
            this.to = to;
        }

        @Override
        int sockets() {
            return PunchConstants.RANDOM_SOCKETS;
        }

        @Override
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (!opened) {
                opened = true;
                List<Probe> probes = new ArrayList<>();
                for (int socket = 0; socket < sockets(); socket++) {
                    probes.add(new Probe(socket, to));
                }
                return Optional.of(new Step(probes, PunchConstants.RANDOM_SETTLE));
            }
            if (sent == PunchConstants.RANDOM_PROBES) {
                return Optional.empty();
            }
            return Optional.of(new Step(List.of(new Probe(sent++ % sockets(), to)), PunchConstants.RANDOM_INTERVAL));
        }
    }
}

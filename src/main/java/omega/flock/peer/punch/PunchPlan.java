package omega.flock.peer.punch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
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
     * @param socket which of the puncher's sockets sends it, counted from 0
     * @param to where it goes
     * @param kind what it is for
     */
    record Probe(int socket, PeerAddress to, Kind kind) {

        /** Tells whether the socket is to be opened for this probe, unless it is there, as the first one always is. */
        boolean opens() {
            return kind == Kind.OPENING;
        }

        /** Tells whether it had better not reach the other peer. */
        boolean lowTtl() {
            return kind != Kind.REACHING;
        }
    }

    /** What a probe is for. */
    enum Kind {
        /** The first from its socket: opens the own NAT for the other peer. */
        OPENING,
        /** Opens the own NAT once more, in case that the first one was lost. */
        REOPENING,
        /** Is to come through. */
        REACHING
    }

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
        // Whoever is woken late catches up, but not with a burst.
        dueNanos = Math.max(dueNanos - nowNanos, -PunchConstants.MOST_BEHIND.toNanos()) + nowNanos + step.get().pause().toNanos();
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
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (rounds == PunchConstants.ROUNDS) {
                return Optional.empty();
            }
            rounds++;
            boolean all = rounds % PunchConstants.UNVERIFIED_EVERY_ROUNDS == 0;
            List<Probe> probes = new ArrayList<>();
            for (RemoteView.Candidate candidate : remote.addresses()) {
                if (candidate.address().port() != 0 && (all || candidate.verified())) {
                    probes.add(new Probe(0, candidate.address(), Kind.REACHING));
                }
            }
            return Optional.of(new Step(probes, PunchConstants.ROUND_INTERVAL));
        }
    }

    /** One socket, against a NAT whose ports can only be guessed: a random port each time, none of them twice. */
    static final class GuessedPorts extends PunchPlan {

        private final String host;
        private final BitSet guessed = new BitSet();
        private int stretch;
        private int sentOfStretch;
        private boolean over;

        private GuessedPorts(String host, long nowNanos) {
            super(nowNanos);
            this.host = host;
        }

        @Override
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (over) {
                return Optional.empty();
            }
            PunchConstants.Pace pace = PunchConstants.GUESSES.get(stretch);
            Probe probe = new Probe(0, new PeerAddress(host, guess(random)), Kind.REACHING);
            if (++sentOfStretch == pace.probes()) {
                sentOfStretch = 0;
                over = ++stretch == PunchConstants.GUESSES.size();
            }
            return Optional.of(new Step(List.of(probe),
                    over ? PunchConstants.LAST_ANSWER : Duration.ofSeconds(1).dividedBy(pace.perSecond())));
        }

        /** Of 64,536 ports a few thousand are guessed: it seldom takes a second try. */
        private int guess(RandomGenerator random) {
            int port;
            do {
                port = random.nextInt(PunchConstants.LOWEST_GUESSED_PORT, 65_536);
            } while (guessed.get(port));
            guessed.set(port);
            return port;
        }
    }

    /**
     * Behind a random NAT: many sockets, so that many ports of it lead to us. First so many at once, then more and more for a peer
     * that guesses slowly, then all of them in turn.
     *
     * <p>The first two probes of each socket have a low TTL: a peer's NAT that takes in what it did not ask for would note
     * where they come from, and give the peer's own probe to there another port.
     */
    static final class ManySockets extends PunchPlan {

        private final PeerAddress to;
        private int open;
        private int repeated;

        private ManySockets(PeerAddress to, long nowNanos) {
            super(nowNanos);
            this.to = to;
        }

        @Override
        Optional<Step> next(RemoteView remote, RandomGenerator random) {
            if (open < PunchConstants.MOST_SOCKETS) {
                int more = open == 0 ? PunchConstants.FIRST_SOCKETS : PunchConstants.SOCKETS_PER_STEP;
                List<Probe> probes = new ArrayList<>(more);
                for (int i = 0; i < more; i++) {
                    probes.add(new Probe(open++, to, Kind.OPENING));
                }
                return Optional.of(new Step(probes, PunchConstants.SOCKET_STEP));
            }
            if (repeated == PunchConstants.REPEATED_PROBES) {
                return Optional.empty();
            }
            Probe probe = new Probe(repeated % open, to, repeated < open ? Kind.REOPENING : Kind.REACHING);
            repeated++;
            return Optional.of(new Step(List.of(probe), PunchConstants.REPEATED_INTERVAL));
        }
    }
}

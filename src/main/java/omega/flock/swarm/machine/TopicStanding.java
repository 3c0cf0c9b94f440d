package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.Optional;

/**
 * How a joined topic stands at the moment.
 *
 * <pre>
 *   Resting ──its time, a session, the network──► Due ──what ran before has ended, we listen──► Searching ──► Resting
 *      │  └──────────── the time of a crowded topic's next look ────────────────────────────────────┘
 *      └───────────────┬──────────────────────────┴───────────────────────────────────────────────┘
 *                      ▼ suspend, leave
 *                 Withdrawing ──► SUSPENDED ──resume──► Due
 *                      └────────► LEFT      absorbing
 * </pre>
 */
sealed interface TopicStanding {
    /** {@return its name} */
    default String name() {
        return getClass().getSimpleName();
    }

    /** {@return the refresh that is due or under way} */
    default Optional<Refresh> running() {
        return Optional.empty();
    }

    /** {@return when something is to be done about it by itself} */
    default long deadline() {
        return Long.MAX_VALUE;
    }

    /** What uses no network. */
    enum Still implements TopicStanding {
        /** Keeps its sessions. */
        SUSPENDED,
        /** Is over. */
        LEFT
    }

    /**
     * It is looked up and announced again later; or soon, if that has failed, or only looked up, soon, if it is crowded.
     *
     * @param sinceMillis when that was decided, by the wall clock, which tells whether the machine slept
     * @param looksLeft how many looks that come soon are left
     */
    record Resting(long deadline, Duration delay, long sinceMillis, int looksLeft) implements TopicStanding {}

    /**
     * A refresh is to begin as soon as what ran before it has ended, and the swarm listens if it is to announce.
     *
     * @param patienceNanos until when it waits for what ran before
     */
    record Due(Refresh refresh, long patienceNanos) implements TopicStanding {
        @Override
        public long deadline() {
            return Math.min(refresh.expiresAt, patienceNanos);
        }

        @Override
        public Optional<Refresh> running() {
            return Optional.of(refresh);
        }
    }

    /** A walk is under way. */
    record Searching(Refresh refresh, Job.Search search) implements TopicStanding {
        @Override
        public long deadline() {
            return refresh.expiresAt;
        }

        @Override
        public Optional<Refresh> running() {
            return Optional.of(refresh);
        }
    }

    /**
     * Its record is taken back.
     *
     * @param leaving whether it is over then; else it is suspended
     * @param courteous whether the nodes are told
     * @param deadline until when what ran before, and then the job, is waited for
     * @param job empty while what ran before has yet to end
     */
    record Withdrawing(boolean leaving, boolean courteous, long deadline, Optional<Job.Unannounce> job) implements TopicStanding {}
}

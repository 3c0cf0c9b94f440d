package omega.flock.peer.punch;

import java.time.Duration;

/** Numbers of hole punching. */
final class PunchConstants {

    // ---- Protocol facts, from hyperdht 6.34.0 ---------------------------------------------------------------------------

    /** A datagram of at most this many bytes is a probe; anything longer is a message or a stream's packet. */
    static final int MAX_PROBE_BYTES = 1;

    /** The one byte of a probe; lib/holepuncher.js. */
    static final byte PROBE = 0;

    /**
     * Pause between two rounds of a consistent punch; lib/holepuncher.js. There the probes of a random NAT start with a TTL
     * of 5 hops, to open the own NAT without reaching the other. The JDK cannot set the TTL of a unicast datagram, so ours
     * travel the whole way, which the other side's NAT drops just the same.
     */
    static final Duration ROUND_INTERVAL = Duration.ofSeconds(1);

    /** Rounds of a consistent punch. */
    static final int ROUNDS = 10;

    /** Unverified addresses are probed in every such round only, counted from 1. */
    static final int UNVERIFIED_EVERY_ROUNDS = 4;

    /** Probes of a random punch, about 35 s. */
    static final int RANDOM_PROBES = 1750;

    /** Pause between two probes of a random punch. */
    static final Duration RANDOM_INTERVAL = Duration.ofMillis(20);

    /** Sockets on the side with the random NAT: with 1750 guesses of 64536 ports one is hit in 99.9 % of all cases. */
    static final int RANDOM_SOCKETS = 256;

    /** Pause after the sockets of a random NAT have sent their first probe. */
    static final Duration RANDOM_SETTLE = Duration.ofMillis(100);

    /** Guessed ports are from here to 65535. */
    static final int LOWEST_GUESSED_PORT = 1000;

    /** Times that an unstable socket is replaced by a fresh one. */
    static final int MAX_REOPENS = 3;

    /** Samples that settle an analysis even without a clear verdict; lib/nat.js. */
    static final int SETTLING_SAMPLES = 4;

    /** Samples before the first verdict about a NAT. */
    static final int VERDICT_SAMPLES = 3;

    /** The newest nodes of the table that are not asked for samples, if the table has {@link #SKIP_FROM_NODES}. */
    static final int SKIPPED_NODES = 5;

    /** See {@link #SKIPPED_NODES}. */
    static final int SKIP_FROM_NODES = 8;

    /** A socket with the same reuse flag on both ends stays this long after its last stream; lib/socket-pool.js. */
    static final Duration REUSABLE_LINGER = Duration.ofSeconds(3);

    /** Pause between two random punches of a node; lib/connect.js, option randomPunchInterval. */
    static final Duration RANDOM_PUNCH_INTERVAL = Duration.ofSeconds(20);

    /** Random punches that a node has under way at once. */
    static final int RANDOM_PUNCH_LIMIT = 1;

    // ---- Tuning of ours -------------------------------------------------------------------------------------------------

    /** A socket that carried a stream stays this long, to answer retransmissions of the stream's last packets. */
    static final Duration PLAIN_LINGER = Duration.ofSeconds(1);

    /** Punch sockets that carry no stream at one time, of one node: one random punch and as many again. */
    static final int MAX_IDLE_SOCKETS = 2 * RANDOM_SOCKETS;

    /** Remote addresses that are probed; a stranger may list hundreds. */
    static final int MAX_REMOTE_ADDRESSES = 8;

    /** Answers to probes that a puncher sends at once. A random punch of the other side brings 50 probes a second. */
    static final int ECHO_BURST = 64;

    /** Answers to probes that a puncher sends per second after that. */
    static final int ECHOES_PER_SECOND = 100;

    /** Samples that are kept per socket; more cannot change the verdict. */
    static final int MAX_SAMPLES = 64;

    /** The newest nodes among which those on different networks are preferred for sampling. */
    static final int SAMPLING_WINDOW = 20;

    /** An analysis that is not settled by then has to do with what it has: twice a ping's timeout and some more. */
    static final Duration ANALYSIS_TIMEOUT = Duration.ofSeconds(4);

    private PunchConstants() {}
}

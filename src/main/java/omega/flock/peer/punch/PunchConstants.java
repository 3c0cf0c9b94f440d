package omega.flock.peer.punch;

import java.time.Duration;
import java.util.List;

/** Numbers of hole punching. */
final class PunchConstants {

    // ---- Protocol facts, from hyperdht 6.34.0 ---------------------------------------------------------------------------

    /** A datagram of at most this many bytes is a probe; anything longer is a message or a stream's packet. */
    static final int MAX_PROBE_BYTES = 1;

    /** The one byte of a probe; lib/holepuncher.js. */
    static final byte PROBE = 0;

    /**
     * Hops of a probe that only opens the own NAT; lib/holepuncher.js HOLEPUNCH_TTL. A NAT that takes in what it did not ask for
     * notes where such a probe came from, and then gives the answer that should meet it there another port.
     */
    static final int OPENING_TTL = 5;

    /** Pause between two rounds of a consistent punch; lib/holepuncher.js. */
    static final Duration ROUND_INTERVAL = Duration.ofSeconds(1);

    /** Rounds of a consistent punch. */
    static final int ROUNDS = 10;

    /** Unverified addresses are probed in every such round only, counted from 1. */
    static final int UNVERIFIED_EVERY_ROUNDS = 4;

    /** Probes from the many sockets behind a random NAT, one after the other, that keep their mappings alive: about 35 s. */
    static final int REPEATED_PROBES = 1750;

    /** Pause between two of them. With all sockets open each has its turn after 20 s; a mapping lives for 30 s at least. */
    static final Duration REPEATED_INTERVAL = Duration.ofMillis(20);

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

    /** Random punches that a node has under way at once. */
    static final int RANDOM_PUNCH_LIMIT = 1;

    // ---- Tuning of ours -------------------------------------------------------------------------------------------------

    /**
     * Sockets that open at once behind a random NAT; lib/holepuncher.js has no more than these. A guess of one in 64,536 ports
     * hits one of them with a chance of 1 in 252.
     */
    static final int FIRST_SOCKETS = 256;

    /** Sockets that open in each step after that, as long as nobody has come: 1,280 new mappings a second in the own router. */
    static final int SOCKETS_PER_STEP = 64;

    /** Pause between two such steps. */
    static final Duration SOCKET_STEP = Duration.ofMillis(50);

    /**
     * Most sockets behind a random NAT, reached after 0.6 s. A JavaScript peer guesses 50 ports a second, so that 256 sockets are
     * found after 3.6 s in half of all cases and these after 1.2 s; one of ours guesses so much faster that it seldom comes to
     * them. It is a quarter of the smallest connection table that routers with Linux come with (4,096), and what a provider
     * that shares an address among 63 customers leaves to each; the mappings of sockets that have closed go after 30 s (the
     * kernel's nf_conntrack_udp_timeout), and the next random punch comes 20 s later.
     */
    static final int MOST_SOCKETS = 1024;

    /**
     * Probes at a NAT whose ports are guessed: so many, so many a second. lib/holepuncher.js sends 1750, 50 a second, hits 256
     * sockets after 5 s on average, and needs 15 s for 95 of 100. Ours misses once in 50 after the first 2 s, once in 2,500
     * after 6 s, once in 20,000 in all. The bounds are for the own router, which may note every guess as a connection of its
     * own: at most 500 new ones a second, which is 20 KB/s on the line and far below what looking at a web page makes a resolver
     * and a browser do at once, and 2,500 in all, no more in any 30 s than fit the smallest usual table (4,096). Slow
     * at last, for a line or a router that drops what comes fast.
     */
    static final List<Pace> GUESSES = List.of(new Pace(1000, 500), new Pace(1000, 250), new Pace(500, 50));

    /** What a plan that was not woken in time may send at once to make up for it. */
    static final Duration MOST_BEHIND = Duration.ofMillis(20);

    /** After the last guess its answer has this long. */
    static final Duration LAST_ANSWER = Duration.ofSeconds(1);

    /**
     * A stretch of guesses.
     *
     * @param probes how many
     * @param perSecond how fast
     */
    record Pace(int probes, int perSecond) {}

    /** A socket that carried a stream stays this long, to answer retransmissions of the stream's last packets. */
    static final Duration LINGER = Duration.ofSeconds(1);

    /** Punch sockets that carry no stream at one time, of one node: one random punch and as many again. */
    static final int MAX_IDLE_SOCKETS = 2 * MOST_SOCKETS;

    /** Remote addresses that are probed; a stranger may list hundreds. */
    static final int MAX_REMOTE_ADDRESSES = 8;

    /** Answers to probes that a puncher sends at once. Of a random punch few probes come through, but for a NAT that lets all in. */
    static final int ECHO_BURST = 64;

    /** Answers to probes that a puncher sends per second after that. */
    static final int ECHOES_PER_SECOND = 100;

    /** Samples that are kept per socket; more cannot change the verdict. */
    static final int MAX_SAMPLES = 64;

    /** The newest nodes among which those on different networks are preferred for sampling. */
    static final int SAMPLING_WINDOW = 20;

    /** An analysis that is not settled by then has to do with what it has: twice a ping's timeout and some more. */
    static final Duration ANALYSIS_TIMEOUT = Duration.ofSeconds(4);

    /** How long whoever was refused at the gate may take to come again and still have its turn: 10 to 20 s, and some more. */
    static final Duration RANDOM_PUNCH_TURN_PATIENCE = Duration.ofSeconds(25);

    /** How long a stranger's turn at the gate counts against it. */
    static final Duration RANDOM_PUNCH_TURN_MEMORY = Duration.ofMinutes(5);

    /** Strangers that the gate remembers. */
    static final int MAX_TURNS = 256;

    private PunchConstants() {}
}

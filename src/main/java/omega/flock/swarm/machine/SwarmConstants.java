package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.List;

/** The numbers of this layer: what peers and other implementations rely on, and our own tuning. */
public final class SwarmConstants {

    // ---- shared with hyperswarm 4.17.2; changing one changes how the network behaves ----

    /** Connections up to which discovered peers are dialled; index.js {@code MAX_PEERS}. */
    public static final int MAX_PEERS = 64;

    /** Dials at a time; index.js {@code MAX_PARALLEL}. */
    public static final int MAX_PARALLEL = 3;

    /** A connection that lasted this long makes earlier attempts forgotten; lib/peer-info.js {@code MIN_CONNECTION_TIME}. */
    public static final Duration MIN_CONNECTION_TIME = Duration.ofSeconds(15);

    /** Attempts beyond which a peer that is not explicit is given up; lib/peer-info.js. */
    public static final int MAX_ATTEMPTS = 3;

    /** Attempts from which an explicit peer is dialled by its timer only; index.js {@code _attemptClientConnections}. */
    public static final int MAX_EXPLICIT_ATTEMPTS = 5;

    /** An explicit peer rests this long per attempt before it is dialled again at once; index.js. */
    public static final Duration EXPLICIT_REST_PER_ATTEMPT = Duration.ofSeconds(1);

    /** Share of a backoff that one turn of a retry wheel takes, in percent; lib/bulk-timer.js. */
    public static final int WHEEL_PERCENT = 66;

    /** Default backoffs and the random surcharge on each; lib/retry-timer.js. */
    public static final Duration BACKOFF_SMALL = Duration.ofSeconds(1);
    public static final Duration BACKOFF_SMALL_SPREAD = Duration.ofMillis(500);
    public static final Duration BACKOFF_MEDIUM = Duration.ofSeconds(5);
    public static final Duration BACKOFF_MEDIUM_SPREAD = Duration.ofSeconds(1);
    public static final Duration BACKOFF_LARGE = Duration.ofSeconds(15);
    public static final Duration BACKOFF_LARGE_SPREAD = Duration.ofSeconds(2);
    public static final Duration BACKOFF_EXTRA_LARGE = Duration.ofMinutes(10);
    public static final Duration BACKOFF_EXTRA_LARGE_SPREAD = Duration.ofMinutes(2);

    /** Random share on top of every backoff; lib/retry-timer.js {@code BACKOFF_JITTER}. */
    public static final Duration BACKOFF_JITTER = Duration.ofMillis(500);

    /** Time from the end of a walk to the next one; lib/peer-discovery.js {@code REFRESH_INTERVAL}. Records live 13 minutes at least. */
    public static final Duration REFRESH_INTERVAL = Duration.ofMinutes(10);

    /** Random share on top; lib/peer-discovery.js {@code RANDOM_JITTER}. */
    public static final Duration REFRESH_JITTER = Duration.ofMinutes(2);

    /** A refresh that is this late by the wall clock means that the machine slept; {@code DELAY_GRACE_PERIOD}. */
    public static final Duration SLEEP_GRACE = Duration.ofSeconds(30);

    // ---- our tuning ----

    /** Relays of a discovered peer that are remembered, as many as a dial tries: a record has room for 341, and names three. */
    public static final int MAX_RELAY_ADDRESSES = 16;

    /** The part of {@link #MAX_PEERS} that connections from outside do not fill: one in so many. */
    public static final int OWN_SHARE = 4;

    /** Connections that one address may open to us: a school or an office may be behind it. */
    public static final int MAX_SERVER_CONNECTIONS_PER_HOST = 256;

    /** Nodes that a topic remembers to have met, and to unannounce from: two walks of 20. */
    public static final int MAX_REMEMBERED_NODES = 40;

    /**
     * Pauses after a refresh that failed, and between the first look at a crowded topic and those that follow it. It is crowded when a node names as many peers as fit into its
     * answer: it has drawn them at random and may know more, and each look misses others. They are few and soon over, far from a record's
     * 20 minutes, and do not begin again with what {@link #REFRESH_INTERVAL} has looked up, which is all that upstream does.
     */
    public static final List<Duration> SOON_PAUSES = List.of(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(80));

    /** The share of such a pause that is added at random: one in so many, as {@link #REFRESH_JITTER} is of its interval. */
    public static final int SOON_JITTER_SHARE = 5;

    /** Connections that wait for {@code accept()} while no handler is registered. */
    public static final int ACCEPT_BACKLOG = 64;

    /** Peers that a flock keeps in mind because others named them; each costs about 300 bytes. */
    public static final int MAX_DISCOVERED_PEERS = 8_192;

    /** Bans by the firewall that are remembered; beyond it the oldest is forgotten, and the firewall would be asked again. */
    public static final int MAX_FIREWALL_BANS = 16_384;

    /** Inbound connections of one key that wait for an older connection to close. */
    public static final int MAX_SUCCESSORS = 4;

    /** Ban events that wait for a slow listener. */
    public static final int MAX_PENDING_BANS = 1_024;

    /** The longest a dial may take: punching from a random NAT takes about 40 seconds. */
    public static final Duration DIAL_TIMEOUT = Duration.ofSeconds(60);

    /** The longest a refresh may take, listening and commits included; a walk takes seconds. */
    public static final Duration REFRESH_DEADLINE = Duration.ofSeconds(90);

    /** How long a new walk or an unannounce waits for the commits of the walk before it. */
    public static final Duration COMMIT_GRACE = Duration.ofSeconds(2);

    /** The longest an unannounce may take. */
    public static final Duration UNANNOUNCE_LIMIT = Duration.ofSeconds(5);

    /** The longest that a rejoined topic waits for the unannounce of its predecessor. */
    public static final Duration PREDECESSOR_LIMIT = Duration.ofSeconds(8);

    /** What a graceful close grants the withdrawal of announcements. */
    public static final Duration CLOSE_GRACE = Duration.ofSeconds(4);

    /** After how much of that the peers of open connections are told at the latest: who is terminated may soon be killed. */
    public static final Duration FAREWELL_LIMIT = Duration.ofMillis(500);

    /** What it grants connections that the program has closed and that may still deliver their last bytes. */
    public static final Duration LINGER_GRACE = Duration.ofSeconds(1);

    /** How long closing the gateway may take before it is forced. */
    public static final Duration NETWORK_CLOSE_LIMIT = Duration.ofSeconds(3);

    /** How long a suspend waits for connections and dials to end. */
    public static final Duration SUSPEND_LIMIT = Duration.ofSeconds(5);

    /** How long a suspend or resume waits for the one before it. */
    public static final Duration LIFECYCLE_LIMIT = Duration.ofSeconds(30);

    /** How long the second caller of a close waits for the first; the first is bounded by the limits above. */
    public static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

    private SwarmConstants() {}
}

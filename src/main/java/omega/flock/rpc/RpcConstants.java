package omega.flock.rpc;

import java.time.Duration;

/** Facts and knobs of the RPC layer. Sources are files of dht-rpc 6.27.0 unless another is named. */
public final class RpcConstants {

    // Protocol: the wire, lib/io.js and lib/errors.js.

    /** Version of the protocol, the low four bits of the first byte of a message. */
    static final int VERSION = 3;

    /** First byte of a request. */
    static final int REQUEST_BYTE = VERSION;

    /** First byte of a reply. */
    static final int REPLY_BYTE = 1 << 4 | VERSION;

    /** Length of a token, in bytes. */
    static final int TOKEN_BYTES = 32;

    /** Length of an IPv4 address with port, in bytes. */
    static final int ADDRESS_BYTES = 6;

    /** Error of a reply: none. */
    public static final int OK = 0;

    /** Error of a reply: the node does not know the command, or does not serve it now. */
    public static final int ERROR_UNKNOWN_COMMAND = 1;

    /** Error of a reply: the token is not of this node, or too old. */
    public static final int ERROR_INVALID_TOKEN = 2;

    // Behaviour that others count on: index.js and lib/io.js.

    /** Transmissions beyond the first before a request fails. */
    public static final int DEFAULT_RETRIES = 3;

    /** The same for the visits of a query (lib/query.js). */
    public static final int DEFAULT_QUERY_RETRIES = 5;

    /** How long to wait for the answer to one transmission. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(1000);

    /** Ports of the range that starts at a configured port. */
    static final int PORT_RANGE = 5;

    /** Visits of a query that may be under way at once. */
    public static final int DEFAULT_CONCURRENCY = 10;

    /** The same while a query starts from nodes that were given (lib/query.js). */
    static final int SLOWDOWN_CONCURRENCY = 3;

    /** The same for queries that only keep the table fresh: min(c, max(2, c/8)) for c = 10. */
    static final int BACKGROUND_CONCURRENCY = 2;

    /** Below this number of requests in flight on the node, background queries run at full concurrency. */
    static final int QUIET_REQUESTS = 3;

    /** Requests per slot of the congestion window; twice as many in all slots together. */
    public static final int DEFAULT_MAX_WINDOW = 80;

    /** Length of a slot of the congestion window, in nanoseconds. */
    static final long WINDOW_SLOT_NANOS = 750_000_000L;

    /** Secrets of tokens change after ten slots, in nanoseconds; a token lives once to twice as long. */
    static final long TOKEN_ROTATION_NANOS = 10 * WINDOW_SLOT_NANOS;

    /** Time between two ticks, in nanoseconds. */
    static final long TICK_NANOS = 5_000_000_000L;

    /** A longer gap between two ticks means that the machine slept, in milliseconds. */
    static final long SLEEP_GAP_MILLIS = 15_000;

    /** After so many ticks, 20 minutes, a node is stable enough to ask whether it can be persistent. */
    static final int STABLE_TICKS = 240;

    /** The same after a failed attempt or a wake-up: 60 minutes. */
    static final int MORE_STABLE_TICKS = 720;

    /** Ticks between two refreshes of the table when no query ran: 5 minutes. */
    static final int REFRESH_TICKS = 60;

    /** A node that was heard within so many ticks, 1 minute, is recent. */
    static final int RECENT_TICKS = 12;

    /** A node that has been known for so many ticks, 30 minutes, is old. */
    static final int OLD_TICKS = 360;

    /** Ticks from one round of pings to the next: 40 seconds. */
    static final int PING_ROUND_TICKS = 8;

    /** Ticks from one look at a sparse table to the next: 320 seconds. */
    static final int SPARSE_CHECK_TICKS = 64;

    /** Nodes to ping in a round; fewer when more than {@link #BUSY_REQUESTS} are in flight or the oldest is recent. */
    static final int PINGS_PER_ROUND = 5;

    /** See {@link #PINGS_PER_ROUND}. */
    static final int PINGS_WHEN_BUSY = 3;

    /** See {@link #PINGS_PER_ROUND}. */
    static final int PINGS_WHEN_RECENT = 2;

    /** See {@link #PINGS_PER_ROUND}. */
    static final int BUSY_REQUESTS = 2;

    /** Down hints that a node sends in a tick at most. */
    public static final int DEFAULT_DOWN_HINTS_PER_TICK = 50;

    /** Nodes that are checked at once because of down hints. */
    static final int MAX_CHECKS = 10;

    /** Old nodes that are pinged at once because a new one would like their place. */
    static final int MAX_SWAPS = 3;

    /** The longest delay of a delayed ping, in milliseconds. */
    public static final int DEFAULT_MAX_PING_DELAY = 10_000;

    /** Nodes that are asked whether our server port is open. */
    static final int PROBE_NODES = 5;

    /** Answers that must reach the server port when so many nodes were asked. */
    static final int PROBE_ANSWERS = 3;

    /** Replies that a query holds for its consumer before it stops walking (the high-water mark of streamx). */
    static final int QUERY_HIGH_WATER = 16;

    // Tuning: bounds on what strangers and callers can make grow. JavaScript has none of these.

    /** Requests in flight or waiting for the congestion window, of 65536 transaction ids. */
    static final int MAX_IN_FLIGHT = 1 << 15;

    /** Closer nodes that are taken from one reply; honest ones hold k = 20. */
    static final int MAX_CLOSER_NODES = 20;

    /** Largest value of a message, in bytes; every datagram is smaller. */
    static final int MAX_VALUE_BYTES = 4096;

    /** Nodes that one query remembers; an honest walk sees a few hundred. */
    static final int MAX_QUERY_NODES = 4096;

    /** Nodes of one public address that a query asks: two are wanted, but not all that others name still live. */
    static final int MAX_VISITS_OF_HOST = 8;

    /** The same of one /24. */
    static final int MAX_VISITS_OF_NETWORK = 16;

    /** Nodes that are remembered as having referred to one node, each of which may get a down hint. */
    static final int MAX_REFERRERS = 20;

    /** Delayed pings that wait to be answered. */
    static final int MAX_DELAYED_PINGS = 256;

    /** Requests that one source may send in a burst. */
    static final int SOURCE_BURST = 4000;

    /** Requests a second that one source may send on average. */
    static final int SOURCE_PER_SECOND = 1000;

    /** Requests a second that all sources together may send: more than a processor answers. */
    static final int REQUESTS_PER_SECOND = 100_000;

    /**
     * Bytes of answers for each byte of a request that proves nothing of where it came from; for more the source has an allowance. With
     * that, a flood from a claimed address sends there at most three times what it costs.
     */
    static final double ANSWER_FACTOR = 2.5;

    /**
     * Allowance of a source, in bytes: 200 clients behind one address may begin a lookup of one topic at once, each of which sends 43
     * bytes and gets up to 1,300 from the nodes that keep the topic.
     */
    static final int UNPROVEN_BURST = 256 * 1024;

    /** The same in a second: those 200 look their topic up again every ten minutes. */
    static final int UNPROVEN_PER_SECOND = 512;

    /** The same for all sources together. Far above it, so that invented sources take nothing from those that there are. */
    static final int ALL_UNPROVEN_PER_SECOND = 4 * 1024 * 1024;

    /** How long a query may take in all, its consumer's pauses included. */
    public static final Duration DEFAULT_QUERY_DEADLINE = Duration.ofMinutes(5);

    /** How long a lookup of a bootstrap host may take. */
    static final Duration DNS_DEADLINE = Duration.ofSeconds(5);

    /** How long the addresses of bootstrap hosts are believed, in nanoseconds. */
    static final long BOOTSTRAP_CACHE_NANOS = 60_000_000_000L;

    /** Lookups of bootstrap hosts that may hang at once in the whole process. */
    static final int MAX_LOOKUPS = 8;

    private RpcConstants() {}
}

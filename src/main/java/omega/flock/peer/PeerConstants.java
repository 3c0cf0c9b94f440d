package omega.flock.peer;

import java.time.Duration;

/** Facts and tuning of reaching a peer, from hyperdht 6.34.0 lib/connect.js, lib/server.js and lib/announcer.js. */
public final class PeerConstants {

    // Protocol facts.

    /** How long a finished or refused handshake is remembered (server.js HANDSHAKE_CLEAR_WAIT). */
    public static final Duration HANDSHAKE_CLEAR_WAIT = Duration.ofSeconds(10);

    /** Keep-alive of every connection (hyperdht index.js connectionKeepAlive). */
    public static final Duration CONNECTION_KEEP_ALIVE = Duration.ofSeconds(5);

    /** Least pause between two punches with a random NAT (hyperdht index.js randomPunchInterval). */
    public static final Duration RANDOM_PUNCH_INTERVAL = Duration.ofSeconds(20);

    /** How long a half-open handshake waits for its path (server.js HANDSHAKE_INITIAL_TIMEOUT). */
    static final Duration HANDSHAKE_INITIAL_TIMEOUT = Duration.ofSeconds(10);

    /** How long an open client waits for the server's first packet (connect.js passiveConnectTimeout). */
    static final Duration PASSIVE_WAIT = Duration.ofSeconds(10);

    /** How long a client lets the server find out about its NAT between two probe rounds (connect.js probeRound). */
    static final Duration REMOTE_NAT_PAUSE = Duration.ofSeconds(1);

    /** How long a local address may take to receive what is sent there (hyperdht index.js validateLocalAddresses). */
    static final Duration LOCAL_ADDRESS_TIMEOUT = Duration.ofMillis(500);

    /** Relays that a server announces itself at, and tells (announcer.js pickBest). */
    static final int RELAYS = 3;

    /** Pause between two rounds of pings to the relays (announcer.js). */
    static final Duration RELAY_PING_INTERVAL = Duration.ofSeconds(3);

    /** Rounds of pings until the next announce, about five minutes (announcer.js). */
    static final int RELAY_PING_ROUNDS = 100;

    /** Handshakes of one dial under way at a time (connect.js Semaphore). */
    static final int PARALLEL_HANDSHAKES = 2;

    /** The same when relays are known from before. */
    static final int PARALLEL_HANDSHAKES_WITH_HINTS = 3;

    /** Least pause after "try later", and how much is added at random (connect.js tryLater). */
    static final Duration TRY_LATER_PAUSE = Duration.ofSeconds(10);

    /** See {@link #TRY_LATER_PAUSE}. */
    static final Duration TRY_LATER_JITTER = Duration.ofSeconds(10);

    // Tuning.

    /**
     * How long a server whose connection runs over a relay waits for the client's next punching round; a client that was told
     * to try later comes after 20 s at the latest.
     */
    static final Duration UPGRADE_PATIENCE = Duration.ofSeconds(30);

    /**
     * How long a direct path that took the place of a relay may stay silent before the relay gets the stream back. A peer
     * that has followed sends a keep-alive within 5 s.
     */
    static final Duration MOVE_PATIENCE = Duration.ofSeconds(6);

    /** How long packets that are under way through a relay may take to be acknowledged before it is kept for good. */
    static final Duration MOVE_TIMEOUT = Duration.ofMinutes(1);

    /** How long a client that knows its NAT to be random leaves its processor to the relay before it tries to punch. */
    static final Duration RELAY_HEAD_START = Duration.ofSeconds(1);

    /**
     * Relays named by clients that a node reaches out to at a time; their sources share these places fairly. In the worst case a walk
     * and a handshake of each wait for nodes that do not answer: 32 transmissions a second, where 53 fill the window of requests.
     */
    static final int MAX_OFFERED_RELAYS = 16;

    /** Relays that clients of our relays may have us look for a second, and at once; one host half as many. Each is a walk of some 20 requests. */
    static final int OFFERED_THROUGH_RELAYS = 32;

    /** The same for everybody else: who comes through no relay of ours seldom needs one. */
    static final int OFFERED_DIRECT = 8;

    /**
     * Default deadline of one dial. The longest legal way is a walk and a handshake (8 s), two probe rounds (10 s) and a
     * random punch (35 s, holepuncher.js: 1750 probes, 20 ms apart).
     */
    public static final Duration DIAL_TIMEOUT = Duration.ofSeconds(60);

    /** How long closing a node waits for streams that are being closed already to deliver what was written to them. */
    static final Duration LINGER = Duration.ofSeconds(2);

    /** How long closing or suspending a node waits for its resets to leave. */
    static final Duration RESET_TIMEOUT = Duration.ofMillis(500);

    /**
     * How long relays that are known from before are tried alone, before a walk looks for others too. A handshake through a
     * relay takes two round trips.
     */
    static final Duration KNOWN_RELAYS_HEAD_START = Duration.ofMillis(300);

    /** Dials to one peer that shake hands at a time: few enough that none takes longer than {@link #KNOWN_RELAYS_HEAD_START}. */
    static final int HANDSHAKES_AT_ONCE = 32;

    /** How long a dial waits for others to the same peer of which none comes further: as long as a datagram that was lost takes. */
    static final Duration TURN_PATIENCE = Duration.ofSeconds(1);

    /** How long a firewall predicate may think. */
    public static final Duration FIREWALL_TIMEOUT = Duration.ofSeconds(5);

    /** Peers whose relays a node remembers (hyperdht index.js relayAddresses cache). */
    static final int RELAY_CACHE = 512;

    /** How long the announces of one cycle may take: four transmissions, 1 s each, and some more. */
    static final Duration ANNOUNCE_TIMEOUT = Duration.ofSeconds(6);

    /** How long a round of pings to the relays may take: four transmissions, 1 s each, and some more. */
    static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

    /** How long taking the key back may take; nodes that do not answer forget it by themselves. */
    static final Duration WITHDRAW_TIMEOUT = Duration.ofSeconds(3);

    /** How long anybody waits for an announcer to stop. */
    static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    /** How long listening waits for the first announce cycle at most. */
    static final Duration FIRST_CYCLE_TIMEOUT = Duration.ofSeconds(30);

    /** Relay addresses of one peer that are remembered or tried. */
    static final int MAX_HINTS = 16;

    /** Relays of one peer that one dial tries. */
    static final int MAX_RELAYS_TRIED = 64;

    /** Handshakes that are over but remembered against repetition, of one server; the oldest go first. */
    static final int MAX_REMEMBERED = 4096;

    /** Copies of one handshake that wait for its answer: one for each relay, and retransmissions. */
    static final int MAX_COPIES = 32;

    /** Rounds of hole punching of one handshake that are being answered at a time. */
    static final int MAX_ROUNDS_AT_ONCE = 4;

    /** How long a path is tried before another one gets its turn. */
    static final Duration PATH_PATIENCE = Duration.ofMillis(400);

    /** How long a bound stream waits for the peer's opening frame. */
    static final Duration OPENING_TIMEOUT = Duration.ofSeconds(10);

    /** How long a half-open handshake keeps its place whoever else asks for it. */
    static final Duration HALF_OPEN_GRACE = Duration.ofSeconds(1);

    /** Whoever holds so many half-open handshakes more than somebody else has no such grace before that one. */
    static final int MANY_HALF_OPEN = 16;

    /** How long a client that has connected is known, and has places of its own. */
    static final Duration CONNECTED_MEMORY = Duration.ofMinutes(30);

    /** How long a client that has begun a handshake and not finished it waits for others, where there are more than a node works on. */
    static final Duration UNFINISHED_MEMORY = Duration.ofSeconds(30);

    /** Half-open handshakes of one node, all servers together, where there is memory for them. */
    static final int MAX_HALF_OPEN = 512;

    /** The part of them that is for those which came from anybody but our relays, one in so many: nearly all honest ones come from relays. */
    static final int DIRECT_SHARE = 4;

    /** The part of the connections' memory that half-open handshakes have at most, one in so many. */
    static final int HALF_OPEN_SHARE = 4;

    /** Half-open handshakes of a node with the least memory. */
    static final int LEAST_HALF_OPEN = 8;

    /** Heap of a half-open handshake: its stream, its thread and what came of its client. */
    static final int HALF_OPEN_BYTES = 16 << 10;

    /** Handshakes that one client host may start at once: a school or an office may be behind one address. */
    static final int SOURCE_BURST = 256;

    /** Handshakes that one client host may start a second, on average. */
    static final int SOURCE_PER_SECOND = 16;

    /** Handshakes that one relay may pass on at once. */
    static final int RELAY_BURST = 512;

    /** Handshakes that one relay may pass on a second, on average. */
    static final int RELAY_PER_SECOND = 128;

    /** Handshakes that all relays may pass on a second, on average. */
    static final int RELAYED_PER_SECOND = 512;

    /** Handshakes that everybody else may start a second, on average: each takes about half a millisecond of processor time. */
    static final int DIRECT_PER_SECOND = 320;

    /** Handshakes that clients which are known may start a second, on average. */
    static final int KNOWN_PER_SECOND = 320;

    /** What a first message that is garbage costs its client, in handshakes: one a second is what it may go on with. */
    static final int FAILURE_COST = 16;

    /** Connections that wait for {@link PeerServer#accept()}; what comes on top is reset. */
    static final int ACCEPT_BACKLOG = 256;

    /** The least that a node can work with, in bytes: some frames of 64 KiB that are being put together. */
    static final long LEAST_MEMORY = 1 << 20;

    /** The part of a node's memory in which it keeps what is stored for others: one in so many; connections have the rest. */
    static final int STORES_SHARE = 4;

    /** Heap of an idle connection, with what the program keeps for it: 12 KiB as measured, and some more. */
    static final int CONNECTION_BYTES = 16 << 10;

    /** So many connections less than the host with most has who may still open one, where there is no memory for more. */
    static final int DISPLACING_CONNECTIONS = 4;

    /** "No more than three times as many bytes as received" (RFC 9000 §8.1) go to an address that may belong to somebody else. */
    static final int AMPLIFICATION = 3;

    private PeerConstants() {}
}

package omega.flock.dht;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import omega.flock.base.PeerAddress;

/** The numbers of the DHT layer. */
public final class DhtConstants {

    // ---- Protocol facts -------------------------------------------------------------------------------------------------

    /** The port a node tries first, and the four after it; hyperdht 6.34.0 index.js. */
    public static final int DEFAULT_PORT = 49737;

    /** The nodes that everybody may start from, as {@code ip@host:port}; hyperdht 6.34.0 lib/constants.js. */
    public static final List<String> PUBLIC_BOOTSTRAP = List.of(
            "88.99.3.86@node1.hyperdht.org:49737",
            "142.93.90.113@node2.hyperdht.org:49737",
            "138.68.147.8@node3.hyperdht.org:49737");

    /** Most records in the reply to a LOOKUP; hyperdht 6.34.0 lib/persistent.js {@code onlookup}. */
    public static final int MAX_LOOKUP_RECORDS = 20;

    /** Most relays that a node keeps of an announced record; lib/persistent.js {@code onannounce}. */
    public static final int MAX_STORED_RELAYS = 3;

    /** How far a bump may lie in the future; lib/persistent.js {@code MAX_BUMP_DRIFT}. */
    static final Duration MAX_BUMP_DRIFT = Duration.ofMinutes(1);

    /** Nodes that got into the network by accident and are never talked to; hyperdht 6.34.0 index.js {@code filterNode}. */
    static final Set<PeerAddress> BANNED_NODES = Set.of(
            new PeerAddress("134.209.28.98", 49738),
            new PeerAddress("167.99.142.185", 49738),
            new PeerAddress("35.233.47.252", 9400));

    /** A host that is never talked to, whatever the port; the same place. */
    static final String BANNED_HOST = "150.136.142.116";

    // ---- Bounds that the JavaScript stack has too (hyperdht 6.34.0 index.js defaultCacheOpts) -----------------------------

    /** Most forwards, and most records: upstream has 65,536 in each of two generations. */
    static final int MAX_RECORDS = 131_072;

    /** How long a forward or a record is kept: between two and four thirds of this, 13 to 27 minutes. */
    static final Duration RECORD_AGE = Duration.ofMinutes(20);

    /** Most mutable, and most immutable values: upstream has 32,768 in each of two generations. */
    static final int MAX_VALUES = 65_536;

    /** How long a value is kept after it was stored or asked for: between two and four thirds of this, 32 to 64 hours. */
    static final Duration VALUE_AGE = Duration.ofHours(48);

    /**
     * Bytes of an IMMUTABLE_PUT around its value: header 10, token 32, command 1, target 32, length 3. With them the value has
     * to fit into the 2048 bytes that a node receives: 1970 bytes do, 1971 do not.
     */
    static final int IMMUTABLE_ENVELOPE_BYTES = 10 + 32 + 1 + 32 + 3;

    /** The same for a MUTABLE_PUT: in addition a key of 32, a number of at most 9, a length of 3, a signature of 64. */
    static final int MUTABLE_ENVELOPE_BYTES = IMMUTABLE_ENVELOPE_BYTES + 32 + 9 + 3 + 64;

    /** What a persistent node's own id adds to either. */
    static final int NODE_ID_BYTES = 32;

    // ---- Tuning of ours -------------------------------------------------------------------------------------------------

    /**
     * Most bytes of mutable, and of immutable values, what surrounds each included. The JavaScript stack counts entries only, which lets
     * strangers fill 65,536 x 2 KiB; at 1000 bytes a value this bound and that one are the same.
     */
    static final long MAX_VALUE_BYTES_STORED = 96L * 1024 * 1024;

    /** Most records of one topic in one generation: one topic must not push out all others. */
    static final int MAX_RECORDS_PER_TOPIC = 8_192;

    /** Most local servers of one node. */
    static final int MAX_LOCAL_SERVERS = 65_536;

    /** Most signatures that wait to be checked: about a second of work, after which a client asks again anyway. */
    static final int MAX_WAITING_SIGNATURES = 1024;

    /** Most signatures that wait on behalf of one host, which may be a NAT with many peers behind it. */
    static final int MAX_WAITING_SIGNATURES_PER_HOST = 256;

    /**
     * Bytes of handshakes and rounds that are passed on for one sender, or to one address that messages name, a second on average:
     * a busy server answers 128 handshakes a second, the bound of one relay, with three rounds each.
     */
    static final int FORWARD_BYTES_PER_SECOND = 256 * 1024;

    /** The same at once: 200 clients behind one address may come together. */
    static final int FORWARD_BURST_BYTES = 512 * 1024;

    /** The same for all senders, and for all addresses, a second. */
    static final int ALL_FORWARD_BYTES_PER_SECOND = 4 * 1024 * 1024;

    /** Most transactions of clients that a relay expects an answer to, the newest count; about 100 bytes each. */
    static final int MAX_AWAITED_ANSWERS = 8_192;

    /** Most bytes of answers to one transaction, however often it was asked. */
    static final int MAX_ANSWER_BYTES = 16_384;

    private DhtConstants() {
    }
}

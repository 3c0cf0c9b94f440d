package omega.flock.dht.message;

/** Sizes and bounds of the DHT's messages. */
public final class MessageConstants {

    // ---- Protocol facts -------------------------------------------------------------------------------------------------

    /** Version of the payload inside Noise messages, and of its parts; hyperdht 6.34.0 lib/messages.js {@code noisePayload}. */
    public static final int PAYLOAD_VERSION = 1;

    /** Bytes of a public key, a target, a node id, a round-trip token, a punch token, a pairing token. */
    public static final int KEY_BYTES = 32;

    /** Bytes of an Ed25519 signature. */
    public static final int SIGNATURE_BYTES = 64;

    /** Bytes of an IPv4 address and its port on the wire. */
    public static final int IPV4_ADDRESS_BYTES = 6;

    /** Bytes of an IPv6 address and its port on the wire. */
    public static final int IPV6_ADDRESS_BYTES = 18;

    /** Bytes of a {@link RelayInfo}: two IPv4 addresses. */
    public static final int RELAY_INFO_BYTES = 2 * IPV4_ADDRESS_BYTES;

    /** Fewest bytes of a {@link PeerRecord}: a key and an empty list. */
    public static final int MIN_PEER_BYTES = KEY_BYTES + 1;

    /** libudx hands up at most this many bytes of a datagram (include/udx.h), so no JavaScript node reads a longer message. */
    public static final int MAX_DATAGRAM_BYTES = 2048;

    // ---- Bounds of ours: nothing that fits into one datagram is refused ----------------------------------------------------

    /** Most addresses in one list. */
    static final int MAX_ADDRESSES = MAX_DATAGRAM_BYTES / IPV4_ADDRESS_BYTES;

    /** Most relays in one {@link HolepunchInfo}. */
    static final int MAX_RELAYS = MAX_DATAGRAM_BYTES / RELAY_INFO_BYTES;

    /** Most peers in one {@link LookupRecords}. */
    static final int MAX_PEERS = MAX_DATAGRAM_BYTES / MIN_PEER_BYTES;

    /** Longest opaque value (Noise message, encrypted payload, stored value): what one UDP datagram can hold at all. */
    static final int MAX_VALUE_BYTES = 65_507;

    private MessageConstants() {
    }
}

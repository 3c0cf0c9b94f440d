package omega.flock.peer.relay;

import java.time.Duration;

/** Facts and tuning of blind relays, from blind-relay 1.6.1, protomux 3.12.1 and hyperdht 6.34.0. */
public final class RelayConstants {

    // Protocol facts.

    /** The protocol under which both ends open the channel (blind-relay index.js). */
    static final String PROTOCOL = "blind-relay";

    /** Bytes of a pairing token. */
    public static final int TOKEN_BYTES = 32;

    /** How long reaching the relay and being paired there may take (connect.js, server.js relayTimeout). */
    public static final Duration PAIRING_TIMEOUT = Duration.ofSeconds(15);

    /** Keep-alive of the connection to a relay (connect.js, server.js relayKeepAlive). */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    /** Largest stream id on the wire. */
    static final long MAX_STREAM_ID = 0xFFFF_FFFFL;

    // Tuning.

    /** Largest message that a relay may send, in bytes; those of the protocol have less than a hundred. */
    static final int MAX_MESSAGE_BYTES = 16 << 10;

    /** Longest name and id of a channel that a relay may open, in bytes. */
    static final int MAX_NAME_BYTES = 1024;

    private RelayConstants() {}
}

package omega.flock.dht.message;

import java.util.Optional;

/**
 * The commands of the application space (request flag 0x04 clear).
 * Source: hyperdht 6.34.0 lib/constants.js {@code COMMANDS}; command 10, PLUGIN, is not offered here.
 */
public enum DhtCommand {
    /** Carries a Noise message between two peers; answered by every node. */
    PEER_HANDSHAKE(0),
    /** Carries an encrypted hole punching round between two peers; answered by every node. */
    PEER_HOLEPUNCH(1),
    /** Asks for the record of a server by the hash of its key. */
    FIND_PEER(2),
    /** Asks for the peers announced on a topic. */
    LOOKUP(3),
    /** Stores a signed peer record under a topic or under the hash of its own key; needs a token. */
    ANNOUNCE(4),
    /** Removes a peer record; needs a token. */
    UNANNOUNCE(5),
    /** Stores a signed value with a sequence number under the hash of a key; needs a token. */
    MUTABLE_PUT(6),
    /** Asks for such a value; the lowest acceptable sequence number is a required value. */
    MUTABLE_GET(7),
    /** Stores a value under its hash; needs a token. */
    IMMUTABLE_PUT(8),
    /** Asks for such a value. */
    IMMUTABLE_GET(9);

    private static final DhtCommand[] ALL = values();

    private final int code;

    DhtCommand(int code) {
        this.code = code;
    }

    /** {@return the number on the wire} */
    public int code() {
        return code;
    }

    /** {@return the command with this number, empty for one that is not known here} */
    public static Optional<DhtCommand> of(long code) {
        return code >= 0 && code < ALL.length ? Optional.of(ALL[(int) code]) : Optional.empty();
    }
}

package omega.flock.dht.message;

import omega.flock.wire.MalformedMessageException;

/**
 * Which leg of its way a PEER_HANDSHAKE or PEER_HOLEPUNCH is on. The usual way is
 *
 * <pre>
 *   client --FROM_CLIENT--> relay --FROM_RELAY--> server --FROM_SERVER--> relay --REPLY--> client
 * </pre>
 *
 * where the first three are requests and the last is the response to the first; all share the client's transaction id.
 * Source: hyperdht 6.34.0 lib/router.js.
 */
public enum RoutingMode {
    /** From the client to a relay, or to the server itself. */
    FROM_CLIENT(0),
    /** From the server back to a relay; {@code peerAddress} is the client. */
    FROM_SERVER(1),
    /** From a relay to the server, or to what it takes for the server; {@code peerAddress} is the client. */
    FROM_RELAY(2),
    /** From a relay's relay to the server; {@code relayAddress} is the relay that the client knows. */
    FROM_SECOND_RELAY(3),
    /** From a relay, or the server itself, to the client; {@code peerAddress} is the server unless it answers itself. */
    REPLY(4);

    private static final RoutingMode[] ALL = values();

    private final int code;

    RoutingMode(int code) {
        this.code = code;
    }

    /** {@return the number on the wire} */
    public int code() {
        return code;
    }

    /** {@return the mode with this number; the JavaScript router ignores any other number, so it counts as malformed} */
    static RoutingMode of(String field, long code) {
        if (code < 0 || code >= ALL.length) {
            throw new MalformedMessageException(field + ": unknown mode " + code);
        }
        return ALL[(int) code];
    }
}

package omega.flock.base;

import java.io.IOException;
import java.util.Objects;

/**
 * What the network or a peer did wrong, with a stable {@linkplain Code code}.
 *
 * <p>Messages are for people and may change; programs decide by the code:
 *
 * <pre>{@code
 * try {
 *     connection = gateway.connect(key);
 * } catch (FlockException e) {
 *     switch (e.reason()) {
 *         case PEER_NOT_FOUND, PEER_CONNECTION_FAILED -> tryLater();
 *         case NO_NETWORK -> complain(gateway.health());
 *         default -> throw e; // codes may be added
 *     }
 * }
 * }</pre>
 */
public class FlockException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * All codes, with what has happened and what to do. Those that the JavaScript stack has, too, mean the same there. Releases may add
     * some; none is taken away or renamed within a major version. {@code docs/codes.md} is the same as a table.
     */
    public enum Code {
        // the network
        /** Nobody answers at all; the message says who was asked. Remedy: look at {@code health()}, the bootstrap list, the line. */
        NO_NETWORK,
        /** The flock or gateway is suspended. Remedy: {@code resume()}. */
        SUSPENDED,
        /** The gateway is suspended, as a request to a node sees it. Remedy: {@code resume()}. */
        IO_SUSPENDED,
        /** The flock or gateway was closed, or failed, while this was under way. Remedy: none if the program closed it, else the cause. */
        SHUT_DOWN,
        /** The server that accepts was closed. Remedy: none. */
        SERVER_CLOSED,

        // reaching a peer
        /** No node knows the key: the peer does not listen, or has not announced itself yet. Remedy: try later. */
        PEER_NOT_FOUND,
        /** Nodes know the peer, and none of them led to it: it is gone, or turns this key away. Remedy: try later. */
        PEER_CONNECTION_FAILED,
        /** The time that the dial was given is over; the cause says how far it came. Remedy: more time, or try later. */
        DIAL_TIMEOUT,
        /** Another server of this gateway listens under the key. Remedy: another key, or the server that there is. */
        KEYPAIR_ALREADY_USED,
        /** The peer refuses with an error. Remedy: see to the peer. */
        SERVER_ERROR,
        /** The peer speaks another version of the protocol. Remedy: see to the peer. */
        SERVER_INCOMPATIBLE,
        /** The flock's own firewall has rejected a peer; given to {@code onBan}. Remedy: none. */
        PEER_FIREWALLED,

        // through NATs
        /** No probe came through, or the peer did not come to an open address. Remedy: name a relay, or try again. */
        HOLEPUNCH_ABORTED,
        /** What kind of NAT one side has could not be found out in time. Remedy: name a relay, or try again. */
        HOLEPUNCH_PROBE_TIMEOUT,
        /** Both NATs choose their ports at random: such pairs cannot be punched. Remedy: name a relay. */
        HOLEPUNCH_DOUBLE_RANDOMIZED_NATS,
        /** The two kinds of NAT cannot be punched. Remedy: name a relay. */
        REMOTE_NOT_HOLEPUNCHABLE,
        /** The peer does not punch. Remedy: name a relay. */
        REMOTE_NOT_HOLEPUNCHING,
        /** The peer has given up to punch. Remedy: name a relay, or try again. */
        REMOTE_ABORTED,
        /** The reply to a round of punching was not from the peer. Remedy: try again. */
        HOLEPUNCH_INVALID,
        /** The blind relay could not be reached, refused, or the peer did not come to it. Remedy: another relay. */
        RELAY_ABORTED,

        // connections
        /** The peer no longer answers. Remedy: connect again; a flock does so by itself. */
        ETIMEDOUT,
        /** Another connection to the same peer took its place. Remedy: go on with that one. */
        DUPLICATE_CONNECTION,
        /** The peer sent what does not decrypt or what the protocol does not allow. Remedy: see to the peer. */
        PROTOCOL_ERROR,

        // records and requests to nodes
        /** Another value is stored under this sequence number. Remedy: read it, and put with a higher number. */
        SEQ_REUSED,
        /** A value is stored under a higher sequence number. Remedy: read it, and put with a higher number. */
        SEQ_TOO_LOW,
        /** Nobody answered to whom something could be written. Remedy: look at {@code health()}. */
        TOO_FEW_NODES,
        /** No node has taken a write. Remedy: try again. */
        COMMIT_FAILED,
        /** A node has refused a write; the message has its answer. Remedy: try again. */
        COMMIT_REJECTED,
        /** A node has not answered in time. Remedy: try again. */
        REQUEST_TIMEOUT,
        /** A whole walk has not ended in time. Remedy: try again. */
        QUERY_TIMEOUT,
        /** The request or walk was closed, or its gateway was. Remedy: none if the program closed it, else the cause. */
        REQUEST_DESTROYED,
        /** More requests are in flight than a node bears. Remedy: fewer at a time. */
        TOO_MANY_REQUESTS,
        /** A node refuses a request, for it gave no token or the token is too old. Remedy: try again. */
        INVALID_TOKEN,
        /** A node refuses a request, for it does not know the command or does not serve it now. Remedy: try again. */
        UNKNOWN_COMMAND,
        /** A node refuses a request with another error; the message has its number. Remedy: try again. */
        REMOTE_ERROR,

        // in causes only: one way to the peer, of several
        /** The answer to a handshake does not verify. Remedy: none, other ways are tried. */
        HANDSHAKE_INVALID,
        /** A node passed on what is no answer to a handshake. Remedy: none, other ways are tried. */
        BAD_HANDSHAKE_REPLY,
        /** A node passed on what is no answer to a round of punching. Remedy: none, other ways are tried. */
        BAD_HOLEPUNCH_REPLY
    }

    /** The stable code. */
    private final Code reason;

    /**
     * Creates an exception.
     *
     * @param reason the stable code
     * @param message what happened, for a person, or {@code null}
     */
    public FlockException(Code reason, String message) {
        this(reason, message, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param reason the stable code
     * @param message what happened, for a person, or {@code null}
     * @param cause what led to it, or {@code null}
     */
    public FlockException(Code reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** {@return the stable code} */
    public Code reason() {
        return reason;
    }

    /** {@return the name of the code, as text} */
    public String code() {
        return reason.name();
    }

    /** {@return the class name, the code and the message} */
    @Override
    public String toString() {
        return getClass().getName() + ": " + reason + ": " + getMessage();
    }
}

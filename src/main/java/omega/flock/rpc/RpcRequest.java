package omega.flock.rpc;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;

/**
 * What to ask a node, and how patiently. Immutable; {@link #of} gives the defaults and the {@code with} methods change one
 * thing each.
 *
 * @param command the number of the command, in the space that {@code internal} names
 * @param internal true for an {@link InternalCommand}, false for a command of the application
 * @param target the point that the command is about
 * @param token what the node gave us before, needed for commands that change something there
 * @param value the argument; empty and absent differ on the wire
 * @param retries transmissions beyond the first, each with identical bytes
 * @param timeout how long to wait after each transmission; absent means the default of the node
 * @param via the port to send from; absent means the default port of the node
 * @param forwarded true if the node passes the request on, so that the answer may come from another one, to another port: what binds
 *     it to the request is for the caller to check
 */
public record RpcRequest(int command, boolean internal, Optional<NodeId> target, Optional<byte[]> token,
        Optional<byte[]> value, int retries, Optional<Duration> timeout, Optional<UdpPort> via, boolean forwarded) {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of range or a token is not 32 bytes
     */
    public RpcRequest {
        if (command < 0) {
            throw new IllegalArgumentException("command " + command);
        }
        if (retries < 0 || retries > 100) {
            throw new IllegalArgumentException("retries " + retries + " are not in 0..100");
        }
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(via, "via");
        token.ifPresent(bytes -> {
            if (bytes.length != RpcConstants.TOKEN_BYTES) {
                throw new IllegalArgumentException("a token of " + bytes.length + " bytes");
            }
        });
        value.ifPresent(bytes -> {
            if (bytes.length > RpcConstants.MAX_VALUE_BYTES) {
                throw new IllegalArgumentException("a value of " + bytes.length + " bytes");
            }
        });
        timeout.ifPresent(time -> {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("timeout " + time);
            }
        });
    }

    /** Tells whether the answer comes to another port than it was asked from, as that to PING_NAT does. */
    boolean asksForOtherPort() {
        return internal && command == InternalCommand.PING_NAT.number();
    }

    /** Returns a request for a command of the application: no target, token or value, three retries. */
    public static RpcRequest of(int command) {
        return new RpcRequest(command, false, Optional.empty(), Optional.empty(), Optional.empty(),
                RpcConstants.DEFAULT_RETRIES, Optional.empty(), Optional.empty(), false);
    }

    /** Returns a request for an internal command. */
    public static RpcRequest of(InternalCommand command) {
        return new RpcRequest(command.number(), true, Optional.empty(), Optional.empty(), Optional.empty(),
                RpcConstants.DEFAULT_RETRIES, Optional.empty(), Optional.empty(), false);
    }

    /** Returns this request about a target. */
    public RpcRequest withTarget(NodeId newTarget) {
        return new RpcRequest(command, internal, Optional.of(newTarget), token, value, retries, timeout, via, forwarded);
    }

    /** Returns this request with a token. */
    public RpcRequest withToken(byte[] newToken) {
        return new RpcRequest(command, internal, target, Optional.of(newToken), value, retries, timeout, via, forwarded);
    }

    /** Returns this request with a value, which may be empty. */
    public RpcRequest withValue(byte[] newValue) {
        return new RpcRequest(command, internal, target, token, Optional.of(newValue), retries, timeout, via, forwarded);
    }

    /** Returns this request with another number of retries. */
    public RpcRequest withRetries(int newRetries) {
        return new RpcRequest(command, internal, target, token, value, newRetries, timeout, via, forwarded);
    }

    /** Returns this request with another timeout for each transmission. */
    public RpcRequest withTimeout(Duration newTimeout) {
        return new RpcRequest(command, internal, target, token, value, retries, Optional.of(newTimeout), via, forwarded);
    }

    /** Returns this request from another port. */
    public RpcRequest withVia(UdpPort newVia) {
        return new RpcRequest(command, internal, target, token, value, retries, timeout, Optional.of(newVia), forwarded);
    }

    /** Returns this request as one that the node passes on. */
    public RpcRequest withForwarding() {
        return new RpcRequest(command, internal, target, token, value, retries, timeout, via, true);
    }
}

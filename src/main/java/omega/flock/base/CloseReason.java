package omega.flock.base;

import java.io.IOException;
import java.net.SocketException;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.FlockException.Code;

/**
 * Why a connection ended: {@link #kind()} is for programs, {@link #toException()} is what a blocked caller sees, and {@link #toString()}
 * is what a log says.
 */
public final class CloseReason {

    /** The families of reasons. */
    public enum Kind {
        /** Both sides ended their half; nothing was lost. */
        FINISHED(null),
        /** This side closed or aborted it. */
        CLOSED_LOCALLY(null),
        /** The peer reset it; data in flight may be lost. */
        RESET_BY_PEER(null),
        /** The peer no longer answers. */
        TIMED_OUT(Code.ETIMEDOUT),
        /** The peer sent what the protocol does not allow, or what does not decrypt. */
        PROTOCOL_ERROR(Code.PROTOCOL_ERROR),
        /** Another connection to the same peer took its place. */
        DUPLICATE(Code.DUPLICATE_CONNECTION),
        /** The program was suspended. */
        SUSPENDED(Code.SUSPENDED),
        /** The flock or gateway that owns it was closed. */
        SHUT_DOWN(Code.SHUT_DOWN);

        private final Optional<Code> code;

        Kind(Code code) {
            this.code = Optional.ofNullable(code);
        }

        /** {@return the code of the {@link FlockException} that callers see; empty where they see a {@link SocketException}} */
        public Optional<Code> code() {
            return code;
        }
    }

    private final Kind kind;
    private final String message;

    private CloseReason(Kind kind, String message) {
        this.kind = kind;
        this.message = Objects.requireNonNull(message, "message");
    }

    /** Both sides ended their half. */
    public static CloseReason finished() {
        return new CloseReason(Kind.FINISHED, "both sides ended");
    }

    /** This side closed it. */
    public static CloseReason closedLocally(String message) {
        return new CloseReason(Kind.CLOSED_LOCALLY, message);
    }

    /** The peer reset it. */
    public static CloseReason resetByPeer(String message) {
        return new CloseReason(Kind.RESET_BY_PEER, message);
    }

    /** The peer no longer answers. */
    public static CloseReason timedOut(String message) {
        return new CloseReason(Kind.TIMED_OUT, message);
    }

    /** The peer broke the protocol. */
    public static CloseReason protocolError(String message) {
        return new CloseReason(Kind.PROTOCOL_ERROR, message);
    }

    /** Another connection to the same peer took its place. */
    public static CloseReason duplicate(String message) {
        return new CloseReason(Kind.DUPLICATE, message);
    }

    /** The program was suspended. */
    public static CloseReason suspended(String message) {
        return new CloseReason(Kind.SUSPENDED, message);
    }

    /** The owner was closed. */
    public static CloseReason shutDown(String message) {
        return new CloseReason(Kind.SHUT_DOWN, message);
    }

    /** Returns the family. */
    public Kind kind() {
        return kind;
    }

    /** Returns the detail, for a person. */
    public String message() {
        return message;
    }

    /**
     * Returns a fresh exception for a caller whose read or write this reason ended: a {@link SocketException} for a reset
     * and for a close on this side, otherwise a {@link FlockException} whose code names the family.
     */
    public IOException toException() {
        return kind.code().<IOException>map(code -> new FlockException(code, message)).orElseGet(
                () -> new SocketException((kind == Kind.RESET_BY_PEER ? "reset by peer: " : "closed: ") + message));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CloseReason reason && kind == reason.kind && message.equals(reason.message);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, message);
    }

    @Override
    public String toString() {
        return kind + ": " + message;
    }
}

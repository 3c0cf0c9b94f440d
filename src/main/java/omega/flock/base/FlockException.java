package omega.flock.base;

import java.io.IOException;
import java.util.Objects;

/**
 * What the network or a peer did wrong, with a stable code.
 *
 * <p>Codes are those of the JavaScript stack where it has one, such as {@code PEER_NOT_FOUND},
 * {@code PEER_CONNECTION_FAILED}, {@code REQUEST_TIMEOUT}, {@code HOLEPUNCH_ABORTED}, {@code DUPLICATE_CONNECTION} or
 * {@code SUSPENDED}. Programs may compare codes; messages are for people and may change. {@code docs/codes.md} lists all of them, with what
 * they mean and what to do.
 */
public class FlockException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The stable code. */
    private final String code;

    /**
     * Creates an exception.
     *
     * @param code the stable code, upper case with underscores
     * @param message what happened, for a person
     */
    public FlockException(String code, String message) {
        this(code, message, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param code the stable code, upper case with underscores
     * @param message what happened, for a person
     * @param cause what led to it, or {@code null}
     */
    public FlockException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** Returns the stable code. */
    public String code() {
        return code;
    }

    /** Returns the class name, the code and the message. */
    @Override
    public String toString() {
        return getClass().getName() + ": " + code + ": " + getMessage();
    }
}

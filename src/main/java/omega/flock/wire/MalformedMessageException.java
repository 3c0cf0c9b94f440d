package omega.flock.wire;

/**
 * Bytes from a stranger that are not the message they claim to be. It is the only exception that decoding may raise; the
 * message names the field, never its content.
 */
public final class MalformedMessageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception without a stack trace: whoever can send datagrams can raise it, so it has to be cheap, and the
     * field name says where.
     */
    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}

package omega.flock.noise;

/** A handshake message is not one that the peer could have sent in this handshake. Never says anything about a secret. */
public final class NoiseException extends Exception {

    private static final long serialVersionUID = 1L;

    NoiseException(String message) {
        super(message);
    }

    NoiseException(String message, Throwable cause) {
        super(message, cause);
    }
}

package omega.flock.dht.message;

import java.util.Optional;
import omega.flock.base.FlockException.Code;

/** Error codes of replies to MUTABLE_PUT; hyperdht 6.34.0 lib/constants.js {@code ERROR}. */
public enum StorageError {
    /** The node holds another value with the same sequence number. */
    SEQ_REUSED(16, Code.SEQ_REUSED),
    /** The node holds a value with a higher sequence number. */
    SEQ_TOO_LOW(17, Code.SEQ_TOO_LOW);

    private final int code;
    private final Code reason;

    StorageError(int code, Code reason) {
        this.code = code;
        this.reason = reason;
    }

    /** {@return the number on the wire} */
    public int code() {
        return code;
    }

    /** {@return what the one sees who wanted to store} */
    public Code reason() {
        return reason;
    }

    /** {@return the error with this number, empty for any other number} */
    public static Optional<StorageError> of(long code) {
        for (StorageError error : values()) {
            if (error.code == code) {
                return Optional.of(error);
            }
        }
        return Optional.empty();
    }
}

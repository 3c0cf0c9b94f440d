package omega.flock.dht.message;

/** What one peer tells the other inside an encrypted payload; hyperdht 6.34.0 lib/constants.js {@code ERROR}. */
public enum PayloadError {
    /** All is well. */
    NONE(0),
    /** The connection attempt is over. */
    ABORTED(1),
    /** The payload's version is not spoken here. */
    VERSION_MISMATCH(2),
    /** Too many random punches just now: the same round again after 10 to 20 seconds. */
    TRY_LATER(3),
    /** A number that is not known here; written as 255, which nobody assigned. */
    OTHER(255);

    private final int code;

    PayloadError(int code) {
        this.code = code;
    }

    /** {@return the number on the wire} */
    public int code() {
        return code;
    }

    /** {@return the error with this number, {@link #OTHER} for a number that is not known here} */
    public static PayloadError of(long code) {
        for (PayloadError error : values()) {
            if (error.code == code) {
                return error;
            }
        }
        return OTHER;
    }
}

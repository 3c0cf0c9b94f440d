package omega.flock.crypto;

/** The tags of {@code secretstream_xchacha20poly1305}, sodium-secretstream 1.2.0 {@code index.js}. */
public final class SecretStreamTag {

    /** An ordinary message, the only kind that the JavaScript stack sends. */
    public static final byte MESSAGE = 0;

    /** The end of a group of messages. */
    public static final byte PUSH = 1;

    /** Both sides take a new key after this message. */
    public static final byte REKEY = 2;

    /** The last message; it rekeys as well. */
    public static final byte FINAL = PUSH | REKEY;

    private SecretStreamTag() {}
}

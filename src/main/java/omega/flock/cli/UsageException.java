package omega.flock.cli;

/** The command line was not understood; the message says what is wrong with which word. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}

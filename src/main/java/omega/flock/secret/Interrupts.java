package omega.flock.secret;

import java.io.InterruptedIOException;

/** Turns an interrupt into what a stream throws for it. */
final class Interrupts {

    private Interrupts() {}

    /** Sets the flag again and returns the exception that tells of it. */
    static InterruptedIOException restored(String what) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException(what);
    }
}

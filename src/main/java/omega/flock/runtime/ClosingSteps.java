package omega.flock.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes what has many parts, each of which has to be closed whatever happens to the others. Runs on whichever thread closes, which may
 * be one whose memory has just run out: what cannot be done now is tried again, since nobody else will do it.
 */
public final class ClosingSteps {

    private static final Logger LOG = System.getLogger("omega.flock.runtime");
    private static final int TRIES = 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50); // a second in all: other threads let memory go meanwhile

    private ClosingSteps() {}

    /** Takes one step after the other. What a step throws at its last try is logged, once all are taken. */
    public static void takeAll(Runnable... steps) {
        Throwable failure = null;
        for (Runnable step : steps) {
            Throwable thrown = take(step);
            failure = failure == null ? thrown : failure;
        }
        if (failure != null) {
            LOG.log(Level.ERROR, "closing.incomplete", failure);
        }
    }

    private static Throwable take(Runnable step) {
        Throwable thrown = null;
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                step.run();
                return null;
            } catch (RuntimeException | Error e) {
                thrown = e;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return thrown;
    }
}

package omega.flock.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Closes what has many parts, each of which has to be closed whatever happens to the others. Runs on whichever thread closes, which may
 * be one whose memory has just run out: what cannot be done now is tried again, since nobody else will do it, and for as long as there is
 * no memory. Nothing in here needs any; but each try begins with a look whether there is some, since a virtual thread that is woken where
 * there is none is lost for ever on JDK 21.
 */
public final class ClosingSteps {

    private static final Logger LOG = System.getLogger("omega.flock.runtime");
    private static final int TRIES = 20;
    private static final int ENOUGH_BYTES = 64 << 10; // to wake those who wait
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50); // other threads let memory go meanwhile
    private static final Consumer<Runnable> STEP = insisting(Runnable::run);

    private static volatile Object looked; // so that no compiler leaves the look out

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

    /**
     * Returns what does something that may be begun again until it has succeeded, for as long as there is no memory for it. Made in advance:
     * to load a class needs memory too. What else it throws is tried a few times, and thrown.
     */
    public static <T> Consumer<T> insisting(Consumer<? super T> action) {
        return new Insistence<>(action);
    }

    private record Insistence<T>(Consumer<? super T> action) implements Consumer<T> {

        @Override
        public void accept(T argument) {
            boolean done = false;
            for (int tries = 1; !done; ) {
                try {
                    looked = new byte[ENOUGH_BYTES];
                    looked = null;
                    action.accept(argument);
                    done = true;
                } catch (OutOfMemoryError e) {
                    pause();
                } catch (RuntimeException | Error e) { // a class that could not be initialized for lack of memory, for instance
                    if (tries++ == TRIES) {
                        throw e;
                    }
                    pause();
                }
            }
        }
    }

    private static Throwable take(Runnable step) {
        try {
            STEP.accept(step);
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    private static void pause() {
        try {
            LockSupport.parkNanos(PAUSE_NANOS);
        } catch (OutOfMemoryError e) {
            Thread.onSpinWait(); // a virtual thread needs some even to wait
        }
    }
}

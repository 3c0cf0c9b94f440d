package omega.flock.runtime;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads bring about without a sign: a gauge, the state of a thread. Looks again now and then. */
public final class Eventually {

    /** Long enough for a loaded machine, and short of the limit of any test. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_AGAIN_MILLIS = 2;
    private static final Semaphore NO_SIGN = new Semaphore(0);

    private Eventually() {}

    /** Returns as soon as the condition holds; fails the test, saying what there is instead, when that takes too long. */
    public static void holds(String what, Duration patience, BooleanSupplier condition, Supplier<Object> instead) {
        long deadline = Ticker.SYSTEM.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (Ticker.SYSTEM.nanoTime() > deadline) {
                throw new AssertionError("not within " + patience + ": " + what + ", but " + instead.get());
            }
            lookAgainSoon(what);
        }
    }

    private static void lookAgainSoon(String what) {
        try {
            if (NO_SIGN.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("nobody gives signs here");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what, e);
        }
    }

    /** The same with the patience of most tests. */
    public static void holds(String what, BooleanSupplier condition) {
        holds(what, PATIENCE, condition, () -> "it does not");
    }

    /** Waits until a thread waits for something itself. */
    public static void waits(Thread thread) {
        holds(thread.getName() + " waits", PATIENCE, () -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
        }, thread::getState);
    }
}

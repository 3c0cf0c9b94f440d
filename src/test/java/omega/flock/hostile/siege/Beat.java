package omega.flock.hostile.siege;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Something to be done again and again at a rate. Confined to one thread. */
final class Beat {

    private static final Semaphore NO_SIGN = new Semaphore(0);

    private final long pauseNanos;
    private final long debtNanos;
    private long next = System.nanoTime();

    /**
     * Begins at once.
     *
     * @param pauseNanos between two times, 0 for none
     * @param debtNanos how much a late thread may catch up on
     */
    Beat(long pauseNanos, long debtNanos) {
        this.pauseNanos = pauseNanos;
        this.debtNanos = debtNanos;
    }

    /** Waits until it is time again; returns at once if it has been for a while. */
    void await() throws InterruptedException {
        next = Math.max(next + pauseNanos, System.nanoTime() - debtNanos);
        long wait = next - System.nanoTime();
        if (wait > 0 && NO_SIGN.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
            throw new AssertionError("nobody gives signs here");
        }
    }
}

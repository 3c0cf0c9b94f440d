package omega.flock.sim;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.runtime.Ticker;

/** A clock that stands still until a test advances it; starts at an odd origin so that nobody takes it for zero. Thread-safe. */
public final class ManualTicker implements Ticker {

    private static final long ORIGIN_NANOS = 1_000_000_007L;
    private static final long ORIGIN_MILLIS = 1_700_000_000_000L;

    private final AtomicLong elapsedNanos = new AtomicLong();

    @Override
    public long nanoTime() {
        return ORIGIN_NANOS + elapsedNanos.get();
    }

    @Override
    public long wallMillis() {
        return ORIGIN_MILLIS + elapsedNanos.get() / 1_000_000;
    }

    /** Turns the clock forward. */
    public void advance(Duration by) {
        advanceNanos(by.toNanos());
    }

    void advanceNanos(long by) {
        if (by < 0) {
            throw new IllegalArgumentException("time does not go back: " + by + " ns");
        }
        elapsedNanos.addAndGet(by);
    }
}

package omega.flock.runtime;

/**
 * Where a shell takes its time from, so that a test can turn the clock by hand.
 *
 * <p>Deadlines are values of {@link #nanoTime()}: monotonic, of arbitrary origin, compared by difference.
 */
public interface Ticker {

    /** The clock of the machine. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };

    /** Returns monotonic nanoseconds. */
    long nanoTime();

    /** Returns milliseconds since 1970, which jump when the machine slept or its clock was set. */
    long wallMillis();
}

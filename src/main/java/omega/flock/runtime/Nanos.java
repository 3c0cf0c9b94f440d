package omega.flock.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Times that a program has set, as nanoseconds. */
public final class Nanos {

    /** 146 years. Deadlines wrap around and are compared by difference: one that is no further ahead than this compares with any other. */
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private Nanos() {}

    /** {@return the nanoseconds of a time, be it positive or negative; a longer one than 146 years counts as that} */
    public static long of(Duration time) {
        return Math.clamp(TimeUnit.NANOSECONDS.convert(time), -FOR_EVER, FOR_EVER);
    }
}

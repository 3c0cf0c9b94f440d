package omega.flock.dht;

import java.time.Duration;

/**
 * When a two-generation cache turns: the young generation becomes the old one, and what was old is forgotten. Pure.
 *
 * <pre>
 *      put ──► young ──turn──► old ──turn──► gone
 * </pre>
 *
 * A turn happens every two thirds of the age; an entry thus lives between two and four thirds of it. (xache 1.3.0 and record-cache
 * 1.2.0, {@code _gcAuto}, turn when a generation is full as well, by which one stranger empties a cache: here whoever holds most gives
 * way.) Instead of a timer of its own, whoever uses the cache says what time it is.
 */
final class Generations {

    private final long periodNanos;
    private long nextTurnNanos;

    Generations(Duration age, long nowNanos) {
        this.periodNanos = Math.max(1, age.toNanos() / 3 * 2);
        this.nextTurnNanos = nowNanos + periodNanos;
    }

    /** {@return how many turns are due by now: 0, 1 or 2 (which empties the cache)} */
    int due(long nowNanos) {
        int turns = 0;
        while (nowNanos - nextTurnNanos >= 0 && turns < 2) {
            turns++;
            nextTurnNanos += periodNanos;
        }
        if (nowNanos - nextTurnNanos >= 0) { // asleep for long: the rest of the turns change nothing any more
            nextTurnNanos = nowNanos + periodNanos;
        }
        return turns;
    }
}

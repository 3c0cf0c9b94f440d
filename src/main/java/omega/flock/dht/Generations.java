package omega.flock.dht;

import java.time.Duration;

/**
 * When a two-generation cache turns: the young generation becomes the old one, and what was old is forgotten. Pure.
 *
 * <pre>
 *      put ──► young ──turn──► old ──turn──► gone
 * </pre>
 *
 * A turn happens every two thirds of the age unless the cache turned by itself in between because it was full; an entry thus
 * lives between two and four thirds of the age. Source: xache 1.3.0 and record-cache 1.2.0, {@code _gcAuto}. Instead of a
 * timer of its own, whoever uses the cache says what time it is.
 */
final class Generations {

    private final long periodNanos;
    private long nextTurnNanos;
    private boolean turnedEarly;

    Generations(Duration age, long nowNanos) {
        this.periodNanos = Math.max(1, age.toNanos() / 3 * 2);
        this.nextTurnNanos = nowNanos + periodNanos;
    }

    /** Notes that the cache turned because it was full. */
    void turnedEarly() {
        turnedEarly = true;
    }

    /** {@return how many turns are due by now: 0, 1 or 2 (which empties the cache)} */
    int due(long nowNanos) {
        int turns = 0;
        while (nowNanos - nextTurnNanos >= 0 && turns < 2) {
            if (!turnedEarly) {
                turns++;
            }
            turnedEarly = false;
            nextTurnNanos += periodNanos;
        }
        if (nowNanos - nextTurnNanos >= 0) { // asleep for long: the rest of the turns change nothing any more
            nextTurnNanos = nowNanos + periodNanos;
        }
        return turns;
    }
}

package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import omega.flock.runtime.Nanos;

/**
 * The lengths of the four retry timers, and a random share that is added to each once.
 *
 * @param small first retry of a peer that was once reached
 * @param medium second retry of such a peer, first of one that never was
 * @param large later retries
 * @param extraLarge for explicit peers after all of those
 * @param jitter upper bound of what is added to each
 */
public record Backoffs(Duration small, Duration medium, Duration large, Duration extraLarge, Duration jitter) {

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Backoffs {
        requireNotNegative("small", small);
        requireNotNegative("medium", medium);
        requireNotNegative("large", large);
        requireNotNegative("extraLarge", extraLarge);
        requireNotNegative("jitter", jitter);
    }

    /** Returns the defaults with their random surcharge, so that programs started together do not retry together. */
    public static Backoffs defaults(RandomGenerator random) {
        return new Backoffs(
                spread(random, SwarmConstants.BACKOFF_SMALL, SwarmConstants.BACKOFF_SMALL_SPREAD),
                spread(random, SwarmConstants.BACKOFF_MEDIUM, SwarmConstants.BACKOFF_MEDIUM_SPREAD),
                spread(random, SwarmConstants.BACKOFF_LARGE, SwarmConstants.BACKOFF_LARGE_SPREAD),
                spread(random, SwarmConstants.BACKOFF_EXTRA_LARGE, SwarmConstants.BACKOFF_EXTRA_LARGE_SPREAD),
                SwarmConstants.BACKOFF_JITTER);
    }

    /** Returns these with another jitter. */
    public Backoffs withJitter(Duration newJitter) {
        return new Backoffs(small, medium, large, extraLarge, newJitter);
    }

    /** Returns the length of a timer, jitter included. */
    Duration draw(Backoff backoff, RandomGenerator random) {
        Duration length = switch (backoff) {
            case SMALL -> small;
            case MEDIUM -> medium;
            case LARGE -> large;
            case EXTRA_LARGE -> extraLarge;
        };
        return spread(random, length, jitter);
    }

    private static Duration spread(RandomGenerator random, Duration base, Duration share) {
        return Duration.ofNanos(Nanos.of(base) + (long) (random.nextDouble() * Nanos.of(share)));
    }

    /**
     * {@return a length that is not negative}
     *
     * @throws IllegalArgumentException if it is
     */
    public static Duration requireNotNegative(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isNegative()) {
            throw new IllegalArgumentException("the backoff \"" + name + "\" is negative: " + value);
        }
        return value;
    }
}

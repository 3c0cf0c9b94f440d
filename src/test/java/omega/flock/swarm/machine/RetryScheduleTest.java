package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The retry wheels: hyperswarm's test/all/bulk-timer.js as values, and the ranges of section 2.5. */
class RetryScheduleTest {

    private static final long START = 5_000_000_000L;

    private static RetrySchedule<String> wheel(long smallMillis) {
        Duration small = Duration.ofMillis(smallMillis);
        return new RetrySchedule<>(new Backoffs(small, small.multipliedBy(5), small.multipliedBy(15), small.multipliedBy(600),
                Duration.ZERO), new SplittableRandom(1));
    }

    private static long millis(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    @Test
    void twoThatComeInOneTurnAreDueTogetherInTheirOrder() {
        RetrySchedule<String> schedule = wheel(100);
        schedule.add(Backoff.SMALL, "first", millis(0));
        schedule.add(Backoff.SMALL, "second", millis(65));
        assertEquals(List.of(), schedule.popDue(millis(131)));
        assertEquals(List.of("first", "second"), schedule.popDue(millis(132)));
    }

    @Test
    void thoseOfDifferentTurnsAreDueSeparately() {
        RetrySchedule<String> schedule = wheel(100);
        schedule.add(Backoff.SMALL, "first", millis(0));
        schedule.add(Backoff.SMALL, "second", millis(67));
        assertEquals(List.of("first"), schedule.popDue(millis(140)));
        assertEquals(List.of("second"), schedule.popDue(millis(198)));
    }

    @Test
    void onceDeliveredNothingFollows() {
        RetrySchedule<String> schedule = wheel(100);
        schedule.add(Backoff.SMALL, "only", millis(0));
        schedule.popDue(millis(132));
        assertEquals(OptionalLong.empty(), schedule.nextDeadline());
        assertEquals(List.of(), schedule.popDue(millis(1_000_000)));
    }

    @Test
    void theVeryFirstWaitsExactlyTwoTurns() {
        assertEquals(millis(264), wheel(200).add(Backoff.SMALL, "first", millis(0)), "measured upstream: t = 200 gives 264 ms");
    }

    @Test
    void aBackoffOfZeroIsAboutAMillisecond() {
        RetrySchedule<String> schedule = wheel(0);
        long due = schedule.add(Backoff.SMALL, "only", millis(0));
        assertTrue(due > millis(0) && due <= millis(2));
    }

    @Property
    void theDelayLiesBetweenOneAndTwoTurns(@ForAll @Size(min = 1, max = 50) List<@LongRange(max = 20_000_000_000L) Long> gaps,
            @ForAll Backoff backoff) {
        RetrySchedule<Integer> schedule = new RetrySchedule<>(
                new Backoffs(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMinutes(10),
                        Duration.ZERO), new SplittableRandom(1));
        long length = switch (backoff) {
            case SMALL -> 1;
            case MEDIUM -> 5;
            case LARGE -> 15;
            case EXTRA_LARGE -> 600;
        };
        long turn = length * 660_000_000L;
        long now = START;
        for (int i = 0; i < gaps.size(); i++) {
            long delay = schedule.add(backoff, i, now) - now;
            assertTrue(delay > turn && delay <= 2 * turn, "delay " + delay);
            now += gaps.get(i);
        }
    }

    @Property
    void whatIsTakenBackIsNotDelivered(@ForAll @Size(max = 40) List<@IntRange(max = 30) Integer> elements) {
        RetrySchedule<Integer> schedule = new RetrySchedule<>(Backoffs.defaults(new SplittableRandom(3)), new SplittableRandom(4));
        long now = START;
        for (int element : elements) {
            schedule.add(Backoff.values()[element % 4], element, now);
            now += 700_000_000L;
        }
        for (int element : elements) {
            assertTrue(schedule.remove(element));
        }
        assertFalse(schedule.remove(0));
        assertEquals(OptionalLong.empty(), schedule.nextDeadline());
    }

    @Property
    void theDefaultsLieInTheRangesOfTheReference(@ForAll long seed) {
        Backoffs backoffs = Backoffs.defaults(new SplittableRandom(seed));
        assertWithin(backoffs.small(), 1000, 1500);
        assertWithin(backoffs.medium(), 5000, 6000);
        assertWithin(backoffs.large(), 15_000, 17_000);
        assertWithin(backoffs.extraLarge(), 600_000, 720_000);
        Duration drawn = backoffs.draw(Backoff.SMALL, new SplittableRandom(seed));
        assertTrue(drawn.compareTo(backoffs.small()) >= 0 && drawn.compareTo(backoffs.small().plusMillis(500)) <= 0);
    }

    private static void assertWithin(Duration value, long least, long most) {
        assertTrue(value.toMillis() >= least && value.toMillis() <= most, value + " is not in " + least + ".." + most + " ms");
    }
}

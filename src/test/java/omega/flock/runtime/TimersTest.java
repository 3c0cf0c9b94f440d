package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TimersTest {

    private enum Reason { RETRANSMIT, PROBE, KEEP_ALIVE }

    @Test
    void aTableYieldsDueTimersEarliestFirstAndOnce() {
        var table = new TimerTable<>(Reason.class);
        assertEquals(TimerTable.NEVER, table.nextDeadline());
        table.set(Reason.KEEP_ALIVE, 30);
        table.set(Reason.RETRANSMIT, 20);
        table.set(Reason.PROBE, 10);
        table.set(Reason.PROBE, 25);
        assertEquals(20, table.nextDeadline());
        assertEquals(Optional.empty(), table.popExpired(19));
        assertEquals(Optional.of(Reason.RETRANSMIT), table.popExpired(26));
        assertEquals(Optional.of(Reason.PROBE), table.popExpired(26));
        assertEquals(Optional.empty(), table.popExpired(26));
        assertTrue(table.isSet(Reason.KEEP_ALIVE));
        assertEquals(30, table.deadline(Reason.KEEP_ALIVE));
        table.clearAll();
        assertFalse(table.isSet(Reason.KEEP_ALIVE));
    }

    @Property
    void timesOfAnyLengthMakeDeadlinesThatCompareAsTheyDo(@ForAll long someSeconds, @ForAll long otherSeconds, @ForAll long now) {
        Duration some = Duration.ofSeconds(someSeconds, 5);
        Duration other = Duration.ofSeconds(otherSeconds, 5);
        long difference = now + Nanos.of(some) - (now + Nanos.of(other));
        assertTrue(difference == 0 || Long.signum(difference) == Integer.signum(some.compareTo(other)), () -> some + " and " + other);
    }

    @Test
    void aTimeIsItsNanosecondsUpTo146Years() {
        assertEquals(1_000_000_007, Nanos.of(Duration.ofSeconds(1, 7)));
        assertEquals(-3, Nanos.of(Duration.ofNanos(-3)));
        assertEquals(Long.MAX_VALUE / 2, Nanos.of(ChronoUnit.FOREVER.getDuration()));
        assertEquals(-Nanos.of(Duration.ofDays(54_000)), Nanos.of(Duration.ofDays(-54_000)));
    }

    @Property
    void aBucketNeverGivesMoreThanItsBurstAndItsRate(@ForAll @IntRange(min = 1, max = 20) int capacity,
            @ForAll @Size(max = 200) List<@IntRange(max = 300) Integer> pausesMillis) {
        var bucket = new TokenBucket(capacity, 10, 0);
        long now = 0;
        int taken = 0;
        for (int pause : pausesMillis) {
            now += pause * 1_000_000L;
            if (bucket.tryTake(now)) {
                taken++;
            }
        }
        assertTrue(taken <= capacity + now / 1e9 * 10 + 1e-6, taken + " in " + now);
    }

    @Test
    void aBucketFillsUpAgainAndNotBeyondItsCapacity() {
        var bucket = new TokenBucket(2, 1, 0);
        assertTrue(bucket.tryTake(0) && bucket.tryTake(0));
        assertFalse(bucket.tryTake(999_999_999));
        assertTrue(bucket.tryTake(1_000_000_000));
        assertFalse(bucket.isFull(2_000_000_000));
        assertTrue(bucket.isFull(60_000_000_000L));
        assertTrue(bucket.tryTake(60_000_000_000L) && bucket.tryTake(60_000_000_000L));
        assertFalse(bucket.tryTake(60_000_000_000L));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0, 0));
    }

    @Test
    @Timeout(20)
    void aQueueRunsActionsInTheOrderOfTheirDeadlines() throws Exception {
        try (var scope = new TaskScope("test"); var queue = new DeadlineQueue("timers", Ticker.SYSTEM, scope)) {
            var ran = new CopyOnWriteArrayList<String>();
            var done = new CountDownLatch(3);
            long now = Ticker.SYSTEM.nanoTime();
            queue.schedule(now + 30_000_000, () -> note(ran, "second", done));
            queue.schedule(now - 1, () -> note(ran, "first", done));
            var cancelled = queue.schedule(now + 20_000_000, () -> note(ran, "never", done));
            queue.schedule(now + 40_000_000, () -> note(ran, "third", done));
            assertTrue(cancelled.cancel());
            assertFalse(cancelled.cancel());
            done.await();
            assertEquals(List.of("first", "second", "third"), ran);
            assertEquals(0, queue.size());
        }
    }

    @Test
    @Timeout(20)
    void anActionThatThrowsDoesNotStopTheQueue() throws Exception {
        try (var scope = new TaskScope("test"); var queue = new DeadlineQueue("timers", Ticker.SYSTEM, scope)) {
            var done = new CountDownLatch(1);
            queue.schedule(Ticker.SYSTEM.nanoTime(), () -> {
                throw new IllegalStateException("on purpose");
            });
            queue.schedule(Ticker.SYSTEM.nanoTime() + 1_000_000, done::countDown);
            assertTrue(done.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void manyCancelledActionsLeaveNothingBehind() {
        try (var scope = new TaskScope("test"); var queue = new DeadlineQueue("timers", Ticker.SYSTEM, scope)) {
            for (int i = 0; i < 10_000; i++) {
                queue.schedule(Ticker.SYSTEM.nanoTime() + 3_600_000_000_000L, () -> { }).cancel();
            }
            assertEquals(0, queue.size());
        }
    }

    @Test
    void aClosedQueueRunsNothing() {
        try (var scope = new TaskScope("test")) {
            var queue = new DeadlineQueue("timers", Ticker.SYSTEM, scope);
            queue.close();
            queue.close();
            queue.schedule(Ticker.SYSTEM.nanoTime(), () -> {
                throw new AssertionError("ran after close");
            });
            assertEquals(0, queue.size());
        }
    }

    private static void note(List<String> ran, String what, CountDownLatch done) {
        ran.add(what);
        done.countDown();
    }
}

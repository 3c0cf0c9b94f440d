package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import omega.flock.runtime.Nanos;

/**
 * When waiting peers are due. Each backoff is a wheel that turns once in 0.66 of its length from the first time it is used,
 * and what is added during one turn is due together at the end of the next:
 *
 * <pre>
 *   first use          0.66 t            1.32 t            1.98 t
 *      │  added here ────┼─────────────────► due here        │
 *      │                 │    added here ────┼───────────────► due here
 * </pre>
 *
 * <p>So the real delay lies in (0.66 t, 1.32 t], as in hyperswarm 4.17.2 lib/bulk-timer.js, and a thousand peers of one
 * server that vanished come back in one batch. Pure; not thread-safe.
 *
 * @param <E> what waits
 */
final class RetrySchedule<E> {

    private static final long MIN_TURN_NANOS = Duration.ofMillis(1).toNanos();

    private final Map<Backoff, Wheel> wheels = new EnumMap<>(Backoff.class);
    private final TreeMap<Long, List<E>> batches = new TreeMap<>();

    /** Creates an empty schedule; the jitter of each wheel is drawn here. */
    RetrySchedule(Backoffs backoffs, RandomGenerator random) {
        for (Backoff backoff : Backoff.values()) {
            wheels.put(backoff, new Wheel(backoffs.draw(backoff, random)));
        }
    }

    /** Adds an element and returns when it is due. */
    long add(Backoff backoff, E element, long nowNanos) {
        long due = wheels.get(backoff).due(nowNanos);
        batches.computeIfAbsent(due, key -> new ArrayList<>()).add(element);
        return due;
    }

    /** Takes an element back; says whether it was waiting. */
    boolean remove(E element) {
        boolean waited = batches.values().stream().anyMatch(batch -> batch.remove(element));
        batches.values().removeIf(List::isEmpty);
        return waited;
    }

    /** Removes and returns all that is due, in the order of the batches and, within one, of their arrival. */
    List<E> popDue(long nowNanos) {
        var due = batches.headMap(nowNanos, true);
        List<E> all = new ArrayList<>();
        due.values().forEach(all::addAll);
        due.clear();
        return all;
    }

    /** Returns when the next batch is due. */
    OptionalLong nextDeadline() {
        return batches.isEmpty() ? OptionalLong.empty() : OptionalLong.of(batches.firstKey());
    }

    private static final class Wheel {
        private final long turnNanos;
        private boolean turning;
        private long startNanos;

        Wheel(Duration length) {
            this.turnNanos = Math.max(MIN_TURN_NANOS, Nanos.of(length) / 100 * SwarmConstants.WHEEL_PERCENT);
        }

        long due(long nowNanos) {
            if (!turning) {
                turning = true;
                startNanos = nowNanos;
            }
            long turns = (nowNanos - startNanos) / turnNanos;
            return startNanos + (turns + 2) * turnNanos;
        }
    }
}

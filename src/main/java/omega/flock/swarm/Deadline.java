package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;

/** The end of one caller's patience, over several waits. */
final class Deadline {

    /** Patience without end. */
    static final Deadline NEVER = new Deadline(Optional.empty(), Optional.empty());

    private final Optional<Alarms> alarms;
    private final Optional<Long> endNanos;

    Deadline(Alarms alarms, Optional<Duration> limit) {
        this(Optional.of(alarms), limit.map(duration -> alarms.nanoTime() + duration.toNanos()));
    }

    private Deadline(Optional<Alarms> alarms, Optional<Long> endNanos) {
        this.alarms = alarms;
        this.endNanos = endNanos;
    }

    /** Returns what is left, at least nothing; empty for ever. */
    Optional<Duration> remaining() {
        return endNanos.map(end -> Duration.ofNanos(Math.max(0, end - alarms.orElseThrow().nanoTime())));
    }
}

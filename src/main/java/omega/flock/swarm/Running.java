package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;
import omega.flock.gateway.Query;
import omega.flock.runtime.TaskScope;

/** A job that runs: what its threads live in, and how it is stopped. Not thread-safe: guarded by the lock of its swarm. */
final class Running {
    private final String name;
    private final TaskScope scope;
    private final long sinceNanos;
    private final long untilNanos;
    private Optional<Query<?>> walk = Optional.empty();
    private boolean stopped;

    Running(String name, TaskScope scope, long sinceNanos, long untilNanos) {
        this.name = name;
        this.scope = scope;
        this.sinceNanos = sinceNanos;
        this.untilNanos = untilNanos;
    }

    TaskScope scope() {
        return scope;
    }

    /** Notes its walk; false if it was stopped meanwhile. */
    boolean walking(Query<?> started) {
        walk = Optional.of(started);
        return !stopped;
    }

    boolean stopped() {
        return stopped;
    }

    /** Ends it soon. A walk ends by itself once it is closed, which is returned for that; what waits for something else, or hangs, is interrupted. */
    Optional<Query<?>> stop(boolean hangs) {
        stopped = true;
        if (hangs || walk.isEmpty()) {
            scope.cancel();
        }
        return walk;
    }

    String describe(long nowNanos) {
        String until = untilNanos == Long.MAX_VALUE ? "for as long as the flock" : "until in " + seconds(untilNanos - nowNanos);
        return name + ", since " + seconds(nowNanos - sinceNanos) + ", " + until + (stopped ? ", stopped" : "");
    }

    private static String seconds(long nanos) {
        return Duration.ofNanos(nanos).toMillis() / 1000.0 + " s";
    }
}

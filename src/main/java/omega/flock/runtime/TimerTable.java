package omega.flock.runtime;

import java.util.Arrays;
import java.util.Optional;

/**
 * All timers of one state machine: a deadline for each reason, and the earliest of them. Pure; not thread-safe.
 *
 * @param <E> the reasons
 */
public final class TimerTable<E extends Enum<E>> {

    /** What {@link #nextDeadline()} says when no timer is set. */
    public static final long NEVER = Long.MAX_VALUE;

    private final E[] reasons;
    private final long[] deadlines;

    /** Creates a table with every timer cleared. */
    public TimerTable(Class<E> reasons) {
        this.reasons = reasons.getEnumConstants();
        this.deadlines = new long[this.reasons.length];
        Arrays.fill(deadlines, NEVER);
    }

    /** Sets or moves a timer. */
    public void set(E reason, long deadlineNanos) {
        deadlines[reason.ordinal()] = deadlineNanos;
    }

    /** Clears a timer; clearing one that is not set does nothing. */
    public void clear(E reason) {
        deadlines[reason.ordinal()] = NEVER;
    }

    /** Clears all timers. */
    public void clearAll() {
        Arrays.fill(deadlines, NEVER);
    }

    /** Tells whether a timer is set. */
    public boolean isSet(E reason) {
        return deadlines[reason.ordinal()] != NEVER;
    }

    /** Returns the deadline of a timer, or {@link #NEVER}. */
    public long deadline(E reason) {
        return deadlines[reason.ordinal()];
    }

    /** Returns the earliest deadline, or {@link #NEVER}. */
    public long nextDeadline() {
        long next = NEVER;
        for (long deadline : deadlines) {
            next = Math.min(next, deadline);
        }
        return next;
    }

    /** Clears and returns one timer that is due, the earliest first; empty when none is. */
    public Optional<E> popExpired(long nowNanos) {
        int due = -1;
        for (int i = 0; i < deadlines.length; i++) {
            if (deadlines[i] <= nowNanos && deadlines[i] != NEVER && (due < 0 || deadlines[i] < deadlines[due])) {
                due = i;
            }
        }
        if (due < 0) {
            return Optional.empty();
        }
        deadlines[due] = NEVER;
        return Optional.of(reasons[due]);
    }
}

package omega.flock.swarm;

/** Time, and actions that run at a time. */
public interface Alarms {

    /** Returns monotonic nanoseconds. */
    long nanoTime();

    /** Returns wall-clock milliseconds, which jump when the machine slept. */
    long wallMillis();

    /** Runs a short action that does not block once {@link #nanoTime()} has reached the deadline. */
    Alarm schedule(long deadlineNanos, Runnable action);

    /** An action that has yet to run. */
    @FunctionalInterface
    interface Alarm {

        /** Keeps the action from running, unless it has begun. */
        void cancel();
    }
}

package omega.flock.swarm;

/** Actions that run at a time. */
@FunctionalInterface
public interface Alarms {

    /**
     * Runs a short action that does not block once the deadline has passed.
     *
     * @param deadlineNanos by the ticker of the swarm
     */
    Alarm schedule(long deadlineNanos, Runnable action);

    /** An action that has yet to run. */
    @FunctionalInterface
    interface Alarm {

        /** Keeps the action from running, unless it has begun. */
        void cancel();
    }
}

package omega.flock.transport;

/** What a stream needs: somebody to start its driver, to watch its deadline while it has none, and to end it. No call blocks. */
interface DriverHost {
    /** A call that was ordered. */
    @FunctionalInterface
    interface Alarm {
        /** Takes the order back, unless it is being carried out. */
        void cancel();
    }

    /** Starts a driver on a thread of its own. {@return false if no more may be started} Called with the stream's lock held. */
    boolean startDriver();

    /** Has {@code action} called once the deadline has passed, within about a millisecond. Called with the stream's lock held. */
    Alarm setAlarm(long deadlineNanos, Runnable action);

    /** Ends the stream: others need its memory. Called without its lock. */
    void evict();
}

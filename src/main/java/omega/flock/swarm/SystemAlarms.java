package omega.flock.swarm;

import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** Alarms by the clock of the machine; actions run on one virtual thread. */
public final class SystemAlarms implements Alarms {

    private final Ticker ticker;
    private final DeadlineQueue queue;

    /** Starts the thread in {@code scope}, with which it ends. */
    public SystemAlarms(Ticker ticker, TaskScope scope) {
        this.ticker = ticker;
        this.queue = new DeadlineQueue("flock-alarms", ticker, scope);
    }

    @Override
    public long nanoTime() {
        return ticker.nanoTime();
    }

    @Override
    public long wallMillis() {
        return ticker.wallMillis();
    }

    @Override
    public Alarm schedule(long deadlineNanos, Runnable action) {
        return queue.schedule(deadlineNanos, action)::cancel;
    }
}

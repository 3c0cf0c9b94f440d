package omega.flock.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs short tasks one after the other on one virtual thread, which exists only while there are some: work that comes in crowds and
 * must not cost a thread for each. A task may do I/O but must not wait for others; one that throws is logged and hurts no other.
 * Thread-safe.
 */
public final class TaskLane {

    private static final Logger LOG = System.getLogger("omega.flock.runtime");

    private final String threadName;
    private final TaskScope scope;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(); // guarded by lock
    private boolean running; // guarded by lock

    /** Creates a lane whose thread, when there is one, belongs to {@code scope}. */
    public TaskLane(String threadName, TaskScope scope) {
        this.threadName = threadName;
        this.scope = scope;
    }

    /**
     * Runs a task as soon as those before it are done. Does not wait.
     *
     * @throws RejectedExecutionException if the scope was cancelled
     */
    public void add(Runnable task) {
        lock.lock();
        try {
            if (!running) {
                scope.forkVital(threadName, this::run);
                running = true;
            }
            waiting.add(task);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "lane.task.failed lane=" + threadName, e);
            }
        }
    }

    /** {@return the next task; null, after which somebody else runs what comes, when there is none} */
    private Runnable next() {
        lock.lock();
        try {
            Runnable task = waiting.poll();
            running = task != null;
            return task;
        } finally {
            lock.unlock();
        }
    }
}

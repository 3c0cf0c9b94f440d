package omega.flock.runtime;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Owns virtual threads and ends them all: the life of a flock, a topic, a query, a dial or a connection.
 *
 * <p>The words are those of {@code java.util.concurrent.StructuredTaskScope} (fork, join, cancel), which is a preview API
 * in every release so far and therefore out of reach for a library that runs on all of them.
 *
 * <pre>
 *   OPEN ──cancel()──► CANCELLED ──close()──► CLOSED     (close() also cancels)
 *   fork() works      fork() is rejected,
 *                     tasks and child scopes are interrupted
 * </pre>
 *
 * <p>A task may fail; that does not touch its siblings, because a peer that misbehaves must not end the others. Whoever
 * needs the result joins the {@link Task}. What a task throws is logged here only when nobody but us can have caused it:
 * an unchecked exception or an error. Thread-safe.
 */
public final class TaskScope implements AutoCloseable {

    /** How long {@link #close()} waits for tasks to answer their interrupt. */
    public static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger("omega.flock.runtime");

    private final String name;
    private final TaskScope parent;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Task<?>> tasks = new HashSet<>(); // guarded by lock
    private final Set<TaskScope> children = new HashSet<>(); // guarded by lock
    private boolean cancelled; // guarded by lock

    /** Creates a root scope; its owner closes it. */
    public TaskScope(String name) {
        this(name, null);
    }

    private TaskScope(String name, TaskScope parent) {
        this.name = name;
        this.parent = parent;
    }

    /**
     * Creates a scope within this one, which ends with it at the latest.
     *
     * @throws RejectedExecutionException if this scope was cancelled
     */
    public TaskScope child(String childName) {
        TaskScope child = new TaskScope(childName, this);
        lock.lock();
        try {
            requireOpen(childName);
            children.add(child);
        } finally {
            lock.unlock();
        }
        return child;
    }

    /**
     * Starts a task on a new virtual thread of that name.
     *
     * @throws RejectedExecutionException if the scope was cancelled
     */
    public Task<Void> fork(String threadName, ThrowingTask body) {
        return forkCallable(threadName, () -> {
            body.run();
            return null;
        });
    }

    /**
     * Starts a task that yields a value on a new virtual thread of that name.
     *
     * @throws RejectedExecutionException if the scope was cancelled
     */
    public <T> Task<T> forkCallable(String threadName, Callable<T> body) {
        Task<T> task = new Task<>(threadName);
        lock.lock();
        try {
            requireOpen(threadName);
            tasks.add(task);
            task.start(() -> run(task, body));
        } finally {
            lock.unlock();
        }
        return task;
    }

    /**
     * Waits until every task that was forked so far, here and in child scopes, has ended.
     *
     * @return false if they had not within the timeout
     */
    public boolean join(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Task<?> task : snapshotOfAll(new ArrayList<>())) {
            // A task that joins its own scope would wait for itself.
            if (!task.runsOn(Thread.currentThread()) && !task.awaitDone(deadline - System.nanoTime())) {
                return false;
            }
        }
        return true;
    }

    /** Rejects new tasks from now on and interrupts those that run, here and in child scopes. Does not wait. */
    public void cancel() {
        List<Task<?>> running;
        List<TaskScope> scopes;
        lock.lock();
        try {
            cancelled = true;
            running = List.copyOf(tasks);
            scopes = List.copyOf(children);
        } finally {
            lock.unlock();
        }
        scopes.forEach(TaskScope::cancel);
        running.forEach(task -> {
            // The one who cancels goes on with its own clean-up.
            if (!task.runsOn(Thread.currentThread())) {
                task.cancel();
            }
        });
    }

    /** Tells whether the scope was cancelled or closed. */
    public boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many tasks run in this scope and its children. */
    public int live() {
        return snapshotOfAll(new ArrayList<>()).size();
    }

    /**
     * Cancels and waits at most {@link #CLOSE_TIMEOUT} for the tasks to end; a task that has not ended by then is logged
     * by name. Idempotent; may be called from a task of the scope. An interrupt cuts the wait short and stays set.
     */
    @Override
    public void close() {
        cancel();
        try {
            if (!join(CLOSE_TIMEOUT)) {
                LOG.log(Level.WARNING, "scope.close.timeout scope={0} tasks={1}", name,
                        snapshotOfAll(new ArrayList<>()).stream().map(Task::name).toList());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (parent != null) {
            parent.forget(this);
        }
    }

    @Override
    public String toString() {
        return "TaskScope[" + name + ", live " + live() + "]";
    }

    private <T> void run(Task<T> task, Callable<T> body) {
        T value = null;
        Throwable failure = null;
        try {
            value = body.call();
        } catch (Throwable e) {
            failure = e;
            if (isOurFault(e)) {
                LOG.log(Level.ERROR, "task.failed task=" + task.name(), e);
            }
        }
        // Forgotten before it settles: whoever joined the last task finds the scope empty.
        forget(task);
        if (failure == null) {
            task.succeed(value);
        } else {
            task.fail(failure);
        }
    }

    private void forget(Task<?> task) {
        lock.lock();
        try {
            tasks.remove(task);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isOurFault(Throwable e) {
        return !(e instanceof InterruptedException || e instanceof IOException || e instanceof CancellationException
                || e instanceof RejectedExecutionException);
    }

    private void forget(TaskScope child) {
        lock.lock();
        try {
            children.remove(child);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen(String what) {
        if (cancelled) {
            throw new RejectedExecutionException("scope " + name + " is closed, " + what + " cannot start");
        }
    }

    private Collection<Task<?>> snapshotOfAll(Collection<Task<?>> into) {
        List<TaskScope> scopes;
        lock.lock();
        try {
            into.addAll(tasks);
            scopes = List.copyOf(children);
        } finally {
            lock.unlock();
        }
        scopes.forEach(scope -> scope.snapshotOfAll(into));
        return into;
    }
}

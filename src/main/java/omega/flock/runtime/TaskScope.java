package omega.flock.runtime;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

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
 * an unchecked exception or an error.
 *
 * <p>Some threads can be missed by nobody: without the one that runs timeouts, or reads a port, a node looks alive and is deaf. What ends
 * such a thread {@linkplain #fail fails} the scope, and whoever owns it closes all that it serves and says why. Thread-safe.
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
    private final Consumer<Throwable> failing = ClosingSteps.insisting(this::failOnce); // made while there is memory for it
    private Thread failed; // guarded by lock; the one that tells of the failure, which may have to begin again
    private boolean telling; // of that thread only
    private volatile Throwable failure; // the first one; null while all is well
    private volatile Consumer<Throwable> owner; // who is told of a failure; null where the owner of the parent is

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

    /** Starts a task as {@link #fork} does. False if the scope was cancelled, for a task that nobody misses then. */
    public boolean tryFork(String threadName, ThrowingTask body) {
        try {
            fork(threadName, body);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "scope.task.rejected scope={0} task={1}", name, threadName);
            return false;
        }
    }

    /**
     * Starts a task that the owner of the scope cannot do without: whatever it throws, but for an answer to its interrupt, fails the scope.
     *
     * @throws RejectedExecutionException if the scope was cancelled
     */
    public Task<Void> forkVital(String threadName, ThrowingTask body) {
        return fork(threadName, () -> {
            try {
                body.run();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        });
    }

    /** Sets who is told, on the thread that has failed, when this scope or one within it fails; at most once. */
    public void onFailure(Consumer<Throwable> listener) {
        owner = listener;
    }

    /**
     * Something has failed without which this scope is worth nothing. Its owner, or the nearest one of the scopes around it, is told if
     * this is the first time; blocks for as long as that one takes to close everything. Where there is no memory for that, it waits until
     * there is: the owner is told again then.
     */
    public void fail(Throwable cause) {
        TaskScope owned = this;
        while (owned.owner == null && owned.parent != null) {
            owned = owned.parent;
        }
        owned.failing.accept(cause);
    }

    /** {@return why this scope or one around it has failed; empty while all is well} */
    public Optional<Throwable> failure() {
        Throwable own = failure;
        return own != null || parent == null ? Optional.ofNullable(own) : parent.failure();
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

    /** {@return the names of this scope, the tasks that run in it and its children, one a line, each level two spaces deeper} */
    public List<String> tree() {
        List<String> lines = new ArrayList<>();
        lock.lock();
        try {
            lines.add(name);
            tasks.forEach(task -> lines.add("  " + task.name()));
            children.forEach(child -> child.tree().forEach(line -> lines.add("  " + line)));
        } finally {
            lock.unlock();
        }
        return lines;
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
        Throwable thrown = null;
        try {
            value = body.call();
        } catch (Throwable e) {
            thrown = e;
        }
        try {
            if (thrown != null && isOurFault(thrown)) {
                LOG.log(Level.ERROR, "task.failed task=" + task.name(), thrown);
            }
        } finally {
            // Forgotten before it settles: whoever joined the last task finds the scope empty.
            try {
                forget(task);
            } finally {
                if (thrown == null) {
                    task.succeed(value);
                } else {
                    task.fail(thrown);
                }
            }
        }
    }

    private void failOnce(Throwable cause) {
        lock.lock();
        try {
            if (failure != null && (failed != Thread.currentThread() || telling)) {
                return;
            }
            failed = Thread.currentThread();
            telling = true;
            failure = failure == null ? cause : failure;
        } finally {
            lock.unlock();
        }
        try {
            tellOwner();
        } finally {
            telling = false;
        }
    }

    private void tellOwner() {
        if (owner != null) {
            owner.accept(failure);
        } else {
            LOG.log(Level.ERROR, "scope.failed scope=" + name, failure);
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

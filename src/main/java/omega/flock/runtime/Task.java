package omega.flock.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One piece of work on its own virtual thread, owned by a {@link TaskScope}. It settles exactly once: with a result or
 * with a failure.
 *
 * @param <T> what it yields
 */
public final class Task<T> {

    private final String name;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile Thread thread;
    // Written once before settled is counted down, read only after it.
    private T result;
    private Throwable failure;

    Task(String name) {
        this.name = name;
    }

    /** Returns the name of the task, which its thread bears. */
    public String name() {
        return name;
    }

    /** Tells whether the task has ended. */
    public boolean isDone() {
        return settled.getCount() == 0;
    }

    /** Interrupts the task; it ends when its body answers the interrupt. */
    public void cancel() {
        Thread running = thread;
        if (running != null && !isDone()) {
            running.interrupt();
        }
    }

    /**
     * Waits for the end of the task.
     *
     * @throws ExecutionException with what the body threw
     */
    public T join() throws InterruptedException, ExecutionException {
        settled.await();
        return settledValue();
    }

    /**
     * Waits for the end of the task for a limited time.
     *
     * @throws ExecutionException with what the body threw
     * @throws TimeoutException if it has not ended by then; it goes on
     */
    public T join(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        if (!settled.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException(name + " has not ended within " + timeout);
        }
        return settledValue();
    }

    boolean awaitDone(long nanos) throws InterruptedException {
        return settled.await(nanos, TimeUnit.NANOSECONDS);
    }

    void start(Runnable body) {
        // The thread is known before it runs, so that cancel() always finds it.
        Thread virtual = Thread.ofVirtual().name(name).unstarted(body);
        thread = virtual;
        virtual.start();
    }

    boolean runsOn(Thread candidate) {
        return thread == candidate;
    }

    void succeed(T value) {
        result = value;
        settled.countDown();
    }

    void fail(Throwable cause) {
        failure = cause;
        settled.countDown();
    }

    private T settledValue() throws ExecutionException {
        if (failure != null) {
            throw new ExecutionException(name + ": " + failure.getMessage(), failure);
        }
        return result;
    }
}

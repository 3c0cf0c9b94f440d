package omega.flock.swarm;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.ThrowingTask;

/** Waits with a limit. */
final class Waits {

    private Waits() {}

    /** Waits for a latch; false if it has not counted down in time. */
    static boolean await(CountDownLatch latch, Duration limit) throws InterruptedException {
        return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits until something has settled, well or badly, but no longer than the limit. */
    static boolean awaitQuietly(CompletableFuture<?> future, Duration limit) throws InterruptedException {
        try {
            future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return true; // it has settled, and its failure has its own reader
        } catch (TimeoutException e) {
            return false;
        }
        return true;
    }

    /** Waits for what there is to wait for. */
    static void awaitQuietly(Optional<? extends CompletableFuture<?>> future, Duration limit) throws InterruptedException {
        if (future.isPresent()) {
            awaitQuietly(future.get(), limit);
        }
    }

    /** Waits for a value, for ever or for a while; empty if it has not come in time. */
    static Optional<Boolean> outcome(CompletableFuture<Boolean> future, Optional<Duration> limit) throws InterruptedException {
        try {
            return Optional.of(limit.isEmpty() ? future.get() : future.get(limit.get().toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            throw new IllegalStateException("an outcome settles with a value", e.getCause());
        } catch (TimeoutException e) {
            return Optional.empty();
        }
    }

    /**
     * Runs something on a thread of its own and interrupts it when it takes too long.
     *
     * @return false if it took too long
     */
    static boolean limited(TaskScope scope, String threadName, Duration limit, ThrowingTask body)
            throws IOException, InterruptedException {
        Task<Void> task = scope.fork(threadName, body);
        try {
            task.join(limit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(threadName + " failed", e.getCause());
        } finally {
            task.cancel();
        }
    }
}

package omega.flock.rpc;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import omega.flock.base.FlockException;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/** The end of a query: commits to the closest nodes, each on a virtual thread named {@code rpc-commit}, at most 20. */
final class QueryCommits {

    /** What is done with one of the closest replies. */
    @FunctionalInterface
    interface Commit {
        void to(RpcReply closest) throws IOException, InterruptedException;
    }

    private QueryCommits() {}

    /**
     * Commits to all, and waits for all.
     *
     * @throws FlockException with what the last failed, if every one did; or at the deadline
     */
    static void run(TaskScope parent, List<RpcReply> closest, Commit commit, long nanos)
            throws FlockException, InterruptedException {
        int successes = 0;
        Throwable lastFailure = null;
        try (TaskScope scope = parent.child("rpc-commits")) {
            List<Task<Void>> tasks = closest.stream().map(reply -> scope.fork("rpc-commit", () -> commit.to(reply))).toList();
            if (!scope.join(Duration.ofNanos(Math.max(0, nanos)))) {
                throw new FlockException(RpcConstants.QUERY_TIMEOUT, "the commits did not end in time");
            }
            for (Task<Void> task : tasks) {
                try {
                    task.join(Duration.ZERO);
                    successes++;
                } catch (ExecutionException e) {
                    lastFailure = e.getCause();
                } catch (TimeoutException e) {
                    throw new AssertionError("joined but not done: " + task.name(), e);
                }
            }
        }
        if (successes == 0) {
            throw lastFailure instanceof FlockException flock
                    ? new FlockException(flock.code(), flock.getMessage(), flock)
                    : new FlockException(RpcConstants.COMMIT_FAILED, "commit failed: " + lastFailure.getMessage(), lastFailure);
        }
    }
}

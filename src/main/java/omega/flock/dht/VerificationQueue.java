package omega.flock.dht;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.TaskScope;

/**
 * Runs checks that take a tenth of a millisecond of pure computing, away from the socket's reader thread: on a few virtual threads that
 * live only while something waits. Bounded all together and for each host; what exceeds the bounds is refused.
 *
 * <p>At most half of the processors are used, because a virtual thread that computes does not let go of its carrier, and
 * connections need theirs.
 */
final class VerificationQueue {

    private static final Logger LOG = System.getLogger("omega.flock.dht");

    private record Job(String host, Runnable check) {
    }

    private final TaskScope scope;
    private final int maxWaiting;
    private final int maxPerHost;
    private final int maxWorkers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Job> waiting = new ArrayDeque<>(); // guarded by lock
    private final Map<String, Integer> waitingByHost = new HashMap<>(); // guarded by lock
    private int workers; // guarded by lock

    VerificationQueue(TaskScope scope, int maxWaiting, int maxPerHost, int maxWorkers) {
        this.scope = scope;
        this.maxWaiting = maxWaiting;
        this.maxPerHost = maxPerHost;
        this.maxWorkers = maxWorkers;
    }

    /** {@return a queue with the usual bounds} */
    static VerificationQueue standard(TaskScope scope) {
        return new VerificationQueue(scope, DhtConstants.MAX_WAITING_SIGNATURES, DhtConstants.MAX_WAITING_SIGNATURES_PER_HOST,
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    /** {@return false if there is no room, or the scope has ended: the check will not run} */
    boolean offer(String host, Runnable check) {
        lock.lock();
        try {
            if (waiting.size() >= maxWaiting || waitingByHost.getOrDefault(host, 0) >= maxPerHost) {
                return false;
            }
            waiting.add(new Job(host, check));
            waitingByHost.merge(host, 1, Integer::sum);
            if (workers < maxWorkers && !forkWorker()) {
                forgetAll();
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Requires lock. */
    private boolean forkWorker() {
        try {
            scope.forkVital("flock-dht-verify", this::work);
            workers++;
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Requires lock. */
    private void forgetAll() {
        waiting.clear();
        waitingByHost.clear();
    }

    private void work() {
        for (Job job = next(); job != null; job = next()) {
            try {
                job.check.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "verify.failed", e);
            }
            if (size() > 0) {
                // Only between two jobs: a yield wakes another carrier.
                Thread.yield();
            }
        }
    }

    /** {@return the next job, or null when the worker is to end, which is then already noted} */
    private Job next() {
        lock.lock();
        try {
            Job job = Thread.currentThread().isInterrupted() ? null : waiting.poll();
            if (job == null) {
                workers--;
            } else {
                waitingByHost.computeIfPresent(job.host, (host, count) -> count == 1 ? null : count - 1);
            }
            return job;
        } finally {
            lock.unlock();
        }
    }
}

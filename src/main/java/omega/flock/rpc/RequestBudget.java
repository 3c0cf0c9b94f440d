package omega.flock.rpc;

import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SourceBudget;
import omega.flock.runtime.Ticker;

/**
 * What the sources of requests may spend of a node: requests, and bytes of answers to where nobody has proven to be. Called on the
 * readers and on whatever thread has an answer; does not block. Thread-safe.
 */
final class RequestBudget {

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final SourceBudget requests; // guarded by lock
    private final SourceBudget answers; // guarded by lock; bytes

    RequestBudget(Ticker ticker) {
        this.ticker = ticker;
        this.requests = new SourceBudget(RpcConstants.SOURCE_PER_SECOND, RpcConstants.SOURCE_BURST,
                RpcConstants.REQUESTS_PER_SECOND, ticker.nanoTime());
        this.answers = new SourceBudget(RpcConstants.UNPROVEN_PER_SECOND, RpcConstants.UNPROVEN_BURST,
                RpcConstants.ALL_UNPROVEN_PER_SECOND, ticker.nanoTime());
    }

    /** Counts a request. Returns whether its source may make it. */
    boolean admits(NetworkSource source) {
        return spend(requests, source, 1);
    }

    /**
     * Takes bytes of an answer beyond what its request pays for. Returns whether the source had so many left. On loopback and on private
     * networks, whose addresses nobody can forge from outside, there is no end of them: a test network may live there, or an application
     * that looks up a thousand topics a second.
     */
    boolean takeUnproven(NetworkSource source, int bytes) {
        return !source.isPublic() || spend(answers, source, bytes);
    }

    private boolean spend(SourceBudget budget, NetworkSource source, int cost) {
        lock.lock();
        try {
            return budget.trySpend(source, cost, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }
}

package omega.flock.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that a node gives to what strangers send: a {@link MemoryBudget} for many threads. Used by whichever thread needs bytes,
 * whatever locks it holds; those who have to give theirs up are told elsewhere. Thread-safe.
 */
public final class SharedMemory {

    /** What a node gives unless it is told otherwise: a quarter of the heap, and at most so many bytes. */
    public static final long LARGEST_DEFAULT_BYTES = 256L << 20;

    /** Why something ends for which there are no bytes, or whose bytes others need, who hold fewer. */
    public static final String NEEDED = "no memory for what the peer sends: of all hosts the one that holds most gives way";

    private static final int DEFAULT_SHARE = 4;

    /** Who holds bytes. */
    public abstract static class Tenant {

        private boolean ended; // guarded by the memory's lock

        /** {@return who is behind it, as the network shows it} */
        protected abstract Object source();

        /** Its bytes were needed for somebody who held fewer: it lets go of them soon. Must not block. */
        protected abstract void evict();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryBudget<Tenant> budget; // guarded by lock
    private final Executor telling;
    private volatile long free; // written under lock
    private long refusals; // guarded by lock
    private long evictions; // guarded by lock

    /**
     * Creates memory of which nothing is taken.
     *
     * @param bytes how many there are, at least 1
     * @param telling where those are told who have to give theirs up
     */
    public SharedMemory(long bytes, Executor telling) {
        this.budget = new MemoryBudget<>(bytes);
        this.telling = telling;
        this.free = bytes;
    }

    /** {@return how many bytes a node gives unless it is told otherwise} */
    public static long defaultBytes() {
        return Math.min(LARGEST_DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / DEFAULT_SHARE);
    }

    /** {@return whether the tenant holds so many bytes more from now on; one that has left may have what it asks for} */
    public boolean reserve(Tenant tenant, long bytes) {
        Object source = tenant.source();
        MemoryBudget.Decision<Tenant> decision;
        lock.lock();
        try {
            if (tenant.ended) {
                return true;
            }
            decision = budget.reserve(tenant, source, bytes);
            countFreeLocked();
            refusals += decision.granted() ? 0 : 1;
            evictions += decision.displaced().size();
        } finally {
            lock.unlock();
        }
        decision.displaced().forEach(this::evict);
        return decision.granted();
    }

    private void evict(Tenant tenant) {
        try {
            telling.execute(tenant::evict);
        } catch (RejectedExecutionException e) {
            // The node is closing, and all that holds bytes with it.
            leave(tenant);
        }
    }

    /** Gives bytes back. */
    public void release(Tenant tenant, long bytes) {
        lock.lock();
        try {
            budget.release(tenant, bytes);
            countFreeLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Gives all bytes back, for good. */
    public void leave(Tenant tenant) {
        lock.lock();
        try {
            tenant.ended = true;
            budget.releaseAll(tenant);
            countFreeLocked();
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many bytes nobody has taken, as of a moment ago} */
    public long free() {
        return free;
    }

    private void countFreeLocked() {
        free = budget.capacity() - budget.held();
    }

    /** {@return what it holds and has refused} */
    public Snapshot snapshot() {
        lock.lock();
        try {
            return new Snapshot(budget.capacity(), budget.held(), refusals, evictions);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What there is.
     *
     * @param capacity bytes in all
     * @param held bytes that are taken
     * @param refusals requests for bytes that were refused, since nobody held more than whoever asked
     * @param evictions tenants that had to give theirs up
     */
    public record Snapshot(long capacity, long held, long refusals, long evictions) {}
}

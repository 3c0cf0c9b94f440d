package omega.flock.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that a node gives to what strangers send, for many threads. Used by whichever thread needs bytes, whatever locks it holds; those
 * who have to give theirs up are told elsewhere. Thread-safe.
 *
 * <p>Connections and what is under way on them have a {@link MemoryBudget} each, of one number. Whoever opens connections from a thousand
 * addresses takes them from whoever has most of them, and not what others transfer: an eighth is left for that in any case. Of what is
 * under way, in turn, connections take only what is beyond a half.
 */
public final class SharedMemory {

    /** What a node gives unless it is told otherwise: a quarter of the heap, and at most so many bytes. */
    public static final long LARGEST_DEFAULT_BYTES = 256L << 20;

    /** Why something ends for which there are no bytes, or whose bytes others need, who hold fewer. */
    public static final String NEEDED = "no memory for what the peer sends: of all hosts the one that holds most gives way";

    private static final int DEFAULT_SHARE = 4;

    /** The part that connections leave to what is under way, one in so many. */
    private static final int UNDER_WAY_SHARE = 8;

    /**
     * Who has so many bytes more under way than whoever wants some gives way; others do without for now, packets are sent again and writers
     * wait. To be reset is worse: a thousand addresses that hold a little each would do that to all who transfer.
     */
    private static final long MARGIN_BYTES = 512 << 10;

    /** Who holds bytes. */
    public abstract static class Tenant {

        private boolean ended; // guarded by the memory's lock

        /** {@return who is behind it, as the network shows it} */
        protected abstract Object source();

        /** {@return whether its bytes are those of a connection as such, and not of what is under way} */
        protected boolean isConnection() {
            return false;
        }

        /** Its bytes were needed for somebody who held fewer: it lets go of them soon. Must not block. */
        protected abstract void evict();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final long capacity;
    private final MemoryBudget<Tenant> connections; // guarded by lock
    private final MemoryBudget<Tenant> underWay; // guarded by lock
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
        this.capacity = bytes;
        this.connections = new MemoryBudget<>(bytes);
        this.underWay = new MemoryBudget<>(bytes, MARGIN_BYTES);
        this.telling = telling;
        this.free = bytes;
    }

    /**
     * Creates memory of which nothing is taken.
     *
     * @param bytes how many there are, at least 1
     * @param scope where those are told, one after the other, who have to give theirs up
     */
    public SharedMemory(long bytes, TaskScope scope) {
        this(bytes, new TaskLane("flock-evictions", scope)::add);
    }

    /** {@return how many bytes a node gives unless it is told otherwise} */
    public static long defaultBytes() {
        return Math.min(LARGEST_DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / DEFAULT_SHARE);
    }

    /** {@return whether the tenant holds so many bytes more from now on; one that has left may have what it asks for} */
    public boolean reserve(Tenant tenant, long bytes) {
        Object source = tenant.source();
        List<Tenant> displaced = new ArrayList<>(0);
        boolean granted;
        lock.lock();
        try {
            if (tenant.ended) {
                return true;
            }
            if (tenant.isConnection()) {
                displaced.addAll(underWay.shrinkTo(Math.max(capacity / 2, capacity - connections.held() - bytes)));
                connections.capacity(Math.min(capacity - capacity / UNDER_WAY_SHARE, capacity - underWay.held()));
            } else {
                underWay.capacity(capacity - connections.held());
            }
            MemoryBudget.Decision<Tenant> decision = budgetOf(tenant).reserve(tenant, source, bytes);
            displaced.addAll(decision.displaced());
            granted = decision.granted();
            countFreeLocked();
            refusals += granted ? 0 : 1;
            evictions += displaced.size();
        } finally {
            lock.unlock();
        }
        displaced.forEach(this::evict);
        return granted;
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
            budgetOf(tenant).release(tenant, bytes);
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
            budgetOf(tenant).releaseAll(tenant);
            countFreeLocked();
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many bytes nobody has taken, as of a moment ago} */
    public long free() {
        return free;
    }

    private MemoryBudget<Tenant> budgetOf(Tenant tenant) {
        return tenant.isConnection() ? connections : underWay;
    }

    private void countFreeLocked() {
        free = capacity - connections.held() - underWay.held();
    }

    /** {@return what it holds and has refused} */
    public Snapshot snapshot() {
        lock.lock();
        try {
            return new Snapshot(capacity, connections.held() + underWay.held(), refusals, evictions);
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

package omega.flock.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that a node gives to what strangers send, for many threads. Used by whichever thread needs bytes, whatever locks it holds; those
 * who have to give theirs up are told elsewhere. Thread-safe.
 *
 * <p>Connections and what is under way on them have a {@link MemoryBudget} each, of one number, and an eighth of it in any case. Whoever
 * opens connections from a thousand addresses takes them from whoever has most of them. What others transfer gives way only where it does
 * not move: a transfer gives its bytes back by itself, many times a second, and whoever waits for some of them loses less than whoever is
 * reset.
 */
public final class SharedMemory {

    /** What a node gives unless it is told otherwise: a quarter of the heap, and at most so many bytes. */
    public static final long LARGEST_DEFAULT_BYTES = 256L << 20;

    /** Why something ends for which there are no bytes, or whose bytes others need, who hold fewer. */
    public static final String NEEDED = "no memory for what the peer sends: of all hosts the one that holds most gives way";

    private static final int DEFAULT_SHARE = 4;

    /** The part that connections and what is under way leave to each other in any case, one in so many. */
    private static final int LEAST_SHARE = 8;

    /** Half of what somebody holds has to move within this time, or it is stalled: less than the 13 s for which a JavaScript peer tries. */
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Whose bytes move gives way all the same, if it holds so many at least, to somebody who cannot wait. */
    private static final long LARGE_BYTES = 512 << 10;

    /** Who holds bytes. */
    public abstract static class Tenant {

        private boolean ended; // guarded by the memory's lock, as what follows
        private long movedThen;
        private long sinceNanos; // when it had moved so many bytes

        /** {@return who is behind it, as the network shows it} */
        protected abstract Object source();

        /** {@return whether its bytes are those of a connection as such, and not of what is under way} */
        protected boolean isConnection() {
            return false;
        }

        /** {@return whether it does without the bytes it asks for until others give theirs back} */
        protected boolean canWait() {
            return false;
        }

        /** {@return how many bytes have come to where they should since it began: were read, or acknowledged} */
        protected long moved() {
            return 0;
        }

        /** Its bytes were needed for somebody who held fewer: it lets go of them soon. Must not block. */
        protected abstract void evict();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final long capacity;
    private final MemoryBudget<Tenant> connections; // guarded by lock
    private final MemoryBudget<Tenant> underWay; // guarded by lock
    private final Ticker ticker;
    private final Executor telling;
    private volatile long free; // written under lock
    private long refusals; // guarded by lock
    private long evictions; // guarded by lock

    /**
     * Creates memory of which nothing is taken.
     *
     * @param bytes how many there are, at least 1
     * @param ticker tells for how long bytes do not move
     * @param telling where those are told who have to give theirs up
     */
    public SharedMemory(long bytes, Ticker ticker, Executor telling) {
        this.capacity = bytes;
        this.connections = new MemoryBudget<>(bytes);
        this.underWay = new MemoryBudget<>(bytes);
        this.ticker = ticker;
        this.telling = telling;
        this.free = bytes;
    }

    /**
     * Creates memory of which nothing is taken.
     *
     * @param bytes how many there are, at least 1
     * @param ticker tells for how long bytes do not move
     * @param scope where those are told, one after the other, who have to give theirs up
     */
    public SharedMemory(long bytes, Ticker ticker, TaskScope scope) {
        this(bytes, ticker, new TaskLane("flock-evictions", scope)::add);
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
            long now = ticker.nanoTime();
            MemoryBudget.Decision<Tenant> decision;
            if (tenant.isConnection()) {
                displaced.addAll(underWay.makeRoom(source, bytes, Math.max(capacity / 2, capacity - connections.held() - bytes),
                        (holder, held) -> hasStalledLocked(holder, held, now)));
                connections.capacity(mostBesideLocked(underWay));
                decision = connections.reserve(tenant, source, bytes);
            } else {
                beginLocked(tenant, now);
                underWay.capacity(mostBesideLocked(connections));
                decision = underWay.reserve(tenant, source, bytes,
                        (holder, held) -> hasStalledLocked(holder, held, now) || held >= LARGE_BYTES && !tenant.canWait());
            }
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

    private void beginLocked(Tenant tenant, long now) {
        if (!underWay.holds(tenant)) {
            tenant.movedThen = tenant.moved();
            tenant.sinceNanos = now;
        }
    }

    private static boolean hasStalledLocked(Tenant tenant, long held, long now) {
        long moved = tenant.moved();
        if (moved - tenant.movedThen < held / 2) {
            return now - tenant.sinceNanos >= STALLED_NANOS;
        }
        tenant.movedThen = moved;
        tenant.sinceNanos = now;
        return false;
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

    /** {@return how many bytes there are for what is under way, as of a moment ago} */
    public long free() {
        return free;
    }

    /**
     * {@return whether there is no room for another connection of a source, and the heaviest holds hardly more than it} One that holds
     * nothing never waits.
     *
     * @param bytes what the connection takes
     * @param slack how many bytes more are not hardly more
     */
    public boolean isFullFor(Object source, long bytes, long slack) {
        lock.lock();
        try {
            long held = connections.heldBy(source);
            long room = mostBesideLocked(underWay) - connections.held();
            return held > 0 && room < bytes && connections.heldByHeaviest() - held < slack;
        } finally {
            lock.unlock();
        }
    }

    /** {@return how much one of the two budgets may hold beside what the other does} */
    private long mostBesideLocked(MemoryBudget<Tenant> other) {
        return Math.min(capacity - capacity / LEAST_SHARE, capacity - other.held());
    }

    private MemoryBudget<Tenant> budgetOf(Tenant tenant) {
        return tenant.isConnection() ? connections : underWay;
    }

    private void countFreeLocked() {
        free = Math.max(0, mostBesideLocked(connections) - underWay.held());
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

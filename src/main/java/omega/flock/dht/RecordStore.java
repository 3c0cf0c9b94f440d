package omega.flock.dht;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import omega.flock.base.PublicKey;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.StorageError;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;

/**
 * What a node stores for others: records under topics, bumps, refreshes, values. Any thread; no call blocks.
 *
 * <p>Whether something may be stored (token, signature, hash) is checked before; here are only the rules that depend on what
 * is there already. Source: hyperdht 6.34.0 lib/persistent.js and the cache sizes of index.js.
 */
final class RecordStore {

    /** What a refresh brings back: which record under which target, and whether the target is the hash of its own key. */
    record Refresh(NodeId target, PublicKey key, byte[] record, boolean self) {
    }

    private final Ticker ticker;
    private final DropCounters drops;
    private final RandomGenerator random; // guarded by lock
    private final ReentrantLock lock = new ReentrantLock();
    private final RecordCache records; // guarded by lock
    private final GenerationCache<NodeId, Long> bumps; // guarded by lock
    private final GenerationCache<NodeId, Refresh> refreshes; // guarded by lock
    private final GenerationCache<NodeId, MutableGetResponse> mutables; // guarded by lock
    private final GenerationCache<NodeId, Long> evictedSeqs; // guarded by lock; so that an older value does not come back
    private final GenerationCache<NodeId, byte[]> immutables; // guarded by lock

    RecordStore(Ticker ticker, RandomGenerator random, DropCounters drops, StoreBounds bounds) {
        this.ticker = ticker;
        this.random = random;
        this.drops = drops;
        long now = ticker.nanoTime();
        this.records = new RecordCache(bounds.records(), DhtConstants.MAX_RECORDS_PER_TOPIC, DhtConstants.RECORD_AGE, now);
        this.bumps = new GenerationCache<>(bounds.notes(), DhtConstants.RECORD_AGE, now);
        this.refreshes = new GenerationCache<>(bounds.notes(), DhtConstants.RECORD_AGE, now);
        this.mutables = new GenerationCache<>(DhtConstants.MAX_VALUES, bounds.valueBytes(),
                response -> response.value().length + StoreBounds.VALUE_OVERHEAD_BYTES, DhtConstants.VALUE_AGE, now);
        this.evictedSeqs = new GenerationCache<>(Math.min(bounds.notes(), DhtConstants.MAX_VALUES), DhtConstants.VALUE_AGE, now);
        this.immutables = new GenerationCache<>(DhtConstants.MAX_VALUES, bounds.valueBytes(),
                value -> value.length + StoreBounds.VALUE_OVERHEAD_BYTES, DhtConstants.VALUE_AGE, now);
    }

    // ---- Records of peers ------------------------------------------------------------------------------------------------

    List<byte[]> sample(NodeId topic) {
        lock.lock();
        try {
            return records.sample(topic, DhtConstants.MAX_LOOKUP_RECORDS, random, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    void addRecord(NodeId topic, PublicKey key, byte[] record, NetworkSource source) {
        lock.lock();
        try {
            records.put(topic, key, record, source, random, ticker.nanoTime());
            drops.count(DhtDrop.EVICTED, records.takeEvicted());
        } finally {
            lock.unlock();
        }
    }

    void removeRecord(NodeId topic, PublicKey key) {
        lock.lock();
        try {
            records.remove(topic, key, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    long bump(NodeId topic) {
        lock.lock();
        try {
            return bumps.get(topic, ticker.nanoTime()).orElse(0L);
        } finally {
            lock.unlock();
        }
    }

    /** Raises the topic's bump, unless it would fall or lie more than a minute in the future. */
    void raiseBump(NodeId topic, long bump, NetworkSource source) {
        if (bump == 0) {
            return; // as most announces say
        }
        lock.lock();
        try {
            long now = ticker.nanoTime();
            if (bump > bumps.get(topic, now).orElse(0L)
                    && bump <= ticker.wallMillis() + DhtConstants.MAX_BUMP_DRIFT.toMillis()) {
                bumps.put(topic, bump, source, now);
                drops.count(DhtDrop.EVICTED, bumps.takeEvicted().size());
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- Refreshes -------------------------------------------------------------------------------------------------------

    void addRefresh(NodeId hash, Refresh refresh, NetworkSource source) {
        lock.lock();
        try {
            refreshes.put(hash, refresh, source, ticker.nanoTime());
            drops.count(DhtDrop.EVICTED, refreshes.takeEvicted().size());
        } finally {
            lock.unlock();
        }
    }

    /** Finds what {@code hash} refreshes, and lets the hash's preimage refresh it next. */
    Optional<Refresh> advanceRefresh(NodeId hash, NodeId preimage, NetworkSource source) {
        lock.lock();
        try {
            long now = ticker.nanoTime();
            Optional<Refresh> found = refreshes.get(hash, now);
            if (found.isPresent()) {
                refreshes.remove(hash, now);
                refreshes.put(preimage, found.get(), source, now);
                drops.count(DhtDrop.EVICTED, refreshes.takeEvicted().size());
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    Optional<MutableGetResponse> mutable(NodeId target) {
        lock.lock();
        try {
            return mutables.get(target, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Stores a value whose signature is right; returns why not, if it was not stored. */
    Optional<StorageError> putMutable(NodeId target, MutableGetResponse value, NetworkSource source) {
        lock.lock();
        try {
            long now = ticker.nanoTime();
            Optional<StorageError> conflict = mutables.get(target, now).flatMap(stored -> conflict(stored, value))
                    .or(() -> evictedSeqs.get(target, now).filter(seq -> value.seq() < seq).map(seq -> StorageError.SEQ_TOO_LOW));
            if (conflict.isEmpty()) {
                evictedSeqs.remove(target, now);
                mutables.put(target, value, source, now);
                var evicted = mutables.takeEvicted();
                evicted.forEach(gone -> evictedSeqs.put(gone.key(), gone.value().seq(), gone.source(), now));
                drops.count(DhtDrop.EVICTED, evicted.size());
            }
            return conflict;
        } finally {
            lock.unlock();
        }
    }

    /** {@return why {@code value} cannot take the place of {@code stored}} */
    static Optional<StorageError> conflict(MutableGetResponse stored, MutableGetResponse value) {
        if (stored.seq() == value.seq() && !Arrays.equals(stored.value(), value.value())) {
            return Optional.of(StorageError.SEQ_REUSED);
        }
        return value.seq() < stored.seq() ? Optional.of(StorageError.SEQ_TOO_LOW) : Optional.empty();
    }

    Optional<byte[]> immutable(NodeId target) {
        lock.lock();
        try {
            return immutables.get(target, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    void putImmutable(NodeId target, byte[] value, NetworkSource source) {
        lock.lock();
        try {
            immutables.put(target, value, source, ticker.nanoTime());
            drops.count(DhtDrop.EVICTED, immutables.takeEvicted().size());
        } finally {
            lock.unlock();
        }
    }

    // ---- Gauges ----------------------------------------------------------------------------------------------------------

    int records() {
        lock.lock();
        try {
            return records.size(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    int refreshes() {
        lock.lock();
        try {
            return refreshes.size(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    int mutables() {
        lock.lock();
        try {
            return mutables.size(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    int immutables() {
        lock.lock();
        try {
            return immutables.size(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }
}

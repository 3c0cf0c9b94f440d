package omega.flock.dht;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A cache of two {@linkplain Generations generations} for values that strangers send. Pure: time is an argument; its owner
 * guards it.
 *
 * <p>A {@code get} moves an entry into the young generation, so what is asked for stays. Unlike xache 1.3.0, whose young
 * generation grows without limit when gets and puts alternate, a generation never exceeds its bounds: when an entry would,
 * the cache turns first.
 *
 * @param <K> the key
 * @param <V> the value
 */
final class GenerationCache<K, V> {

    private final int maxEntries;
    private final long maxWeight;
    private final ToIntFunction<V> weigher;
    private final Generations generations;
    private Map<K, V> young = new HashMap<>();
    private Map<K, V> old = new HashMap<>();
    private long youngWeight;
    private long evicted;

    GenerationCache(int maxEntries, Duration age, long nowNanos) {
        this(maxEntries, Long.MAX_VALUE, value -> 0, age, nowNanos);
    }

    GenerationCache(int maxEntries, long maxWeight, ToIntFunction<V> weigher, Duration age, long nowNanos) {
        this.maxEntries = maxEntries;
        this.maxWeight = maxWeight;
        this.weigher = weigher;
        this.generations = new Generations(age, nowNanos);
    }

    Optional<V> get(K key, long nowNanos) {
        turnWhenDue(nowNanos);
        V value = young.get(key);
        if (value != null) {
            return Optional.of(value);
        }
        value = old.remove(key);
        if (value != null) {
            insert(key, value);
        }
        return Optional.ofNullable(value);
    }

    void put(K key, V value, long nowNanos) {
        turnWhenDue(nowNanos);
        removeNow(key);
        insert(key, value);
    }

    boolean remove(K key, long nowNanos) {
        turnWhenDue(nowNanos);
        return removeNow(key);
    }

    int size(long nowNanos) {
        turnWhenDue(nowNanos);
        return young.size() + old.size();
    }

    /** {@return how many entries left because the cache was full, since the last call} */
    long takeEvicted() {
        long count = evicted;
        evicted = 0;
        return count;
    }

    private void insert(K key, V value) {
        int weight = weigher.applyAsInt(value);
        if (young.size() >= maxEntries || youngWeight + weight > maxWeight) {
            evicted += old.size();
            turn();
            generations.turnedEarly();
        }
        young.put(key, value);
        youngWeight += weight;
    }

    private boolean removeNow(K key) {
        V value = young.remove(key);
        if (value != null) {
            youngWeight -= weigher.applyAsInt(value);
            return true;
        }
        return old.remove(key) != null;
    }

    private void turnWhenDue(long nowNanos) {
        for (int turns = generations.due(nowNanos); turns > 0; turns--) {
            turn();
        }
    }

    private void turn() {
        old = young;
        young = new HashMap<>();
        youngWeight = 0;
    }
}

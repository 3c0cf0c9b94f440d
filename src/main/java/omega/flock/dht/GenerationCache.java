package omega.flock.dht;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;

/**
 * A cache of two {@linkplain Generations generations} for values that strangers send. Pure: time is an argument; its owner
 * guards it.
 *
 * <p>A {@code get} moves an entry into the young generation, so what is asked for stays. When the cache is full, the source that has
 * stored most loses its oldest entry: first among networks, then among the hosts of that network.
 *
 * @param <K> the key
 * @param <V> the value
 */
final class GenerationCache<K, V> {

    /** What had to leave because the cache was full. */
    record Evicted<K, V>(K key, V value, NetworkSource source) {
    }

    private record Held<V>(V value, NetworkSource source) {
    }

    private final int maxEntries;
    private final long maxWeight;
    private final ToIntFunction<V> weigher;
    private final Generations generations;
    private final FairSlots<K> places;
    private Map<K, Held<V>> young = new HashMap<>();
    private Map<K, Held<V>> old = new HashMap<>();
    private long weight;
    private List<Evicted<K, V>> evicted = new ArrayList<>();

    GenerationCache(int maxEntries, Duration age, long nowNanos) {
        this(maxEntries, Long.MAX_VALUE, value -> 0, age, nowNanos);
    }

    /**
     * Creates an empty cache.
     *
     * @param maxEntries most entries of both generations together
     * @param maxWeight most that they weigh together; no value weighs more
     */
    GenerationCache(int maxEntries, long maxWeight, ToIntFunction<V> weigher, Duration age, long nowNanos) {
        this.maxEntries = maxEntries;
        this.maxWeight = maxWeight;
        this.weigher = weigher;
        this.generations = new Generations(age, nowNanos);
        this.places = new FairSlots<>(maxEntries);
    }

    Optional<V> get(K key, long nowNanos) {
        turnWhenDue(nowNanos);
        Held<V> held = young.get(key);
        if (held == null) {
            held = old.remove(key);
            if (held == null) {
                return Optional.empty();
            }
            young.put(key, held);
        }
        return Optional.of(held.value);
    }

    /** Stores a value in the name of the source that has sent it. */
    void put(K key, V value, NetworkSource source, long nowNanos) {
        turnWhenDue(nowNanos);
        removeNow(key);
        int added = weigher.applyAsInt(value);
        while (places.held() >= maxEntries || weight > maxWeight - added) {
            K loser = places.giveWay(path(source));
            Held<V> gone = forget(loser);
            evicted.add(new Evicted<>(loser, gone.value, gone.source));
        }
        places.enter(key, path(source));
        young.put(key, new Held<>(value, source));
        weight += added;
    }

    boolean remove(K key, long nowNanos) {
        turnWhenDue(nowNanos);
        return removeNow(key);
    }

    int size(long nowNanos) {
        turnWhenDue(nowNanos);
        return young.size() + old.size();
    }

    /** {@return what left because the cache was full, since the last call} */
    List<Evicted<K, V>> takeEvicted() {
        List<Evicted<K, V>> taken = evicted;
        if (!taken.isEmpty()) {
            evicted = new ArrayList<>();
        }
        return taken;
    }

    private boolean removeNow(K key) {
        Held<V> held = forget(key);
        return held != null && places.leave(key, path(held.source));
    }

    private Held<V> forget(K key) {
        Held<V> held = young.remove(key);
        if (held == null) {
            held = old.remove(key);
        }
        if (held != null) {
            weight -= weigher.applyAsInt(held.value);
        }
        return held;
    }

    private void turnWhenDue(long nowNanos) {
        for (int turns = generations.due(nowNanos); turns > 0; turns--) {
            old.forEach((key, held) -> {
                places.leave(key, path(held.source));
                weight -= weigher.applyAsInt(held.value);
            });
            old = young;
            young = new HashMap<>();
        }
    }

    private static Object[] path(NetworkSource source) {
        return new Object[] {source.network(), source};
    }
}

package omega.flock.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bytes that strangers share. When they are all taken, whoever holds most gives what it holds most in up for whoever holds less: one source
 * at its bound so leaves room for everybody else. Pure; not thread-safe. A call takes constant time, and one that finds no byte left looks
 * at all who hold some.
 *
 * @param <T> what holds bytes
 */
public final class MemoryBudget<T> {

    /**
     * An answer.
     *
     * @param granted whether the bytes are held from now on
     * @param displaced what holds nothing any more, for that
     */
    public record Decision<T>(boolean granted, List<T> displaced) {}

    private record Holding(Object source, long bytes) {}

    private final long capacity;
    private final Map<T, Holding> holdings = new HashMap<>();
    private final Map<Object, Long> bySource = new HashMap<>();
    private long held;

    /**
     * Creates a budget of which nothing is taken.
     *
     * @param capacity bytes, at least 1
     */
    public MemoryBudget(long capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
    }

    /**
     * Takes bytes, besides those that the item holds already.
     *
     * @param source who is behind the item, which counts when it is the first time for this one
     */
    public Decision<T> reserve(T item, Object source, long bytes) {
        Object owner = Optional.ofNullable(holdings.get(item)).map(Holding::source).orElse(source);
        List<T> displaced = new ArrayList<>();
        while (held + bytes > capacity) {
            Optional<T> loser = heaviestButFor(owner, bytes);
            if (loser.isEmpty()) {
                return new Decision<>(false, displaced);
            }
            releaseAll(loser.get());
            displaced.add(loser.get());
        }
        change(item, owner, bytes);
        return new Decision<>(true, displaced);
    }

    /** Gives bytes back. */
    public void release(T item, long bytes) {
        Holding holding = holdings.get(item);
        if (holding != null) {
            change(item, holding.source(), -Math.min(bytes, holding.bytes()));
        }
    }

    /** Gives all bytes of an item back. */
    public void releaseAll(T item) {
        release(item, Long.MAX_VALUE);
    }

    /** {@return how many bytes are taken} */
    public long held() {
        return held;
    }

    /** {@return how many bytes what is of one source has taken} */
    public long heldBy(Object source) {
        return bySource.getOrDefault(source, 0L);
    }

    /** {@return how many bytes there are in all} */
    public long capacity() {
        return capacity;
    }

    private void change(T item, Object source, long bytes) {
        long now = Optional.ofNullable(holdings.get(item)).map(Holding::bytes).orElse(0L) + bytes;
        if (now > 0) {
            holdings.put(item, new Holding(source, now));
        } else {
            holdings.remove(item);
        }
        bySource.merge(source, bytes, (before, change) -> before + change > 0 ? before + change : null);
        held += bytes;
    }

    /** {@return what has to give way to a source that wants more; empty if no other holds as much as that one would} */
    private Optional<T> heaviestButFor(Object source, long more) {
        long most = heldBy(source) + more;
        Optional<Object> heaviest = Optional.empty();
        for (Map.Entry<Object, Long> each : bySource.entrySet()) {
            if (!each.getKey().equals(source) && each.getValue() > most) {
                most = each.getValue();
                heaviest = Optional.of(each.getKey());
            }
        }
        return heaviest.map(this::largestOf);
    }

    private T largestOf(Object source) {
        return holdings.entrySet().stream().filter(each -> each.getValue().source().equals(source))
                .max((one, other) -> Long.compare(one.getValue().bytes(), other.getValue().bytes())).orElseThrow().getKey();
    }
}

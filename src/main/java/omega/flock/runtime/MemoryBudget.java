package omega.flock.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Bytes that strangers share. When they are all taken, whoever holds most gives what it holds most in up for whoever holds less, the oldest
 * of several that are as large: one source at its bound so leaves room for everybody else. Pure; not thread-safe. What a call takes grows
 * with the logarithm of how many hold bytes.
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

    /** What holds bytes, in an order: the largest first, and of those that are as large the oldest. */
    private abstract static class Holder {

        private static final Comparator<Holder> ORDER =
                Comparator.<Holder>comparingLong(holder -> -holder.bytes).thenComparingLong(holder -> holder.number);

        final long number;
        long bytes;

        Holder(long number) {
            this.number = number;
        }

        /** Holds more or fewer, at its place in the order; whoever holds nothing has none. */
        static <H extends Holder> void change(TreeSet<H> among, H holder, long bytes) {
            among.remove(holder);
            holder.bytes += bytes;
            if (holder.bytes > 0) {
                among.add(holder);
            }
        }
    }

    private static final class Source<T> extends Holder {

        private final Object name;
        private final TreeSet<Item<T>> items = new TreeSet<>(Holder.ORDER);

        Source(Object name, long number) {
            super(number);
            this.name = name;
        }
    }

    private static final class Item<T> extends Holder {

        private final T what;
        private final Source<T> source;

        Item(T what, Source<T> source, long number) {
            super(number);
            this.what = what;
            this.source = source;
        }
    }

    private long capacity;
    private final long margin;
    private final Map<T, Item<T>> items = new HashMap<>();
    private final Map<Object, Source<T>> sources = new HashMap<>();
    private final TreeSet<Source<T>> heaviest = new TreeSet<>(Holder.ORDER);
    private long held;
    private long numbers;

    /**
     * Creates a budget of which nothing is taken.
     *
     * @param capacity bytes, at least 1
     */
    public MemoryBudget(long capacity) {
        this(capacity, 0);
    }

    /**
     * Creates a budget of which nothing is taken.
     *
     * @param capacity bytes, at least 1
     * @param margin how many bytes more than a source would hold that wants more another one has to hold, at least, to give way to it
     */
    public MemoryBudget(long capacity, long margin) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
        this.margin = margin;
    }

    /**
     * Takes bytes, besides those that the item holds already.
     *
     * @param source who is behind the item, which counts when it is the first time for this one
     */
    public Decision<T> reserve(T item, Object source, long bytes) {
        Object owner = Optional.ofNullable(items.get(item)).map(known -> known.source.name).orElse(source);
        List<T> displaced = new ArrayList<>(0);
        while (held + bytes > capacity) {
            Optional<T> loser = givesWayTo(owner, bytes);
            if (loser.isEmpty()) {
                return new Decision<>(false, displaced);
            }
            releaseAll(loser.get());
            displaced.add(loser.get());
        }
        change(items.computeIfAbsent(item, any -> new Item<>(item, sourceOf(owner), numbers++)), bytes);
        return new Decision<>(true, displaced);
    }

    /** Sets how many bytes there are in all from now on; what is taken beyond that stays taken. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /** {@return whose bytes are taken away, the heaviest first, until no more than so many are taken} */
    public List<T> shrinkTo(long bytes) {
        List<T> displaced = new ArrayList<>(0);
        while (held > bytes) {
            T loser = heaviest.first().items.first().what;
            releaseAll(loser);
            displaced.add(loser);
        }
        return displaced;
    }

    /** Gives bytes back. */
    public void release(T item, long bytes) {
        Item<T> holding = items.get(item);
        if (holding != null) {
            change(holding, -Math.min(bytes, holding.bytes));
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
        Source<T> known = sources.get(source);
        return known == null ? 0 : known.bytes;
    }

    /** {@return how many bytes there are in all} */
    public long capacity() {
        return capacity;
    }

    private Source<T> sourceOf(Object name) {
        return sources.computeIfAbsent(name, any -> new Source<>(name, numbers++));
    }

    private void change(Item<T> item, long bytes) {
        Source<T> source = item.source;
        Holder.change(source.items, item, bytes);
        Holder.change(heaviest, source, bytes);
        if (item.bytes == 0) {
            items.remove(item.what);
        }
        if (source.bytes == 0) {
            sources.remove(source.name);
        }
        held += bytes;
    }

    /** {@return what has to give way to a source that wants more; empty if no other holds that much more than that one would} */
    private Optional<T> givesWayTo(Object source, long more) {
        for (Source<T> each : heaviest) {
            if (!each.name.equals(source)) {
                return each.bytes > heldBy(source) + more + margin ? Optional.of(each.items.first().what) : Optional.empty();
            }
        }
        return Optional.empty();
    }
}

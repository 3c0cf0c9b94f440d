package omega.flock.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Bytes that strangers share. When they are all taken, whoever holds most gives what it holds most in up for whoever holds less, the oldest
 * of several that are as large: one source at its bound so leaves room for everybody else. Who asks may be content with less ({@link
 * Loser}). Pure; not thread-safe. What a call takes grows with the logarithm of how many hold bytes.
 *
 * @param <T> what holds bytes
 */
public final class MemoryBudget<T> {

    /** So many are asked whether they give way, at most, the largest first. */
    private static final int CANDIDATES = 64;

    /**
     * Who may have to give way.
     *
     * @param <T> what holds bytes
     */
    @FunctionalInterface
    public interface Loser<T> {

        /** {@return whether an item, which holds so many bytes, gives them up for somebody who would hold fewer} */
        boolean gives(T item, long bytes);
    }

    /**
     * An answer.
     *
     * @param granted whether the bytes are held from now on
     * @param displaced what holds nothing any more, for that
     */
    public record Decision<T>(boolean granted, List<T> displaced) {}

    /** What holds bytes, in an order: the largest first, and of those that are as large the oldest. */
    private abstract static class Holder implements Comparable<Holder> {

        final long number;
        long bytes;

        Holder(long number) {
            this.number = number;
        }

        /** Compares by hand: no class-data archive takes in what the methods of Comparator put together (ADR 19). */
        @Override
        public final int compareTo(Holder other) {
            int largestFirst = Long.compare(other.bytes, bytes);
            return largestFirst != 0 ? largestFirst : Long.compare(number, other.number);
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
        private final TreeSet<Item<T>> items = new TreeSet<>();

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
    private final Map<T, Item<T>> items = new HashMap<>();
    private final Map<Object, Source<T>> sources = new HashMap<>();
    private final TreeSet<Source<T>> heaviest = new TreeSet<>();
    private long held;
    private long numbers;

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

    /** Takes bytes, besides those that the item holds already; whoever holds most gives way. */
    public Decision<T> reserve(T item, Object source, long bytes) {
        return reserve(item, source, bytes, (any, held) -> true);
    }

    /**
     * Takes bytes, besides those that the item holds already.
     *
     * @param source who is behind the item, which counts when it is the first time for this one
     * @param loser who gives way, if it is of another source that holds more than this one would
     */
    public Decision<T> reserve(T item, Object source, long bytes, Loser<T> loser) {
        Object owner = Optional.ofNullable(items.get(item)).map(known -> known.source.name).orElse(source);
        List<T> displaced = makeRoom(owner, bytes, capacity - bytes, loser);
        if (held + bytes > capacity) {
            return new Decision<>(false, displaced);
        }
        change(items.computeIfAbsent(item, any -> new Item<>(item, sourceOf(owner), numbers++)), bytes);
        return new Decision<>(true, displaced);
    }

    /** Sets how many bytes there are in all from now on; what is taken beyond that stays taken. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /**
     * Takes bytes away from whoever gives way to a source that wants some, until no more than so many are taken.
     *
     * @return what holds nothing any more
     */
    public List<T> makeRoom(Object source, long bytes, long limit, Loser<T> loser) {
        List<T> displaced = new ArrayList<>(0);
        while (held > limit) {
            Optional<T> gone = givesWayTo(source, bytes, loser);
            if (gone.isEmpty()) {
                break;
            }
            releaseAll(gone.get());
            displaced.add(gone.get());
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

    /** {@return whether an item has taken any} */
    public boolean holds(T item) {
        return items.containsKey(item);
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

    /** {@return how many bytes what is of the source with most has taken} */
    public long heldByHeaviest() {
        return heaviest.isEmpty() ? 0 : heaviest.first().bytes;
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

    /** {@return what has to give way to a source that wants more; empty if it finds none that holds more than that one would} */
    private Optional<T> givesWayTo(Object source, long more, Loser<T> loser) {
        long wanted = heldBy(source) + more;
        int asked = 0;
        for (Source<T> each : heaviest) {
            if (each.bytes <= wanted) {
                return Optional.empty();
            }
            for (Item<T> item : each.name.equals(source) ? List.<Item<T>>of() : each.items) {
                if (loser.gives(item.what, item.bytes)) {
                    return Optional.of(item.what);
                }
                if (++asked == CANDIDATES) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}

package omega.flock.runtime;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;

/**
 * Places that strangers share. When all are taken, whoever holds most gives its oldest one up for whoever holds fewer: one source at
 * its bound so leaves room for everybody else, and many sources together cannot keep one more out. Pure; not thread-safe; what a call
 * takes grows with the logarithm of how many different numbers of places are held.
 *
 * <p>A source may be named by a path, such as the relay that sent a message and the client it names: then the relays share the places
 * fairly, and among those of one relay its clients do.
 *
 * @param <T> what takes a place; no two are equal
 */
public final class FairSlots<T> {

    /** A source, or what several have in common. */
    private static final class Holder<T> {

        private final Map<Object, Holder<T>> parts = new HashMap<>();
        private final SequencedSet<T> items = new LinkedHashSet<>(); // at the end of a path; oldest first
        private final TreeMap<Integer, SequencedSet<Object>> byHolding = new TreeMap<>(); // parts that hold so many; longest first
        private int held;

        int heldBy(Object part) {
            Holder<T> holder = parts.get(part);
            return holder == null ? 0 : holder.held;
        }

        /** {@return of those that hold most, who does for longest} */
        Object heaviest() {
            return byHolding.lastEntry().getValue().getFirst();
        }

        boolean isHeaviest(Object part) {
            return heldBy(part) == byHolding.lastKey();
        }

        /** A part holds one more or one fewer than before. */
        void count(Object part, int change) {
            int before = heldBy(part);
            int now = before + change;
            if (before > 0) {
                SequencedSet<Object> peers = byHolding.get(before);
                peers.remove(part);
                if (peers.isEmpty()) {
                    byHolding.remove(before);
                }
            }
            if (now > 0) {
                byHolding.computeIfAbsent(now, any -> new LinkedHashSet<>(2)).add(part);
            }
        }
    }

    private final int capacity;
    private final Holder<T> all = new Holder<>();

    /**
     * Creates places of which none is taken.
     *
     * @param capacity how many there are, at least 1
     */
    public FairSlots(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
    }

    /** {@return whether {@link #enter} would find a place: one is free, or is held by somebody who has more than the source} */
    public boolean hasRoomFor(Object... path) {
        return all.held < capacity || !Arrays.equals(heaviest(path), path);
    }

    /** {@return what {@link #enter} would have to displace for a source; empty if a place is free, or there is none for it} */
    public Optional<T> displacedBy(Object... path) {
        Object[] loser = all.held < capacity ? path : heaviest(path);
        return Arrays.equals(loser, path) ? Optional.empty() : Optional.of(find(loser).items.getFirst());
    }

    /**
     * Takes a place, which {@link #hasRoomFor} has said to be there.
     *
     * @param path the source; all paths are equally long
     * @return what had to give up its place; empty if one was free
     * @throws IllegalStateException if there is no place for the source
     */
    public Optional<T> enter(T item, Object... path) {
        if (!hasRoomFor(path)) {
            throw new IllegalStateException("no place for " + List.of(path));
        }
        Optional<T> displaced = all.held < capacity ? Optional.empty() : Optional.of(giveWay(path));
        Holder<T> holder = all;
        all.held++;
        for (Object part : path) {
            holder.count(part, 1);
            holder = holder.parts.computeIfAbsent(part, any -> new Holder<>());
            holder.held++;
        }
        if (!holder.items.add(item)) {
            throw new IllegalArgumentException("has a place already: " + item);
        }
        return displaced;
    }

    /**
     * Frees a place for a source, be it one of its own: for caches, in which the newest counts.
     *
     * @return what had to give up its place: the oldest of whoever holds most
     * @throws java.util.NoSuchElementException if no place is taken
     */
    public T giveWay(Object... path) {
        Object[] loser = heaviest(path);
        T oldest = find(loser).items.getFirst();
        leave(oldest, loser);
        return oldest;
    }

    /** {@return whether the item had a place, which is free now} */
    public boolean leave(T item, Object... path) {
        Holder<T> source = find(path);
        if (source == null || !source.items.remove(item)) {
            return false;
        }
        Holder<T> holder = all;
        all.held--;
        for (Object part : path) {
            holder.count(part, -1);
            Holder<T> inner = holder.parts.get(part);
            if (--inner.held == 0) {
                holder.parts.remove(part);
            }
            holder = inner;
        }
        return true;
    }

    /** {@return how many places a source, or all sources below the beginning of a path, hold} */
    public int held(Object... path) {
        Holder<T> holder = find(path);
        return holder == null ? 0 : holder.held;
    }

    private Holder<T> find(Object... path) {
        Holder<T> holder = all;
        for (int i = 0; i < path.length && holder != null; i++) {
            holder = holder.parts.get(path[i]);
        }
        return holder;
    }

    /** {@return who has to give way to a source: whoever holds most, which is itself where nobody holds more} */
    private Object[] heaviest(Object... path) {
        Object[] loser = new Object[path.length];
        Holder<T> holder = all;
        boolean own = true;
        for (int i = 0; i < path.length; i++) {
            own = own && holder.isHeaviest(path[i]);
            loser[i] = own ? path[i] : holder.heaviest();
            holder = holder.parts.get(loser[i]);
        }
        return loser;
    }
}

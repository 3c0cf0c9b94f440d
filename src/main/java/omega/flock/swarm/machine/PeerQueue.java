package omega.flock.swarm.machine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Those who are to be dialled, the highest priority first and in random order within one: so the load of a topic spreads
 * over its servers. Pure; not thread-safe.
 *
 * @param <E> what waits
 */
final class PeerQueue<E> {

    private final Map<Priority, List<E>> levels = new EnumMap<>(Priority.class);
    private int size;

    PeerQueue() {
        for (Priority priority : Priority.values()) {
            levels.put(priority, new ArrayList<>());
        }
    }

    /** Adds an element, whose place does not change while it waits. */
    void add(Priority priority, E element) {
        levels.get(priority).add(element);
        size++;
    }

    /** Takes a random element of the highest level that has any. */
    Optional<E> take(RandomGenerator random) {
        Priority[] priorities = Priority.values();
        for (int i = priorities.length - 1; i >= 0; i--) {
            List<E> level = levels.get(priorities[i]);
            if (!level.isEmpty()) {
                int index = random.nextInt(level.size());
                E taken = level.get(index);
                E last = level.removeLast();
                if (index < level.size()) {
                    level.set(index, last);
                }
                size--;
                return Optional.of(taken);
            }
        }
        return Optional.empty();
    }

    /** Removes an element wherever it stands; says whether it was there. */
    boolean remove(E element) {
        for (List<E> level : levels.values()) {
            if (level.remove(element)) {
                size--;
                return true;
            }
        }
        return false;
    }

    /** Empties the queue and returns what waited in it. */
    List<E> drain() {
        List<E> all = new ArrayList<>(size);
        levels.values().forEach(level -> {
            all.addAll(level);
            level.clear();
        });
        size = 0;
        return all;
    }

    /** Returns how many wait. */
    int size() {
        return size;
    }

    /** Tells whether nobody waits. */
    boolean isEmpty() {
        return size == 0;
    }
}

package omega.flock.swarm.machine;

import java.util.ArrayList;
import java.util.Collections;
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

    PeerQueue() {
        for (Priority priority : Priority.values()) {
            levels.put(priority, new ArrayList<>());
        }
    }

    /** Adds an element, whose place does not change while it waits. */
    void add(Priority priority, E element) {
        levels.get(priority).add(element);
    }

    /** Takes a random element of the highest level that has any. */
    Optional<E> take(RandomGenerator random) {
        Priority[] priorities = Priority.values();
        for (int i = priorities.length - 1; i >= 0; i--) {
            List<E> level = levels.get(priorities[i]);
            if (!level.isEmpty()) {
                Collections.swap(level, random.nextInt(level.size()), level.size() - 1);
                return Optional.of(level.removeLast());
            }
        }
        return Optional.empty();
    }

    /** Removes an element wherever it stands; says whether it was there. */
    boolean remove(E element) {
        return levels.values().stream().anyMatch(level -> level.remove(element));
    }

    /** Tells whether nobody waits. */
    boolean isEmpty() {
        return levels.values().stream().allMatch(List::isEmpty);
    }
}

package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PeerQueueTest {

    private record Entry(int number, Priority priority) {}

    @Property
    void theHighestPriorityComesFirstAndNobodyIsLostOrDoubled(@ForAll @Size(max = 60) List<Priority> priorities, @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        PeerQueue<Entry> queue = new PeerQueue<>();
        Set<Entry> waiting = new HashSet<>();
        for (int i = 0; i < priorities.size(); i++) {
            Entry entry = new Entry(i, priorities.get(i));
            queue.add(entry.priority(), entry);
            waiting.add(entry);
            if (random.nextInt(4) == 0) {
                Entry taken = queue.take(random).orElseThrow();
                assertTrue(waiting.remove(taken));
                assertTrue(waiting.stream().allMatch(other -> other.priority().compareTo(taken.priority()) <= 0));
            } else if (random.nextInt(5) == 0) {
                assertTrue(queue.remove(entry));
                assertFalse(queue.remove(entry));
                waiting.remove(entry);
            }
            assertEquals(waiting.isEmpty(), queue.isEmpty());
        }
        while (!waiting.isEmpty()) {
            assertTrue(waiting.remove(queue.take(random).orElseThrow()));
        }
        assertTrue(queue.isEmpty());
    }

    @Test
    void withinOnePriorityTheOrderIsRandom() {
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PeerQueue<Integer> queue = new PeerQueue<>();
            for (int i = 0; i < 3; i++) {
                queue.add(Priority.NORMAL, i);
            }
            List<Integer> order = new ArrayList<>();
            for (Optional<Integer> next = queue.take(random); next.isPresent(); next = queue.take(random)) {
                order.add(next.get());
            }
            orders.add(order);
        }
        assertEquals(6, orders.size(), "every order occurs");
    }
}

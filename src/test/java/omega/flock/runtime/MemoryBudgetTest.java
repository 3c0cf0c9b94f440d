package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

    private final MemoryBudget<String> budget = new MemoryBudget<>(100);

    @Test
    void bytesAreHeldUntilTheyAreGivenBack() {
        assertTrue(budget.reserve("a1", "a", 30).granted());
        assertTrue(budget.reserve("a2", "a", 30).granted());
        assertEquals(60, budget.held());
        assertEquals(60, budget.heldBy("a"));
        budget.release("a1", 10);
        budget.release("a2", 1_000);
        assertEquals(20, budget.held());
        budget.releaseAll("a1");
        budget.releaseAll("nobody");
        assertEquals(0, budget.held());
        assertEquals(0, budget.heldBy("a"));
        assertThrows(IllegalArgumentException.class, () -> new MemoryBudget<>(0));
    }

    @Test
    void theLargestOfTheHeaviestSourceGivesWayToALighterOne() {
        budget.reserve("a1", "a", 20);
        budget.reserve("a2", "a", 40);
        budget.reserve("b1", "b", 40);
        assertEquals(new MemoryBudget.Decision<>(true, List.of("a2")), budget.reserve("c1", "c", 10));
        assertEquals(70, budget.held());
        assertEquals(20, budget.heldBy("a"));
    }

    @Test
    void whoeverWouldHoldMostIsRefusedAndDisplacesNobody() {
        budget.reserve("a1", "a", 60);
        budget.reserve("b1", "b", 40);
        assertEquals(new MemoryBudget.Decision<>(false, List.of()), budget.reserve("b1", "b", 20), "no more than another");
        assertEquals(new MemoryBudget.Decision<>(false, List.of()), budget.reserve("c1", "c", 101));
        assertEquals(100, budget.held());
    }

    @Test
    void whoeverDoesNotGiveWayIsLeftOutAndNoMoreThanSomeAreAsked() {
        budget.reserve("a1", "a", 50);
        budget.reserve("b1", "b", 50);
        assertEquals(List.of("b1"), budget.reserve("c1", "c", 10, (item, bytes) -> !item.equals("a1")).displaced());
        MemoryBudget<Integer> crowd = new MemoryBudget<>(70);
        for (int i = 0; i < 70; i++) {
            crowd.reserve(i, "crowd", 1);
        }
        List<Integer> asked = new ArrayList<>();
        assertFalse(crowd.reserve(100, "other", 1, (item, bytes) -> !asked.add(item)).granted());
        assertEquals(64, asked.size());
    }

    @Property
    void theSumIsRightAndNeverAboveTheCapacity(@ForAll @Size(max = 200) List<@IntRange(min = -40, max = 40) Integer> changes) {
        MemoryBudget<Integer> shared = new MemoryBudget<>(200);
        Map<Integer, Long> model = new HashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            int item = i % 13;
            long bytes = changes.get(i);
            if (bytes > 0) {
                MemoryBudget.Decision<Integer> decision = shared.reserve(item, item % 4, bytes);
                decision.displaced().forEach(model::remove);
                if (decision.granted()) {
                    model.merge(item, bytes, Long::sum);
                }
                assertFalse(decision.displaced().contains(item));
            } else {
                shared.release(item, -bytes);
                model.computeIfPresent(item, (key, held) -> held + bytes > 0 ? held + bytes : null);
            }
            assertEquals(model.values().stream().mapToLong(Long::longValue).sum(), shared.held());
            assertTrue(shared.held() <= shared.capacity());
        }
        new ArrayList<>(model.keySet()).forEach(shared::releaseAll);
        assertEquals(0, shared.held());
    }
}

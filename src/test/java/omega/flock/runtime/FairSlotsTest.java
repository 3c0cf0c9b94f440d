package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairSlotsTest {

    private final FairSlots<Integer> slots = new FairSlots<>(4);

    @Test
    void oneSourceMayTakeAllThatNobodyElseWants() {
        fill("a", 1, 2, 3, 4);
        assertEquals(4, slots.held());
        assertFalse(slots.hasRoomFor("a"));
        assertThrows(IllegalStateException.class, () -> slots.enter(5, "a"));
    }

    @Test
    void whoeverHoldsMostGivesItsOldestUp() {
        fill("a", 1, 2, 3);
        assertEquals(Optional.empty(), slots.displacedBy("b"), "there is room");
        fill("a", 4);
        assertEquals(Optional.empty(), slots.displacedBy("a"), "it holds most itself");
        assertEquals(Optional.of(1), slots.displacedBy("b"));
        assertEquals(Optional.of(1), slots.enter(11, "b"));
        assertEquals(Optional.of(2), slots.enter(12, "b"));
        assertFalse(slots.hasRoomFor("b"), "it holds as many as anybody");
        assertEquals(2, slots.held("a"));
        assertEquals(2, slots.held("b"));
    }

    @Test
    void amongSourcesThatHoldEquallyManyTheOldestGoes() {
        for (int i = 0; i < 4; i++) {
            fill("source " + i, i);
        }
        assertEquals(Optional.of(0), slots.enter(100, "newcomer"));
        assertEquals(Optional.of(1), slots.enter(101, "another"));
    }

    @Test
    void whatLeavesMakesRoomOnce() {
        fill("a", 1, 2, 3, 4);
        assertTrue(slots.leave(2, "a"));
        assertFalse(slots.leave(2, "a"));
        assertFalse(slots.leave(3, "b"));
        assertEquals(Optional.empty(), slots.enter(5, "a"));
        assertEquals(4, slots.held());
    }

    @Test
    void aRelayThatNamesManyClientsTakesFromItselfAndNotFromTheClientsOfAnother() {
        slots.enter(1, "honest relay", "client");
        for (int i = 0; i < 3; i++) {
            slots.enter(100 + i, "lying relay", "invented " + i);
        }
        assertFalse(slots.hasRoomFor("lying relay", "invented 0"));
        assertEquals(Optional.of(100), slots.enter(103, "lying relay", "invented 3"));
        assertEquals(Optional.of(101), slots.enter(2, "honest relay", "another client"));
        assertEquals(1, slots.held("honest relay", "client"));
    }

    @Test
    void amongTheClientsOfOneRelayTheHeaviestGivesWay() {
        slots.enter(1, "relay", "honest");
        for (int i = 0; i < 3; i++) {
            slots.enter(100 + i, "relay", "greedy");
        }
        assertEquals(Optional.of(100), slots.enter(2, "relay", "honest too"));
        assertFalse(slots.hasRoomFor("relay", "greedy"));
    }

    @Test
    void nothingIsRememberedOfWhoeverHasLeft() {
        for (int i = 0; i < 1000; i++) {
            slots.enter(i, "relay " + i, "client " + i);
            assertTrue(slots.leave(i, "relay " + i, "client " + i));
        }
        assertEquals(0, slots.held());
        assertEquals(Optional.empty(), slots.enter(1, "relay 1", "client 1"));
    }

    @Test
    void whoeverHoldsMostFreesAPlaceOfItsOwn() {
        fill("a", 1, 2, 3);
        slots.enter(11, "b");
        assertEquals(1, slots.giveWay("a"));
        assertEquals(2, slots.giveWay("b"));
        assertEquals(3, slots.giveWay("a"), "both hold one");
        assertEquals(11, slots.giveWay("c"));
        assertThrows(NoSuchElementException.class, () -> slots.giveWay("c"));
    }

    @Test
    void thereIsAtLeastOnePlace() {
        assertThrows(IllegalArgumentException.class, () -> new FairSlots<Integer>(0));
    }

    /** Whoever asks, in whatever order: the bound holds, and nobody is displaced by somebody who holds as many already. */
    @Property
    void nobodyGivesWayToWhoeverHoldsAsMany(@ForAll @Size(max = 200) List<@IntRange(max = 9) Integer> asking) {
        FairSlots<Integer> shared = new FairSlots<>(8);
        Map<Integer, List<Integer>> model = new TreeMap<>();
        int next = 0;
        for (int source : asking) {
            int most = model.values().stream().mapToInt(List::size).max().orElse(0);
            int held = model.computeIfAbsent(source, any -> new ArrayList<>()).size();
            boolean full = model.values().stream().mapToInt(List::size).sum() == 8;
            boolean room = !full || held < most;
            assertEquals(room, shared.hasRoomFor(source));
            if (room) {
                int item = next++;
                Optional<Integer> displaced = shared.enter(item, source);
                assertEquals(full, displaced.isPresent());
                displaced.ifPresent(gone -> {
                    List<Integer> loser = model.values().stream().filter(items -> items.contains(gone)).findFirst().orElseThrow();
                    assertEquals(most, loser.size());
                    assertEquals(gone, loser.getFirst());
                    loser.removeFirst();
                });
                model.get(source).add(item);
            } else {
                assertTrue(shared.leave(model.get(source).removeLast(), source));
            }
            assertEquals(model.values().stream().mapToInt(List::size).sum(), shared.held());
        }
    }

    private void fill(String source, int... items) {
        for (int item : items) {
            assertEquals(Optional.empty(), slots.enter(item, source));
        }
    }
}

package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private static final StreamPath PATH = new StreamPath(1, new InetSocketAddress("192.0.2.1", 1));

    /** A table that does the same with collections. */
    private static final class Model {
        final TreeMap<Integer, Byte> states = new TreeMap<>(); // by distance from the first number ever
        final LinkedHashMap<Integer, Long> sentOrder = new LinkedHashMap<>();

        long count(byte state) {
            return states.values().stream().filter(value -> value == state).count();
        }
    }

    @Property(tries = 300)
    void theTableAgreesWithASimpleModelThroughGrowthAndWrap(@ForAll long seed) {
        Random random = new Random(seed);
        int base = -50;
        InFlight table = new InFlight(base);
        Model model = new Model();
        for (long now = 1; now < 400; now++) {
            act(random, table, model, base, now);
            check(table, model, base);
        }
    }

    private static void act(Random random, InFlight table, Model model, int base, long now) {
        List<Integer> known = new ArrayList<>(model.states.keySet());
        int pick = known.isEmpty() ? -1 : known.get(random.nextInt(known.size()));
        byte state = pick < 0 ? InFlight.FREE : model.states.get(pick);
        int action = random.nextInt(8);
        if (action < 4 || pick < 0) {
            int distance = table.add(now, 1, now * 10, 5, PATH, false) - base;
            model.states.put(distance, InFlight.SENT);
            model.sentOrder.put(distance, now);
        } else if (action == 4 && state == InFlight.SENT) {
            table.markLost(base + pick);
            model.states.put(pick, InFlight.LOST);
            model.sentOrder.remove(pick);
        } else if (action == 5 && state != InFlight.SACKED) {
            table.markSacked(base + pick);
            model.states.put(pick, InFlight.SACKED);
            model.sentOrder.remove(pick);
        } else if (action == 6 && state != InFlight.SACKED) {
            table.resent(base + pick, now);
            model.states.put(pick, InFlight.SENT);
            model.sentOrder.remove(pick);
            model.sentOrder.put(pick, now);
        } else if (action == 7) {
            table.acknowledgeFirst();
            model.sentOrder.remove(model.states.firstKey());
            model.states.remove(model.states.firstKey());
        }
    }

    private static void check(InFlight table, Model model, int base) {
        assertEquals(model.count(InFlight.SENT), table.sentCount());
        assertEquals(model.count(InFlight.LOST), table.lostCount());
        assertEquals(model.count(InFlight.SACKED), table.sackedCount());
        assertEquals(model.states.size(), table.span());
        List<Integer> order = new ArrayList<>();
        for (int slot = table.oldestSentSlot(); slot != InFlight.NONE; slot = table.newerSlot(slot)) {
            order.add(table.seqOf(slot) - base);
        }
        assertEquals(new ArrayList<>(model.sentOrder.keySet()), order);
        for (Map.Entry<Integer, Long> sent : model.sentOrder.entrySet()) {
            assertEquals(sent.getValue(), table.sentAt(base + sent.getKey()));
        }
        if (table.lostCount() > 0) {
            int first = model.states.entrySet().stream().filter(e -> e.getValue() == InFlight.LOST).findFirst().orElseThrow().getKey();
            assertEquals(first, table.firstLost() - base);
        }
    }

    @Test
    void aRunOfSackedPacketsIsWalkedOnce() {
        InFlight table = new InFlight(0);
        for (int i = 0; i < 10; i++) {
            table.add(i, 1, i, 1, PATH, false);
        }
        table.markSacked(3);
        table.markSacked(4);
        table.joinSackedRuns(3, 5);
        assertEquals(5, table.endOfSackedRun(3));
        assertEquals(5, table.endOfSackedRun(4));
    }

    @Test
    void aLostProbeIsRepeatedAsAnOrdinaryPacket() {
        InFlight table = new InFlight(0);
        table.add(1, 1, 0, 10, PATH, true);
        assertTrue(table.isProbe(0));
        table.markLost(0);
        assertFalse(table.isProbe(0));
        table.resent(0, 2);
        assertTrue(table.wasRetransmitted(0));
    }

    @Test
    void askingForANumberOutsideTheTableIsOurBug() {
        InFlight table = new InFlight(0);
        assertThrows(IllegalStateException.class, () -> table.state(0));
        table.add(1, 1, 0, 10, PATH, false);
        table.markSacked(0);
        assertThrows(IllegalStateException.class, () -> table.resent(0, 2));
        assertThrows(IllegalStateException.class, () -> table.markLost(0));
    }

    /** What a table takes is asked for before it grows, and given back when nothing has been under way for a while. */
    @Test
    void aTableThatMayNotGrowIsFullWhenItsPlacesAre() {
        InFlight table = new InFlight(7);
        for (int i = 0; i < 128; i++) {
            assertEquals(0, table.growth(1), "a few places are free");
            table.add(i, 1, i, 1, PATH, false);
        }
        assertEquals(256 * FlowConstants.IN_FLIGHT_BYTES, table.growth(1));
        assertEquals(512 * FlowConstants.IN_FLIGHT_BYTES, table.growth(129));
        assertFalse(table.isFull());
        table.mayGrow(false);
        assertTrue(table.isFull());
        table.mayGrow(true);
        table.add(128, 1, 128, 1, PATH, false);
        assertEquals(256 * FlowConstants.IN_FLIGHT_BYTES, table.heldBytes());
        for (int i = 0; i < 129; i++) {
            table.rest();
            assertEquals(256 * FlowConstants.IN_FLIGHT_BYTES, table.heldBytes(), "something is under way");
            table.acknowledgeFirst();
        }
        table.rest();
        assertEquals(0, table.heldBytes());
    }
}

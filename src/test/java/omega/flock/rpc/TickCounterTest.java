package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class TickCounterTest {

    private static final long TICK_MILLIS = 5000;

    private long now = 1_000_000;
    private final TickCounter counter = new TickCounter(0, 0, now);

    private TickCounter.Due tick() {
        now += TICK_MILLIS;
        return counter.next(now, true, true);
    }

    private int ticksUntil(Predicate<TickCounter.Due> due) {
        for (int i = 1; i < 2000; i++) {
            if (due.test(tick())) {
                return i;
            }
        }
        throw new AssertionError("never due");
    }

    @Test
    void roundsOfPingsComeEveryFortySeconds() {
        ticksUntil(TickCounter.Due::pingRound);
        assertEquals(8, ticksUntil(TickCounter.Due::pingRound));
        ticksUntil(TickCounter.Due::sparseCheck);
        assertEquals(64, ticksUntil(TickCounter.Due::sparseCheck));
    }

    @Test
    void aRefreshIsDueFiveMinutesAfterTheLastQuery() {
        assertEquals(60, ticksUntil(TickCounter.Due::refresh));
        counter.postponeRefresh();
        assertEquals(60, ticksUntil(TickCounter.Due::refresh));
    }

    @Test
    void aNodeIsStableAfterTwentyMinutesAndAgainAfterSixty() {
        assertEquals(240, ticksUntil(TickCounter.Due::stable));
        counter.postponeStable();
        assertEquals(720, ticksUntil(TickCounter.Due::stable));
    }

    @Test
    void nothingIsDueBeforeTheFirstWalkIsOver() {
        for (int i = 0; i < 1000; i++) {
            now += TICK_MILLIS;
            assertEquals(new TickCounter.Due(false, false, false, false, false), counter.next(now, false, true));
        }
        assertEquals(240, ticksUntil(TickCounter.Due::stable), "nor does the time before count");
    }

    @Test
    void aGapOfMoreThanFifteenSecondsIsASleep() {
        now += 15_000;
        assertFalse(counter.next(now, true, true).wokeUp());
        long before = counter.tick();
        now += 15_001;
        assertTrue(counter.next(now, true, true).wokeUp());
        assertTrue(counter.tick() >= before + 2 * RpcConstants.OLD_TICKS, "every node looks old");
        assertEquals(2, ticksUntil(TickCounter.Due::pingRound));
        assertEquals(717, ticksUntil(TickCounter.Due::stable));
    }

    @Test
    void aRefreshFollowsAWakeUp() {
        counter.wakeUp();
        assertEquals(1, ticksUntil(TickCounter.Due::refresh));
    }

    @Test
    void aPauseThatIsNoSleepIsNotTakenForOne() {
        now += 1_000_000;
        counter.restart(now);
        assertFalse(tick().wokeUp());
    }

    @Property
    void nodesStartAtDifferentCounts(@ForAll @DoubleRange(min = 0, max = 0.99) double random) {
        long first = new TickCounter(random, 0, 0).tick();
        assertTrue(first >= 51 && first <= 100, "starts at " + first);
    }
}

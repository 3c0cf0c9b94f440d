package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {

    private static final Duration STALLED = Duration.ofSeconds(10);
    private static final int LARGE = 512 << 10;

    private final ManualTicker clock = new ManualTicker();
    private final SharedMemory memory = new SharedMemory(80, clock, Runnable::run);

    /** What holds bytes for a test. */
    private static final class Part extends SharedMemory.Tenant {

        private final Object source;
        private final boolean connection;
        private final boolean patient;
        private long moved;
        private boolean evicted;

        private Part(Object source, boolean connection, boolean patient) {
            this.source = source;
            this.connection = connection;
            this.patient = patient;
        }

        static Part connection(Object source) {
            return new Part(source, true, false);
        }

        static Part transfer(Object source) {
            return new Part(source, false, true);
        }

        static Part message(Object source) {
            return new Part(source, false, false);
        }

        @Override
        protected Object source() {
            return source;
        }

        @Override
        protected boolean isConnection() {
            return connection;
        }

        @Override
        protected boolean canWait() {
            return patient;
        }

        @Override
        protected long moved() {
            return moved;
        }

        @Override
        protected void evict() {
            evicted = true;
        }
    }

    @Test
    void whoHasLeftHoldsNothingWhateverItAsksFor() {
        Part gone = Part.transfer("gone");
        assertTrue(memory.reserve(gone, 5));
        memory.leave(gone);
        assertTrue(memory.reserve(gone, 500));
        assertEquals(0, memory.snapshot().held());
        assertFalse(gone.evicted, "it holds nothing");
    }

    /** A thousand addresses take the places of connections from each other, and what others transfer from nobody. */
    @Test
    void connectionsLeaveAnEighthToWhatIsUnderWay() {
        Part transfer = Part.transfer("honest");
        assertTrue(memory.reserve(transfer, 8));
        for (int i = 0; i < 70; i++) {
            assertTrue(memory.reserve(Part.connection(i), 1));
        }
        clock.advance(STALLED);
        assertFalse(memory.reserve(Part.connection("one more"), 1));
        assertFalse(transfer.evicted);
        assertEquals(78, memory.snapshot().held());
    }

    @Test
    void whatIsUnderWayLeavesAnEighthToConnectionsAndMoreThanAHalfWhereItDoesNotMove() {
        Part hoard = Part.transfer("hoarder");
        Part more = Part.transfer("hoarder");
        assertTrue(memory.reserve(hoard, 50) && memory.reserve(more, 20));
        assertFalse(memory.reserve(Part.transfer("other"), 1), "an eighth is for connections");
        assertTrue(memory.reserve(Part.connection("a"), 10));
        assertFalse(memory.reserve(Part.connection("a"), 1));
        clock.advance(STALLED);
        assertTrue(memory.reserve(Part.connection("a"), 1));
        assertTrue(hoard.evicted && !more.evicted);
    }

    /** Twenty honest transfers reset each other when connections had left little to them: each asked for a step in turn. */
    @Test
    void transfersThatMoveWaitForEachOtherAndTheOneThatStandsStillGivesWay() {
        Part fast = Part.transfer("fast");
        Part still = Part.transfer("still");
        assertTrue(memory.reserve(fast, 40) && memory.reserve(still, 30));
        Part late = Part.transfer("late");
        assertFalse(memory.reserve(late, 10));
        clock.advance(STALLED.minusNanos(1));
        fast.moved = 20; // a half of what it holds
        still.moved = 14;
        assertFalse(memory.reserve(late, 10), "neither has had its time");
        clock.advance(Duration.ofNanos(1));
        assertTrue(memory.reserve(late, 10));
        assertTrue(still.evicted && !fast.evicted);
        assertTrue(memory.reserve(late, 20), "what that one held is free");
        clock.advance(STALLED);
        fast.moved = 39;
        assertTrue(memory.reserve(Part.transfer("last"), 10));
        assertTrue(fast.evicted, "not a half, this time");
    }

    /** A connection is reset if there is no memory for the message that it is about to read. */
    @Test
    void whoCannotWaitTakesFromWhoeverHoldsMuch() {
        SharedMemory large = new SharedMemory(LARGE * 8 / 7 + 100, clock, Runnable::run);
        Part much = Part.transfer("much");
        assertTrue(large.reserve(much, LARGE));
        assertFalse(large.reserve(Part.transfer("patient"), 1_000));
        assertTrue(large.reserve(Part.message("small"), 1_000));
        assertTrue(much.evicted);
        assertTrue(large.reserve(Part.transfer("much"), LARGE - 2_000));
        assertFalse(large.reserve(Part.message("small"), 2_000), "nobody holds so much now");
    }
}

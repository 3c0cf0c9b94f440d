package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CongestionWindowTest {

    private static final long SLOT = RpcConstants.WINDOW_SLOT_NANOS;

    private static void send(CongestionWindow window, int times, long now) {
        for (int i = 0; i < times; i++) {
            window.sent(now);
        }
    }

    @Test
    void aSlotIsFullAtTheWindow() {
        CongestionWindow window = new CongestionWindow(80, 0);
        send(window, 79, 0);
        assertFalse(window.isFull(0));
        window.sent(0);
        assertTrue(window.isFull(SLOT - 1));
        assertFalse(window.isFull(SLOT), "the next slot is empty");
        assertEquals(2 * SLOT, window.nextSlotNanos(SLOT));
    }

    @Test
    void allSlotsTogetherHoldTwiceTheWindow() {
        CongestionWindow window = new CongestionWindow(80, 0);
        send(window, 80, 0);
        send(window, 80, SLOT);
        assertTrue(window.isFull(2 * SLOT), "although this slot is empty");
        assertTrue(window.isFull(3 * SLOT));
        assertFalse(window.isFull(4 * SLOT), "the first slot is forgotten");
    }

    @Test
    void anAnswerMakesRoomInThePresentSlotOnly() {
        CongestionWindow window = new CongestionWindow(2, 0);
        send(window, 2, 0);
        window.settled(0);
        assertFalse(window.isFull(0));
        window.sent(0);
        window.settled(SLOT);
        send(window, 2, SLOT);
        assertTrue(window.isFull(SLOT), "an answer to the slot before does not count here");
    }

    @Property
    void itIsNeverFullFourSlotsAfterTheLastTransmission(@ForAll @Size(max = 60) List<@IntRange(max = 900) Integer> pauses) {
        CongestionWindow window = new CongestionWindow(5, 0);
        long now = 0;
        for (int pause : pauses) {
            now += pause * 1_000_000L;
            if (!window.isFull(now)) {
                window.sent(now);
            }
        }
        assertFalse(window.isFull(now + 4 * SLOT));
    }
}

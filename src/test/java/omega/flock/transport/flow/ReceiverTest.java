package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import omega.flock.runtime.TimerTable;
import org.junit.jupiter.api.Test;

/** When the peer hears of a window that has grown, without having sent anything. */
class ReceiverTest {
    private static final int WINDOW = 100_000;

    private final Receiver receiver = new Receiver(StreamConfig.of(WINDOW, false),
            new TimerTable<>(StreamTimer.class), new FlowCounters());
    private int seq;

    /** So many bytes arrive, and an acknowledgement goes out. */
    private long arrive(int packets) {
        for (int i = 0; i < packets; i++) {
            receiver.onReliable(seq++, ByteBuffer.allocate(1000), false);
        }
        return acknowledge();
    }

    private long acknowledge() {
        long window = receiver.advertise();
        receiver.ackSent();
        return window;
    }

    private boolean read(int bytes) {
        assertEquals(bytes, receiver.read(new byte[bytes], 0, bytes));
        return receiver.isAckDue();
    }

    @Test
    void aSmallWindowThatHasGrownByAQuarterIsAnnounced() {
        assertEquals(40_000, arrive(60));
        assertFalse(read(20_000));
        assertTrue(read(5_000));
        assertEquals(65_000, acknowledge());
        assertFalse(read(35_000), "more than half was free");
    }

    @Test
    void aClosedWindowIsAnnouncedOnceAQuarterIsFree() {
        assertEquals(0, arrive(99));
        assertFalse(read(20_000));
        assertTrue(read(4_000));
        assertEquals(25_000, acknowledge());
    }

    @Test
    void nothingIsAnnouncedToAPeerThatHasEnded() {
        arrive(99);
        receiver.onReliable(seq, ByteBuffer.allocate(0), true);
        acknowledge();
        assertFalse(read(99_000));
    }
}

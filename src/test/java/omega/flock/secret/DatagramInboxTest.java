package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import omega.flock.transport.flow.DropReason;
import org.junit.jupiter.api.Test;

/** What nobody takes is bounded by number and by memory. */
class DatagramInboxTest {

    private int free = Integer.MAX_VALUE;
    private int taken;
    private final DatagramInbox inbox = new DatagramInbox((before, after) -> {
        boolean granted = after - before <= free;
        free -= granted ? after - before : 0;
        taken += granted ? after - before : 0;
        return granted;
    });
    private long number;

    private Optional<DropReason> put(int bytes) {
        byte[] datagram = new byte[bytes];
        datagram[0] = (byte) number;
        return inbox.put(number++, datagram);
    }

    @Test
    void fewTakeNoMemoryAndWhatManyTakeIsGivenBackWithTheLast() throws InterruptedException {
        put(900);
        put(900);
        assertEquals(0, taken);
        put(900);
        assertEquals(3 * (900 + SecretConstants.DATAGRAM_HEAP) + SecretConstants.DATAGRAMS_STEP, taken);
        for (int i = 0; i < 3; i++) {
            assertEquals(i, inbox.take(1).orElseThrow()[0]);
        }
        assertEquals(0, taken);
    }

    @Test
    void withoutMemoryTheOldestGoUntilTheNewestFits() throws InterruptedException {
        free = 0;
        assertEquals(Optional.empty(), put(1_000));
        assertEquals(Optional.empty(), put(900));
        assertEquals(Optional.of(DropReason.MESSAGE_UNREAD), put(1_400));
        byte[] newest = new byte[1_400];
        newest[0] = 2;
        assertArrayEquals(newest, inbox.take(1).orElseThrow());
        assertEquals(0, taken);
    }

    @Test
    void noMoreWaitThanAnInboxHolds() {
        for (int i = 0; i < SecretConstants.DATAGRAM_INBOX; i++) {
            assertEquals(Optional.empty(), put(10));
        }
        assertEquals(Optional.of(DropReason.MESSAGE_UNREAD), put(10));
    }
}

package omega.flock.transport;

import static omega.flock.transport.BlockingReads.readSome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.CloseReason;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user who waits for a reply and reads the port itself: what it may miss, and what must end its wait. */
@Timeout(20)
class ReadingUserTest {
    private static final long MOMENT_NANOS = 10_000;
    private static final int WINDOW = 1 << 20;

    private final SimulatedDriver.Clock clock = new SimulatedDriver.Clock();
    private final List<PacketHeader> sent = new ArrayList<>();
    private final SimulatedDriver side = new SimulatedDriver(1, clock, this::note);
    private final InetSocketAddress peer = new SimulatedDriver.Port(2, bytes -> { }).localAddress();
    private int arrived;
    private int readings;

    ReadingUserTest() throws IOException {
        side.stream.connect(side.port, 2, peer);
        deliver();
        assertEquals(5, side.stream.poll(new byte[5], 0, 5));
        assertEquals(5, side.stream.offer(new byte[5], 0, 5)); // soon after: a conversation
    }

    private void note(byte[] packet) {
        PacketHeader header = new PacketHeader();
        header.decode(ByteBuffer.wrap(packet));
        sent.add(header);
    }

    private void deliver() {
        clock.now += MOMENT_NANOS;
        ByteBuffer packet = ByteBuffer.allocate(25);
        new PacketHeader().set(PacketFlags.DATA, 0, 1, WINDOW, arrived++, arrived - 1).encode(packet);
        side.stream.arrivals().onDatagram(side.port, peer, packet.rewind());
        side.checkNothingIsForgotten(true);
    }

    private void atEachReading(Runnable reading) {
        side.port.reading = Optional.of(() -> {
            assertFalse(side.state.lock.isHeldByCurrentThread());
            readings++;
            reading.run();
        });
    }

    private int read() throws IOException {
        return read(Duration.ZERO);
    }

    private int read(Duration timeout) throws IOException {
        return readSome(side.stream, new byte[5], 0, 5, timeout);
    }

    @Test
    void itGetsWhatItRead() throws IOException {
        atEachReading(this::deliver);
        assertEquals(5, read());
        assertEquals(1, readings);
    }

    @Test
    void theAckOfAReplyThatItReadWaitsForItsNextRequest() throws IOException {
        atEachReading(this::deliver);
        int before = sent.size();
        assertEquals(5, read());
        assertEquals(before, sent.size());
    }

    @Test
    void itReadsAgainWhenNothingCameForItAndWaitsWhenThePortIsItsReadersAgain() throws IOException {
        CompletableFuture<Void> reader = new CompletableFuture<>();
        atEachReading(() -> {
            if (readings == 3) {
                side.port.reading = Optional.empty();
                reader.completeAsync(() -> {
                    deliver();
                    return null;
                });
            }
        });
        assertEquals(5, read());
        assertEquals(3, readings);
        reader.join();
    }

    @Test
    void whoHasNotWrittenExpectsNoReply() throws IOException {
        atEachReading(this::deliver);
        assertEquals(5, read());
        assertTrue(side.port.expectsReply);
        assertEquals(5, read());
        assertFalse(side.port.expectsReply);
    }

    @Test
    void aReadTimeoutHoldsForItToo() {
        atEachReading(() -> clock.now += 1_000_000);
        assertThrows(SocketTimeoutException.class, () -> read(Duration.ofMillis(5)));
        assertEquals(5, readings);
    }

    @Test
    void whatIsShorterThanAReadingIsWaitedForElsewhere() {
        atEachReading(this::deliver);
        assertThrows(SocketTimeoutException.class, () -> read(Duration.ofNanos(999_999)));
        assertEquals(0, readings);
    }

    @Test
    void anInterruptEndsTheWait() throws IOException {
        atEachReading(() -> Thread.currentThread().interrupt());
        assertThrows(InterruptedIOException.class, this::read);
        assertTrue(Thread.interrupted());
        assertEquals(1, readings);
        atEachReading(this::deliver);
        assertEquals(5, read());
    }

    @Test
    void aCloseEndsTheWait() {
        atEachReading(() -> side.stream.destroy(CloseReason.closedLocally("enough")));
        assertThrows(SocketException.class, this::read);
        assertEquals(1, readings);
    }
}

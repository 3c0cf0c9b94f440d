package omega.flock.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** For whom the ACK of a lone packet waits, and how long; by a clock that the test turns. */
class DeferredAckTest {
    private static final long WHILE_NANOS = 100_000;
    private static final long MOMENT_NANOS = 10_000;
    private static final int WINDOW = 1 << 20;

    private final SimulatedDriver.Clock clock = new SimulatedDriver.Clock();
    private final List<PacketHeader> sent = new ArrayList<>();
    private final SimulatedDriver side = new SimulatedDriver(1, clock, this::note);
    private final InetSocketAddress peer = new SimulatedDriver.Port(2, bytes -> { }).localAddress();
    private int arrived;

    DeferredAckTest() throws IOException {
        side.stream.connect(side.port, 2, peer);
    }

    private void note(byte[] packet) {
        PacketHeader header = new PacketHeader();
        header.decode(ByteBuffer.wrap(packet));
        sent.add(header);
    }

    /** A packet of 5 bytes, a while after whatever was before, for a user who waits for it and takes it at once. */
    private void arrive() throws IOException {
        arrive(WHILE_NANOS, 1);
    }

    private void arrive(long afterNanos, int readers) throws IOException {
        clock.now += afterNanos;
        int acknowledged = sent.isEmpty() ? 0 : written();
        ByteBuffer packet = ByteBuffer.allocate(25);
        new PacketHeader().set(PacketFlags.DATA, 0, 1, WINDOW, arrived++, acknowledged).encode(packet);
        side.state.readersWaiting = readers;
        side.stream.arrivals().onDatagram(side.port, peer, packet.rewind());
        side.checkNothingIsForgotten(true);
        side.state.readersWaiting = 0;
        assertEquals(5, side.stream.poll(new byte[5], 0, 5));
    }

    private int written() {
        return (int) sent.stream().filter(each -> each.has(PacketFlags.DATA)).count();
    }

    private void write() throws IOException {
        assertEquals(5, side.stream.offer(new byte[5], 0, 5));
        side.checkNothingIsForgotten(true);
    }

    private void passUntil(long nanos) {
        for (long next = side.nextEvent(); next <= nanos; next = side.nextEvent()) {
            clock.now = Math.max(clock.now, next);
            assertTrue(side.ring() | side.step());
        }
        clock.now = nanos;
    }

    @Test
    void aUserWhoNeverWroteHasEachPacketAcknowledgedAtOnce() throws IOException {
        for (int i = 1; i <= 5; i++) {
            arrive();
            assertEquals(i, sent.size());
            assertEquals(i, sent.getLast().ack());
        }
    }

    @Test
    void aUserWhoAnswersHasRequestAndReplyInOnePacketEach() throws IOException {
        arrive();
        write();
        assertEquals(2, sent.size(), "the first ACK could not know");
        for (int i = 2; i <= 5; i++) {
            arrive();
            assertEquals(i, sent.size(), "the ACK waits");
            clock.now += WHILE_NANOS;
            write();
            assertEquals(i + 1, sent.size());
            assertTrue(sent.getLast().has(PacketFlags.DATA));
            assertEquals(i, sent.getLast().ack());
        }
    }

    @Test
    void whenNoAnswerComesTheAckGoesAfterAMillisecond() throws IOException {
        arrive();
        write();
        arrive();
        long until = clock.now + TransportConstants.ACK_PATIENCE_NANOS;
        passUntil(until - 1);
        assertEquals(2, sent.size());
        passUntil(until);
        assertEquals(3, sent.size());
        assertEquals(PacketFlags.STATE, sent.getLast().flags());
        assertEquals(2, sent.getLast().ack());
    }

    @Test
    void whoTookLongerThanAnAckMayWaitIsNotWaitedFor() throws IOException {
        arrive();
        write();
        arrive();
        passUntil(clock.now + TransportConstants.ACK_PATIENCE_NANOS + 1);
        write();
        int before = sent.size();
        arrive();
        passUntil(clock.now); // the driver may have been woken for the deadlines of what was written
        assertEquals(before + 1, sent.size());
        assertEquals(3, sent.getLast().ack());
    }

    @Test
    void theNextPacketSendsTheAckOfBoth() throws IOException {
        arrive();
        write();
        arrive();
        assertEquals(2, sent.size());
        // No lone packet: a burst has begun.
        clock.now -= WHILE_NANOS;
        arrive();
        passUntil(clock.now);
        assertEquals(3, sent.size());
        assertEquals(3, sent.getLast().ack());
    }

    @Test
    void aReplyIsALonePacketHoweverSoonItComesAndThoughItsUserIsNotBackYet() throws IOException {
        arrive();
        write();
        for (int i = 2; i <= 5; i++) {
            arrive(MOMENT_NANOS, 0);
            assertEquals(i, sent.size(), "the ACK waits");
            write();
            assertEquals(i + 1, sent.size());
            assertEquals(i, sent.getLast().ack());
        }
        assertEquals(0, side.driversStarted);
    }

    @Test
    void aConversationWakesNoDriverThatIsStillThere() throws IOException {
        arrive();
        write();
        arrive();
        passUntil(clock.now + TransportConstants.ACK_PATIENCE_NANOS); // in vain: a driver sends the ACK
        assertTrue(side.isDriving());
        int alarms = side.alarmsRung;
        int wakes = side.driverWakes;
        long end = clock.now + TransportConstants.DRIVER_PATIENCE_NANOS / 2;
        while (clock.now < end) {
            write();
            passUntil(clock.now + MOMENT_NANOS);
            arrive(MOMENT_NANOS, 1);
        }
        assertEquals(wakes, side.driverWakes);
        assertTrue(side.isDriving());
        assertTrue(side.alarmsRung - alarms <= 12, () -> side.alarmsRung - alarms + " alarms in ten milliseconds");
    }
}

package omega.flock.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omega.flock.base.CloseReason;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** How a stream gets a driver, loses it again, and who watches its deadlines meanwhile; all by a clock that the test turns. */
class StreamDriverTest {
    private static final long MILLI = 1_000_000;

    private record Datagram(long at, boolean toA, byte[] bytes) {}

    private final SimulatedDriver.Clock clock = new SimulatedDriver.Clock();
    private final List<Datagram> underWay = new ArrayList<>();
    private final List<byte[]> sent = new ArrayList<>();

    private SimulatedDriver lone() throws IOException {
        SimulatedDriver side = new SimulatedDriver(1, clock, sent::add);
        side.stream.connect(side.port, 2, new SimulatedDriver.Port(2, bytes -> { }).localAddress());
        side.checkNothingIsForgotten(true);
        return side;
    }

    private static void write(SimulatedDriver side, int bytes) throws IOException {
        assertEquals(bytes, side.stream.offer(new byte[bytes], 0, bytes));
    }

    private void until(long nanos, SimulatedDriver side) {
        for (long next = side.nextEvent(); next <= nanos; next = side.nextEvent()) {
            clock.now = Math.max(clock.now, next);
            assertTrue(side.ring() | side.step());
        }
        clock.now = nanos;
    }

    @Property(tries = 300)
    void whateverTheOrderOfThreadsNothingIsForgottenAndAllArrives(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        underWay.clear();
        int loss = random.nextInt(20);
        SimulatedDriver a = new SimulatedDriver(1, clock, bytes -> send(random, loss, false, bytes));
        SimulatedDriver b = new SimulatedDriver(2, clock, bytes -> send(random, loss, true, bytes));
        a.stream.connect(a.port, 2, b.port.localAddress());
        b.stream.connect(b.port, 1, a.port.localAddress());
        int left = 1 + random.nextInt(60_000);
        int read = 0;
        int total = left;
        boolean ended = false;
        byte[] buffer = new byte[2_000];
        for (int steps = 0; !(a.settled && b.settled); steps++) {
            assertTrue(steps < 100_000, "it never ends");
            SimulatedDriver side = random.nextBoolean() ? a : b;
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (left > 0) {
                        int taken = a.stream.offer(buffer, 0, Math.min(left, 1 + random.nextInt(buffer.length)));
                        left -= taken;
                        a.checkNothingIsForgotten(taken > 0);
                    } else if (!ended) {
                        ended = true;
                        a.stream.end();
                        b.stream.end();
                    }
                }
                case 1 -> {
                    if (b.stream.available() > 0) {
                        read += b.stream.poll(buffer, 0, 1 + random.nextInt(buffer.length));
                        b.checkNothingIsForgotten(true);
                    }
                }
                case 2 -> deliver(random, a, b);
                case 3 -> side.ring();
                default -> side.step();
            }
            if (random.nextInt(8) == 0) {
                clock.now = Math.max(clock.now, Math.min(clock.now + 20 * MILLI, nextOf(a, b)));
            }
        }
        for (int count = b.stream.poll(buffer, 0, buffer.length); count > 0; count = b.stream.poll(buffer, 0, buffer.length)) {
            read += count;
        }
        assertEquals(total, read);
        assertEquals(TimerTable.NEVER, a.alarmAt, "an alarm for a stream that is over");
        assertEquals(TimerTable.NEVER, b.alarmAt);
        // Nobody here answers for a stream that is over: whoever lost the last ACK repeats its END to the bitter end.
        Set<CloseReason.Kind> kinds = Set.of(CloseReason.Kind.FINISHED, CloseReason.Kind.TIMED_OUT);
        assertTrue(kinds.contains(a.stream.closeReason().orElseThrow().kind()), () -> "a: " + a.stream.closeReason());
        assertTrue(kinds.contains(b.stream.closeReason().orElseThrow().kind()), () -> "b: " + b.stream.closeReason());
    }

    private void send(Random random, int loss, boolean toA, byte[] bytes) {
        if (random.nextInt(100) >= loss) {
            underWay.add(new Datagram(clock.now + random.nextInt((int) (5 * MILLI)), toA, bytes));
        }
    }

    private void deliver(Random random, SimulatedDriver a, SimulatedDriver b) {
        List<Datagram> due = underWay.stream().filter(each -> each.at() <= clock.now).toList();
        if (!due.isEmpty()) {
            Datagram datagram = due.get(random.nextInt(due.size()));
            underWay.remove(datagram);
            SimulatedDriver to = datagram.toA() ? a : b;
            SimulatedDriver from = datagram.toA() ? b : a;
            to.stream.arrivals().onDatagram(to.port, from.port.localAddress(), ByteBuffer.wrap(datagram.bytes()));
            to.checkNothingIsForgotten(true);
        }
    }

    private long nextOf(SimulatedDriver a, SimulatedDriver b) {
        long network = underWay.stream().mapToLong(Datagram::at).min().orElse(TimerTable.NEVER);
        return Math.min(network, Math.min(a.nextEvent(), b.nextEvent()));
    }

    @Test
    void anIdleStreamHasNeitherDriverNorAlarm() throws IOException {
        SimulatedDriver side = lone();
        assertFalse(side.isDriving());
        assertEquals(TimerTable.NEVER, side.nextEvent());
    }

    @Test
    void aLoneWriteIsSentByItsWriterAndOnlyItsDeadlineIsWatched() throws IOException {
        SimulatedDriver side = lone();
        write(side, 100);
        assertEquals(1, sent.size());
        assertEquals(0, side.driversStarted);
        assertTrue(side.alarmAt <= clock.now + 1_000 * MILLI);
    }

    @Test
    void aDeadlineThatPassesStartsADriverWhichRepeatsThePacketAndLeavesAgain() throws IOException {
        SimulatedDriver side = lone();
        write(side, 100);
        until(side.alarmAt - 1, side);
        assertEquals(1, sent.size());
        until(clock.now + 1, side);
        assertEquals(1, side.driversStarted);
        assertTrue(sent.size() >= 2, "repeated");
        until(clock.now + 30 * MILLI, side);
        assertFalse(side.isDriving());
        assertTrue(side.alarmAt < TimerTable.NEVER, "and its next deadline is watched");
    }

    @Test
    void aDeadlineThatMovedAwayWakesNobodyButTheAlarmOnce() throws IOException {
        SimulatedDriver side = lone();
        write(side, 100);
        long first = side.alarmAt;
        until(first - 500 * MILLI, side);
        acknowledgeFirst(side);
        write(side, 100);
        assertEquals(first, side.alarmAt, "nothing is done about an alarm that is too early");
        long next = side.state.machine.nextDeadline();
        assertTrue(next > first);
        until(next - 1, side);
        assertEquals(1, side.alarmsRung);
        assertEquals(0, side.driversStarted);
        assertEquals(next, side.alarmAt);
        until(next, side);
        assertEquals(1, side.driversStarted);
        assertEquals(3, sent.size(), "the second is repeated");
    }

    private static void acknowledgeFirst(SimulatedDriver side) {
        ByteBuffer ack = ByteBuffer.allocate(20);
        new PacketHeader().set(0, 0, 1, 4_194_304, 0, 1).encode(ack);
        side.stream.arrivals().onDatagram(side.port, side.port.localAddress(), ack.flip().limit(20));
    }

    @Test
    void aDeadlineThatComesNearerMovesTheAlarm() throws IOException {
        SimulatedDriver side = lone();
        write(side, 100);
        long first = side.alarmAt;
        until(clock.now + 10 * MILLI, side);
        acknowledgeFirst(side);
        write(side, 100); // and the peer is known to be near
        assertTrue(side.alarmAt < first);
        assertEquals(side.state.machine.nextDeadline(), side.alarmAt);
        assertEquals(0, side.driversStarted);
    }

    @Test
    void theEndOfAStreamStartsADriverThatTakesTheAlarmBack() throws IOException {
        SimulatedDriver side = lone();
        write(side, 100);
        assertTrue(side.alarmAt < TimerTable.NEVER);
        side.stream.destroy(CloseReason.closedLocally("test"));
        assertTrue(side.isDriving());
        until(clock.now + 1, side);
        assertTrue(side.settled);
        assertEquals(2, sent.size(), "the peer is told");
        assertEquals(TimerTable.NEVER, side.alarmAt);
    }

    @Test
    void aFailureEndsItsStreamWithThatReasonAndNoOther() throws IOException {
        SimulatedDriver side = lone();
        SimulatedDriver other = new SimulatedDriver(3, clock, sent::add);
        side.port.broken = true;
        assertThrows(IllegalStateException.class, () -> write(side, 100));
        CloseReason reason = side.stream.closeReason().orElseThrow();
        assertEquals(CloseReason.Kind.SHUT_DOWN, reason.kind());
        assertTrue(reason.message().contains("a bug of ours"), reason.message());
        assertThrows(IOException.class, () -> side.stream.offer(new byte[1], 0, 1));
        assertTrue(other.stream.isOpen());
    }

    @Test
    void aStreamWhoseScopeIsCancelledWaitsForTheTransportToDriveIt() throws IOException {
        SimulatedDriver side = lone();
        side.refuseDrivers = true;
        side.stream.destroy(CloseReason.closedLocally("test"));
        assertFalse(side.isDriving());
        assertTrue(side.state.becomeDriver());
        assertFalse(side.state.becomeDriver());
    }
}

package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import omega.flock.transport.packet.PacketFlags;
import org.junit.jupiter.api.Test;

/** Peers that lie about what arrived: the model of the path stays within what was sent and measured. */
class HostileAckTest {
    private static final long MS = 1_000_000L;
    private static final StreamPath PATH = new StreamPath(1, new InetSocketAddress("192.0.2.1", 1001));
    private static final long WINDOW = 4 << 20;
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];

    private final Bbr bbr = new Bbr();
    private final StreamMachine machine = new StreamMachine(StreamConfig.of(1 << 20, false), bbr);
    private long now = 1_000_000_000L;
    private int sent;

    private void connectAndWrite() {
        machine.connect(now, PATH);
        sendAll();
    }

    /** Sends what may be sent now, of a user who always has more. */
    private void sendAll() {
        ByteBuffer out = ByteBuffer.allocate(1472);
        do {
            machine.write(ZEROS, 0, ZEROS.length);
            sent = machine.view().nextSeq();
        } while (machine.pollPacket(now, out.clear()));
    }

    private void acknowledge(int flags, int ack, byte... blocks) {
        Packets.feed(machine, now, Packets.packet(flags, 0, 2, WINDOW, 0, ack, blocks));
    }

    private void assertSane(double fastestPossible) {
        assertTrue(bbr.window() >= 1 && bbr.window() < 1L << 40, "window " + bbr.window());
        assertTrue(bbr.pacingRate() > 0, "pacing " + bbr.pacingRate());
        assertTrue(bbr.bandwidth() >= 0 && bbr.bandwidth() <= fastestPossible, "bandwidth " + bbr.bandwidth());
    }

    @Test
    void whatWasNotSentIsNotMeasured() {
        connectAndWrite();
        now += 50 * MS;
        acknowledge(0, sent + 1);
        acknowledge(PacketFlags.SACK, 0, Packets.blocks(sent, sent + 5, 3, sent + 1));
        assertEquals(0, bbr.bandwidth());
        assertEquals(0, machine.view().acknowledgedBytes());
        assertEquals(sent, machine.view().packetsInFlight());
    }

    /** The sender's own pace bounds what such a peer can make it believe, and its window what it can make it send. */
    @Test
    void acknowledgingBeforeArrivalRaisesTheRateNoHigherThanWhatWasSent() {
        connectAndWrite();
        long startedAt = now;
        for (int i = 0; i < 100; i++) {
            now += MS / 10;
            acknowledge(0, sent);
            machine.onDeadline(now);
            sendAll();
            double average = machine.view().counters().bytesSent() * 1.05 / (now - startedAt);
            assertTrue(machine.view().packetsInFlight() <= WINDOW / 1152 + 1, "in flight " + machine.view().packetsInFlight());
            assertSane(Math.max(10 * average, 1));
        }
    }

    @Test
    void aPeerThatGoesBackOnASackIsGivenUpInTheEnd() {
        connectAndWrite();
        now += 50 * MS;
        acknowledge(PacketFlags.SACK, 0, Packets.blocks(0, sent));
        assertEquals(0, machine.view().packetsInFlight());
        for (int i = 0; i < 100 && !machine.isOver(); i++) {
            now = Math.max(now, machine.nextDeadline());
            machine.onDeadline(now);
            acknowledge(0, 0);
        }
        assertEquals(StreamEnd.TIMED_OUT, machine.end().orElseThrow());
        assertSane(1);
    }

    @Test
    void lossAndSilenceInTurnKeepTheModelInBounds() {
        Random random = new Random(7);
        connectAndWrite();
        int acked = 0;
        for (int i = 0; i < 400 && !machine.isOver(); i++) {
            now += random.nextInt(5) == 0 ? 1_500 * MS : random.nextInt(100) * MS / 10;
            machine.onDeadline(now);
            sendAll();
            if (random.nextInt(3) > 0 && sent > acked) {
                int hole = acked + random.nextInt(sent - acked);
                acknowledge(PacketFlags.SACK, acked, Packets.blocks(Math.min(hole + 1, sent - 1), sent));
                acked = random.nextBoolean() ? hole : acked;
                acknowledge(0, acked);
            }
            assertSane(1);
        }
    }

    @Property(tries = 300)
    void whateverASampleSaysTheModelStaysInBounds(@ForAll long seed) {
        Random random = new Random(seed);
        Bbr model = new Bbr();
        RateSample sample = new RateSample();
        double fastest = 0;
        double slowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 200; i++) {
            sample.now += random.nextInt(4) == 0 ? 0 : Math.abs(random.nextLong() % (1L << random.nextInt(40)));
            sample.acknowledged = Math.abs(random.nextInt() >> random.nextInt(31));
            sample.lost = Math.abs(random.nextInt() >> random.nextInt(31));
            sample.roundTrip = random.nextInt(3) == 0 ? 0 : random.nextLong() >> random.nextInt(63);
            sample.inFlight = Math.abs(random.nextInt() >> random.nextInt(31));
            sample.totalDelivered += sample.acknowledged;
            sample.priorDelivered = random.nextInt(4) == 0 ? -1 : sample.totalDelivered - random.nextInt(1 << 20);
            sample.delivered = Math.abs(random.nextInt() >> random.nextInt(31));
            sample.interval = random.nextInt(3) == 0 ? 0 : Math.max(1, Math.abs(random.nextLong() >> random.nextInt(63)));
            sample.sentInFlight = Math.abs(random.nextInt() >> random.nextInt(31));
            sample.applicationLimited = random.nextBoolean();
            fastest = Math.max(fastest, sample.rate());
            slowest = sample.roundTrip > 0 ? Math.min(slowest, sample.roundTrip) : slowest;
            switch (random.nextInt(8)) {
                case 0 -> model.onLost(sample.sentInFlight, sample.lost);
                case 1 -> model.onRecovery();
                case 2 -> model.onRecovered(random.nextBoolean());
                case 3 -> model.onTimeout(sample.inFlight);
                case 4 -> model.onRestartFromIdle(sample.now);
                default -> model.onSample(sample);
            }
            assertTrue(model.window() >= 1, "window " + model.window());
            assertTrue(model.pacingRate() >= 0 && !Double.isNaN(model.pacingRate()), "pacing " + model.pacingRate());
            assertTrue(model.bandwidth() >= 0 && model.bandwidth() <= fastest, "bandwidth " + model.bandwidth() + " of " + fastest);
        }
    }

    @Property(tries = 300)
    void thePacerNeverAsksForAMomentThatIsPast(@ForAll @LongRange(min = 1) long rateBits, @ForAll long start) {
        Pacer pacer = new Pacer();
        pacer.rate(Math.min(1e3, rateBits / (double) Long.MAX_VALUE * 1e3));
        long time = start;
        for (int i = 0; i < 100; i++) {
            if (pacer.allows(time)) {
                pacer.onSent(1500);
            } else {
                long next = pacer.nextAttempt(time);
                assertFalse(next - time <= 0, "now " + time + ", next " + next);
                time = next;
            }
        }
    }
}

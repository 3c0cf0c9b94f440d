package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.sim.SimulatedPeer.Sent;
import omega.flock.sim.StreamPair;
import omega.flock.transport.packet.PacketFlags;
import org.junit.jupiter.api.Test;

/** How lost packets are found and repeated, and when the sender gives up. */
class StreamMachineLossTest {
    private static final long START = 1_000_000_000L;

    private static int seq(ByteBuffer datagram) {
        return Integer.reverseBytes(datagram.getInt(datagram.position() + 12));
    }

    private static boolean isData(ByteBuffer datagram) {
        return (datagram.get(datagram.position() + 2) & PacketFlags.DATA) != 0;
    }

    private static List<Long> millisOf(List<Sent> sent, int seq) {
        List<Long> times = new ArrayList<>();
        for (Sent packet : sent) {
            if (packet.has(PacketFlags.DATA) && packet.seq() == seq) {
                times.add((packet.atNanos() - START) / 1_000_000);
            }
        }
        return times;
    }

    @Test
    void aBlackHoleIsTriedSevenTimesAndGivenUpAfterThirteenSeconds() {
        StreamPair pair = new StreamPair(1).connected();
        pair.toB().dropIf(datagram -> true);
        pair.a().write(new byte[100]);
        assertFalse(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(12_999)));
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(2)));
        assertEquals(StreamEnd.TIMED_OUT, pair.a().machine().end().orElseThrow());
        assertEquals(List.of(0L, 1_000L, 3_000L, 5_000L, 7_000L, 9_000L, 11_000L), millisOf(pair.a().sent(), 0));
        assertEquals(Long.MAX_VALUE, pair.a().machine().nextDeadline());
    }

    @Test
    void progressRestartsTheCountOfTimeouts() {
        StreamPair pair = new StreamPair(2).connected();
        pair.toB().dropIf(datagram -> pair.now() < START + 8_500_000_000L);
        pair.a().write(new byte[100]);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 100, Duration.ofSeconds(20)));
        pair.toB().dropIf(datagram -> pair.now() < START + 20_000_000_000L);
        pair.a().write(new byte[100]);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 200, Duration.ofSeconds(20)));
        assertFalse(pair.a().machine().isOver());
    }

    @Test
    void aLossInTheMiddleIsRepairedWithinARoundTripAndNothingElseIsRepeated() {
        StreamPair pair = new StreamPair(3).connected();
        pair.toB().latency(Duration.ofMillis(25));
        pair.toA().latency(Duration.ofMillis(25));
        boolean[] dropped = {false};
        pair.toB().dropIf(datagram -> {
            boolean drop = isData(datagram) && seq(datagram) == 3 && !dropped[0];
            dropped[0] |= drop;
            return drop;
        });
        pair.a().write(new byte[10 * 1152]);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 10 * 1152, Duration.ofMillis(120)));
        assertEquals(1, pair.a().view().counters().retransmissions());
        assertEquals(0, pair.a().view().counters().timeouts());
        assertTrue(pair.b().sentWith(PacketFlags.SACK) > 0);
    }

    @Test
    void aLostTailIsProbedLongBeforeTheTimeout() {
        StreamPair pair = new StreamPair(4).connected();
        pair.toB().latency(Duration.ofMillis(25));
        pair.toA().latency(Duration.ofMillis(25));
        pair.a().write(new byte[5000]);
        pair.run(Duration.ofSeconds(1));
        int[] drops = {3};
        pair.toB().dropIf(datagram -> isData(datagram) && drops[0]-- > 0);
        long begun = pair.now();
        pair.a().write(new byte[3 * 1152]);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 5000 + 3 * 1152, Duration.ofMillis(400)),
                () -> pair.a().sent().toString());
        assertEquals(1, pair.a().view().counters().tailProbes());
        assertEquals(0, pair.a().view().counters().timeouts());
        assertTrue(pair.now() - begun > 100_000_000L);
    }

    /** "Only one probe until a fresh RTT sample": a path that carries nothing is not probed at the pace of the writer. */
    @Test
    void aTailIsProbedOnceUntilThePeerHasSpoken() {
        StreamPair pair = new StreamPair(9).connected();
        pair.toB().latency(Duration.ofMillis(25));
        pair.toA().latency(Duration.ofMillis(25));
        pair.a().write(new byte[5000]);
        pair.run(Duration.ofSeconds(1));
        pair.toB().dropIf(datagram -> true);
        pair.a().write(new byte[1000]);
        pair.run(Duration.ofMillis(400));
        assertEquals(1, pair.a().view().counters().tailProbes());
        pair.a().write(new byte[1000]);
        pair.run(Duration.ofMillis(400));
        assertEquals(1, pair.a().view().counters().tailProbes());
        assertEquals(0, pair.a().view().counters().timeouts());
    }

    /**
     * The trace of RFC 8985 §3.4: of a flight the last segments are lost; a tail loss probe draws a SACK, RACK repairs, one
     * repair is lost again, and still no timeout is needed.
     */
    @Test
    void theExampleOfTheRackSpecificationNeedsNoTimeout() {
        StreamPair pair = new StreamPair(5).connected();
        pair.toB().latency(Duration.ofMillis(50));
        pair.toA().latency(Duration.ofMillis(50));
        pair.a().write(new byte[1152]);
        pair.run(Duration.ofSeconds(1));
        int first = pair.a().view().nextSeq();
        int[] losses = {0, 2, 1, 1}; // of P0 to P3
        pair.toB().dropIf(datagram -> isData(datagram) && losses[seq(datagram) - first]-- > 0);
        pair.a().write(new byte[4 * 1152]);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 5 * 1152, Duration.ofSeconds(1)), () -> pair.a().sent().toString());
        assertEquals(0, pair.a().view().counters().timeouts());
        assertEquals(1, pair.a().view().counters().tailProbes());
    }

    @Test
    void aRetransmissionCarriesTheSameBytesWithTheCurrentAckAndWindow() {
        StreamPair pair = new StreamPair(6).connected();
        boolean[] open = {false};
        pair.toB().dropIf(datagram -> isData(datagram) && !open[0]);
        pair.a().write(new byte[700]);
        pair.a().readAtMost(0);
        pair.run(Duration.ofMillis(10));
        pair.b().write(new byte[3000]);
        pair.run(Duration.ofMillis(500));
        open[0] = true;
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 700, Duration.ofSeconds(2)));
        List<Sent> copies = pair.a().sent().stream().filter(packet -> packet.has(PacketFlags.DATA)).toList();
        assertEquals(2, copies.size());
        assertEquals(0, copies.get(0).ack());
        assertEquals(3, copies.get(1).ack());
        assertEquals(copies.get(0).window() - 3000, copies.get(1).window());
        assertEquals(copies.get(0).payloadBytes(), copies.get(1).payloadBytes());
    }

    @Test
    void afterATimeoutOnlyOnePacketIsRepeatedAtFirst() {
        StreamPair pair = new StreamPair(7).connected();
        boolean[] open = {false};
        pair.toB().dropIf(datagram -> !open[0]);
        pair.a().write(new byte[10 * 1152]);
        pair.run(Duration.ofMillis(1_500));
        assertEquals(10 + 1, pair.a().sent().size(), () -> pair.a().sent().toString());
        open[0] = true;
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 10 * 1152, Duration.ofSeconds(3)));
    }

    @Test
    void packetsThatWereOnlyLateRestoreTheWindow() {
        StreamPair pair = new StreamPair(8).connected();
        pair.toB().latency(Duration.ofMillis(30)).jitter(Duration.ofMillis(20));
        pair.toA().latency(Duration.ofMillis(30));
        pair.a().write(new byte[3_000_000]).endWhenWritten();
        pair.b().endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofSeconds(5)));
        assertTrue(pair.a().view().counters().retransmissions() < 100, "needless " + pair.a().view().counters().retransmissions());
    }
}

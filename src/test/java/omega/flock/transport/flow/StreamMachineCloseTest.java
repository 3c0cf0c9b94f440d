package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import omega.flock.sim.StreamPair;
import omega.flock.transport.packet.PacketFlags;
import org.junit.jupiter.api.Test;

/** How streams end: half close, the final ACK, DESTROY, lingering, and a path that changes meanwhile. */
class StreamMachineCloseTest {
    private static boolean is(ByteBuffer datagram, int flags) {
        return (datagram.get(datagram.position() + 2) & 0xFF) == flags;
    }

    @Test
    void oneSideEndsTheOtherMayGoOnAndWhenBothEndedBothAreFinished() {
        StreamPair pair = new StreamPair(1).connected();
        pair.a().write(new byte[10]).endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.b().sawEndOfStream(), Duration.ofSeconds(1)));
        pair.run(Duration.ofMinutes(10));
        assertEquals(SendState.ENDED, pair.a().view().sendState());
        assertFalse(pair.a().machine().isOver() || pair.b().machine().isOver(), "half closed streams last for ever");
        pair.b().write(new byte[5000]).endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), Duration.ofSeconds(1)));
        assertEquals(5000, pair.a().receivedBytes());
        assertEquals(StreamEnd.FINISHED, pair.a().machine().end().orElseThrow());
        assertEquals(StreamEnd.FINISHED, pair.b().machine().end().orElseThrow());
    }

    @Test
    void bothMayEndAtTheSameTime() {
        StreamPair pair = new StreamPair(2).connected();
        pair.a().endWhenWritten();
        pair.b().endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), Duration.ofMillis(10)));
        assertEquals(1, pair.a().view().counters().packetsReceived() - pair.b().acksSent(), "one END and its ACK each");
    }

    @Test
    void dataAfterAnEndIsAnsweredButNeverAcknowledged() {
        StreamPair pair = new StreamPair(3).connected();
        pair.a().endWhenWritten();
        pair.run(Duration.ofMillis(10));
        pair.injectIntoB(Packets.packet(PacketFlags.DATA, 0, 202, 0, 1, 0, (byte) 1));
        assertEquals(1, pair.b().view().expectedSeq());
        assertEquals(1, pair.b().view().counters().drops(DropReason.AFTER_END));
        assertEquals(0, pair.b().receivedBytes());
    }

    @Test
    void aTimeoutWithOnlyTheEndOutstandingAfterThePeersEndIsAFinish() {
        StreamPair pair = new StreamPair(4).connected();
        pair.b().write(new byte[10]).endWhenWritten();
        pair.run(Duration.ofMillis(100));
        pair.toA().dropIf(datagram -> true); // the last ACK is lost, and a JavaScript peer would be silent from now on
        pair.a().endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofSeconds(14)));
        assertEquals(StreamEnd.FINISHED, pair.a().machine().end().orElseThrow());
    }

    @Test
    void aTimeoutWithDataOutstandingIsATimeout() {
        StreamPair pair = new StreamPair(5).connected();
        pair.b().endWhenWritten();
        pair.run(Duration.ofMillis(100));
        pair.toA().dropIf(datagram -> true);
        pair.a().write(new byte[10]).endWhenWritten();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofSeconds(14)));
        assertEquals(StreamEnd.TIMED_OUT, pair.a().machine().end().orElseThrow());
    }

    @Test
    void destroyEndsThePeerAtOnceEvenIfEarlierDataIsMissing() {
        StreamPair pair = new StreamPair(6).connected();
        pair.toB().dropIf(datagram -> is(datagram, PacketFlags.DATA));
        pair.a().write(new byte[5000]);
        pair.run(Duration.ofMillis(10));
        pair.a().machine().destroy();
        pair.run(Duration.ofMillis(10));
        assertEquals(StreamEnd.RESET_BY_PEER, pair.b().machine().end().orElseThrow());
        assertEquals(StreamEnd.DESTROYED, pair.a().machine().end().orElseThrow());
        assertEquals(1, pair.a().sentWith(PacketFlags.DESTROY));
    }

    @Test
    void aGracefulCloseDeliversWhatWasWrittenAndDiscardsWhatStillArrives() {
        StreamPair pair = new StreamPair(7, StreamConfig.of(20_000, false), StreamConfig.of(4 << 20, false)).connected();
        pair.a().readAtMost(0);
        pair.b().write(new byte[500_000]).endWhenWritten();
        byte[] last = new byte[100_000];
        pair.a().machine().write(last, 0, last.length);
        pair.a().machine().linger(pair.now());
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), Duration.ofSeconds(2)));
        assertArrayEquals(last, pair.b().received());
        assertEquals(StreamEnd.FINISHED, pair.a().machine().end().orElseThrow());
        assertEquals(StreamEnd.FINISHED, pair.b().machine().end().orElseThrow());
    }

    @Test
    void aGracefulCloseDestroysTheStreamWhenThePeerDoesNotEndWithinThreeSeconds() {
        StreamPair pair = new StreamPair(8).connected();
        pair.a().machine().linger(pair.now());
        assertFalse(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(2_990)));
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(20)));
        assertEquals(StreamEnd.LINGER_EXPIRED, pair.a().machine().end().orElseThrow());
        pair.run(Duration.ofMillis(10));
        assertEquals(StreamEnd.RESET_BY_PEER, pair.b().machine().end().orElseThrow());
    }

    @Test
    void aGracefulCloseWaitsThirtySecondsForAPeerThatDoesNotRead() {
        StreamPair pair = new StreamPair(9, StreamConfig.of(4 << 20, false), StreamConfig.of(2_000, false)).connected();
        pair.b().readAtMost(0);
        pair.a().write(new byte[50_000]);
        pair.run(Duration.ofMillis(100));
        pair.a().machine().linger(pair.now());
        assertFalse(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(29_900)));
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofMillis(200)));
    }

    @Test
    void preconnectDataIsDeliveredBeforeTheReceiverConnectsAndAcknowledgedAfterwards() {
        StreamPair pair = new StreamPair(10);
        pair.connectA();
        pair.a().write(new byte[3000]);
        pair.run(Duration.ofMillis(100));
        assertEquals(3000, pair.b().receivedBytes());
        assertEquals(0, pair.a().view().acknowledgedBytes());
        pair.connectB();
        assertTrue(pair.runUntil(() -> pair.a().view().acknowledgedBytes() == 3000, Duration.ofMillis(10)));
    }

    @Test
    void endBeforeConnectFinishesAfterConnect() {
        StreamPair pair = new StreamPair(11);
        pair.connectA();
        pair.a().endWhenWritten();
        pair.b().endWhenWritten();
        pair.run(Duration.ofMillis(100));
        assertFalse(pair.a().machine().isOver());
        pair.connectB();
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), Duration.ofSeconds(3)));
    }
}

package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import omega.flock.sim.SimulatedPeer.Sent;
import omega.flock.sim.StreamPair;
import omega.flock.transport.packet.PacketFlags;
import org.junit.jupiter.api.Test;

/** Flow control in both roles: closed windows, their probing and their re-opening. */
class StreamMachineWindowTest {
    private static final int ID_OF_A = 101;

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static StreamPair withWindowOfB(long seed, int window) {
        return new StreamPair(seed, StreamConfig.of(4 << 20, false), StreamConfig.of(window, false)).connected();
    }

    private static void closeWindow(StreamPair pair) {
        Packets.feed(pair.a().machine(), pair.now(), Packets.packet(PacketFlags.STATE, 0, ID_OF_A, 0, 0, 0));
    }

    private static void openWindow(StreamPair pair) {
        int next = pair.a().view().nextSeq();
        Packets.feed(pair.a().machine(), pair.now(), Packets.packet(PacketFlags.STATE, 0, ID_OF_A, 100_000, 0, next));
    }

    @Test
    void aClosedWindowIsProbedByHeartbeatsAtOnceAndThenEveryTwoTimeouts() {
        StreamPair pair = new StreamPair(1).connected();
        pair.toB().dropIf(datagram -> true);
        closeWindow(pair);
        pair.a().write(bytes(5000));
        pair.run(Duration.ofMillis(5_900));
        assertEquals(0, pair.a().sentWith(PacketFlags.DATA));
        assertEquals(3, pair.a().sentWith(PacketFlags.HEARTBEAT), () -> pair.a().sent().toString());
        openWindow(pair);
        pair.run(Duration.ofMillis(1));
        assertEquals(5, pair.a().sentWith(PacketFlags.DATA));
        pair.run(Duration.ofMillis(900));
        assertEquals(3, pair.a().sentWith(PacketFlags.HEARTBEAT), "an open window is not probed");
    }

    @Test
    void aPeerThatAnswersNoProbeIsGivenUp() {
        StreamPair pair = new StreamPair(2).connected();
        pair.toB().dropIf(datagram -> true);
        closeWindow(pair);
        pair.a().write(bytes(5000));
        assertTrue(pair.runUntil(() -> pair.a().machine().isOver(), Duration.ofSeconds(30)));
        assertEquals(StreamEnd.TIMED_OUT, pair.a().machine().end().orElseThrow());
    }

    @Test
    void aPeerThatAnswersProbesMayKeepItsWindowClosedForEver() {
        StreamPair pair = withWindowOfB(3, 4000);
        pair.b().readAtMost(0);
        pair.a().write(bytes(50_000));
        pair.run(Duration.ofMinutes(5));
        assertFalse(pair.a().machine().isOver());
        assertTrue(pair.a().sent().size() > 100, "it is asked again and again");
        pair.b().readAtMost(Integer.MAX_VALUE);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 50_000, Duration.ofSeconds(10)));
    }

    @Test
    void aSlowReaderWithATinyWindowGetsEverythingWithoutATimeout() {
        StreamPair pair = withWindowOfB(4, 2000);
        byte[] data = bytes(30_000);
        pair.b().readAtMost(0);
        pair.a().write(data).endWhenWritten();
        pair.run(Duration.ofMillis(20));
        for (int i = 0; i < 100 && !pair.b().sawEndOfStream(); i++) {
            pair.b().readAtMost(700);
            pair.run(Duration.ofMillis(100));
        }
        assertArrayEquals(data, pair.b().received());
    }

    @Test
    void theReopeningOfAWindowIsAnnouncedAtOnce() {
        StreamPair pair = withWindowOfB(5, 65_536);
        pair.b().readAtMost(0);
        pair.a().write(bytes(400_000));
        pair.run(Duration.ofMillis(900));
        assertTrue(pair.b().receivedBytes() == 0 && pair.b().view().readableBytes() > 60_000);
        pair.b().readAtMost(Integer.MAX_VALUE);
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 400_000, Duration.ofMillis(200)), "no waiting for a probe");
    }

    @Test
    void neverMoreThanAWindowAndAPacketIsHeldForTheReader() {
        StreamPair pair = withWindowOfB(6, 65_536);
        pair.toB().jitter(Duration.ofMillis(3)).loss(0.05);
        pair.b().readAtMost(0);
        pair.a().write(bytes(400_000));
        for (int i = 0; i < 200; i++) {
            pair.run(Duration.ofMillis(10));
            int held = pair.b().view().readableBytes();
            assertTrue(held <= 65_536 + 2_048, () -> "held " + held);
            pair.b().readAtMost(i % 10 == 0 ? 20_000 : 0);
        }
    }

    @Test
    void noWindowBelowAPacketIsAdvertised() {
        StreamPair pair = withWindowOfB(7, 65_536);
        pair.b().readAtMost(0);
        pair.a().write(bytes(400_000));
        pair.run(Duration.ofMillis(500));
        for (Sent packet : pair.b().sent()) {
            assertTrue(packet.window() == 0 || packet.window() >= 1500, packet::toString);
        }
    }

    @Test
    void aClosedWindowDoesNotDisplaceTheRecoveryOfAnOlderLoss() {
        StreamPair pair = new StreamPair(8).connected();
        boolean[] open = {false};
        pair.toB().dropIf(datagram -> !open[0]);
        pair.a().write(bytes(5000));
        pair.run(Duration.ofMillis(10));
        closeWindow(pair);
        pair.run(Duration.ofMillis(500));
        assertEquals(0, pair.a().sentWith(PacketFlags.HEARTBEAT), "something is in flight");
        open[0] = true;
        assertTrue(pair.runUntil(() -> pair.b().receivedBytes() == 5000, Duration.ofSeconds(3)));
    }

    @Test
    void writersAreHeldBackAtTheHighWaterMark() {
        StreamPair pair = new StreamPair(10).connected();
        int accepted = pair.a().machine().write(new byte[1_000_000], 0, 1_000_000);
        assertEquals(262_144, accepted);
        assertEquals(0, pair.a().machine().write(new byte[10], 0, 10));
        assertTrue(pair.a().machine().pollPacket(pair.now(), ByteBuffer.allocate(1472)));
        assertEquals(1152, pair.a().machine().write(new byte[10_000], 0, 10_000));
    }
}

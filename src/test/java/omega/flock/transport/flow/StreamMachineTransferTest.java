package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import omega.flock.sim.StreamPair;
import omega.flock.transport.packet.PacketFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole transfers between two machines, named after the scenarios of libudx's own tests where there is one. */
class StreamMachineTransferTest {
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static int flags(ByteBuffer datagram) {
        return datagram.get(datagram.position() + 2) & 0xFF;
    }

    private static void assertTransfer(StreamPair pair, byte[] data, Duration limit) {
        pair.a().write(data).endWhenWritten();
        pair.b().endWhenWritten();
        boolean over = pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), limit);
        assertTrue(over, () -> "not over: " + pair.toB() + " " + pair.b().receivedBytes() + " of " + data.length);
        assertEquals(StreamEnd.FINISHED, pair.a().machine().end().orElseThrow());
        assertEquals(StreamEnd.FINISHED, pair.b().machine().end().orElseThrow());
        assertTrue(pair.b().sawEndOfStream());
        assertArrayEquals(data, pair.b().received());
    }

    @Test
    void tenMegabytesArriveOverACleanPath() {
        StreamPair pair = new StreamPair(1).connected();
        assertTransfer(pair, bytes(10_000_000), Duration.ofSeconds(30));
        assertEquals(0, pair.a().view().counters().retransmissions());
        assertEquals(0, pair.b().sentWith(PacketFlags.SACK));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyThirdPacketLostStillArrivesIntact(long seed) {
        StreamPair pair = new StreamPair(seed).connected();
        pair.toB().loss(1 / 3.0);
        assertTransfer(pair, bytes(2_000_000), Duration.ofMinutes(10));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void reorderedAndDuplicatedPacketsArriveIntact(long seed) {
        StreamPair pair = new StreamPair(seed).connected();
        pair.toB().jitter(Duration.ofMillis(5)).duplication(0.2).loss(0.01);
        pair.toA().jitter(Duration.ofMillis(5)).duplication(0.2).loss(0.01);
        assertTransfer(pair, bytes(2_000_000), Duration.ofMinutes(2));
    }

    @Test
    void aBottleneckIsFilledWithoutStarvingOrFlooding() {
        StreamPair pair = new StreamPair(7).connected();
        pair.toB().latency(Duration.ofMillis(20)).rate(1_250_000, 100_000);
        pair.toA().latency(Duration.ofMillis(20));
        assertTransfer(pair, bytes(10_000_000), Duration.ofSeconds(12)); // 8.2 s at the full rate
        assertTrue(pair.toB().dropped() < pair.toB().sent() / 50, pair.toB().toString());
    }

    @Test
    void cleanPathReachesPacketsOf1500Bytes() {
        StreamPair pair = new StreamPair(8, StreamConfig.of(4 << 20, true), StreamConfig.of(4 << 20, true)).connected();
        assertTransfer(pair, bytes(1_000_000), Duration.ofSeconds(30));
        assertEquals(1500, pair.a().view().mtu());
    }

    @Test
    void aPathOf1280BytesIsFoundAndKept() {
        StreamPair pair = new StreamPair(9, StreamConfig.of(4 << 20, true), StreamConfig.of(4 << 20, true)).connected();
        pair.toB().mtu(1280);
        assertTransfer(pair, bytes(10_000_000), Duration.ofSeconds(30));
        assertEquals(1280, pair.a().view().mtu());
        assertTrue(pair.a().view().isMtuSearchComplete());
    }

    @Test
    void whenAllMtuProbesAreDroppedTheDataArrivesAndTheSizeStays1200() {
        StreamPair pair = new StreamPair(10, StreamConfig.of(4 << 20, true), StreamConfig.of(4 << 20, true)).connected();
        pair.toB().dropIf(datagram -> flags(datagram) == PacketFlags.DATA && datagram.get(datagram.position() + 3) != 0);
        assertTransfer(pair, bytes(10_000_000), Duration.ofSeconds(30));
        assertEquals(1200, pair.a().view().mtu());
    }

    @Test
    void numbersWrapAround() {
        StreamConfig a = new StreamConfig(4 << 20, false, -5, -3);
        StreamConfig b = new StreamConfig(4 << 20, false, -3, -5);
        StreamPair pair = new StreamPair(11, a, b).connected();
        pair.toB().loss(0.1);
        pair.b().write(bytes(50_000));
        assertTransfer(pair, bytes(500_000), Duration.ofSeconds(60));
        assertArrayEquals(bytes(50_000), pair.a().received());
    }
}

package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omega.flock.sim.SimulatedLink;
import omega.flock.sim.SimulatedPeer;
import omega.flock.sim.StreamPair;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a path does to packets, both streams arrive whole, in order and once, and both sides agree that they finished. */
class StreamMachinePropertyTest {
    private static byte[] bytes(Random random, int atMost) {
        byte[] bytes = new byte[random.nextInt(atMost)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static StreamConfig config(Random random) {
        int window = random.nextInt(3) == 0 ? 20_000 + random.nextInt(100_000) : 4 << 20;
        return StreamConfig.of(window, random.nextBoolean());
    }

    private static void shape(SimulatedLink link, Random random) {
        link.latency(Duration.ofMillis(random.nextInt(1, 80)));
        if (random.nextBoolean()) {
            link.jitter(Duration.ofMillis(random.nextInt(1, 40)));
        }
        if (random.nextBoolean()) {
            link.loss(random.nextDouble() * 0.08);
        }
        if (random.nextInt(3) == 0) {
            link.duplication(random.nextDouble() * 0.3);
        }
        if (random.nextInt(3) == 0) {
            link.mtu(1200 + random.nextInt(301));
        }
        if (random.nextInt(3) == 0) {
            link.rate(200_000 + random.nextInt(5_000_000), 20_000 + random.nextInt(200_000));
        }
    }

    private static void assertBothArrive(long seed) {
        Random random = new Random(seed);
        StreamPair pair = new StreamPair(seed, config(random), config(random)).connected();
        shape(pair.toA(), random);
        shape(pair.toB(), random);
        byte[] toB = bytes(random, 400_000);
        byte[] toA = bytes(random, 400_000);
        pair.a().write(toB).endWhenWritten();
        pair.b().write(toA).endWhenWritten();
        boolean over = pair.runUntil(() -> pair.a().machine().isOver() && pair.b().machine().isOver(), Duration.ofMinutes(5));
        assertTrue(over, () -> "seed " + seed + ": " + pair.toA() + " " + pair.toB());
        assertFinished(seed, pair.a(), toA);
        assertFinished(seed, pair.b(), toB);
    }

    private static void assertFinished(long seed, SimulatedPeer peer, byte[] expected) {
        assertArrayEquals(expected, peer.received(), "seed " + seed);
        assertTrue(peer.sawEndOfStream());
        StreamEnd end = peer.machine().end().orElseThrow();
        // The last ACK of a machine that forgets its peer can get lost; the shell's memory of closed ids is not here to repeat it.
        assertTrue(end == StreamEnd.FINISHED || end == StreamEnd.TIMED_OUT && peer.view().acknowledgedBytes() == peer.view().writtenBytes(),
                "seed " + seed + " ended " + end);
    }

    @Property(tries = 60)
    void anyBearablePathDeliversBothStreams(@ForAll long seed) {
        assertBothArrive(seed);
    }

    /** Always the same paths, and the place for seeds that find a fault. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void fixedPathsDeliverBothStreams(long seed) {
        assertBothArrive(seed);
    }

    @Property(tries = 30)
    void theNumbersOfASenderOnlyGrowAndItsAcksNeverExceedWhatArrived(@ForAll long seed) {
        Random random = new Random(seed);
        StreamPair pair = new StreamPair(seed, config(random), config(random)).connected();
        shape(pair.toA(), random);
        shape(pair.toB(), random);
        pair.a().write(bytes(random, 100_000)).endWhenWritten();
        pair.run(Duration.ofSeconds(20));
        int highest = -1;
        int ack = 0;
        for (SimulatedPeer.Sent packet : pair.a().sent()) {
            if (packet.has(1 | 2)) {
                assertTrue(packet.seq() <= highest + 1, packet::toString);
                highest = Math.max(highest, packet.seq());
            } else {
                assertEquals(highest + 1, packet.seq(), packet::toString);
            }
        }
        for (SimulatedPeer.Sent packet : pair.b().sent()) {
            assertTrue(packet.ack() >= ack && packet.ack() <= highest + 1, packet::toString);
            ack = packet.ack();
        }
    }
}

package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import omega.flock.runtime.NetworkSource;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.Test;

class RandomPunchGateTest {

    /** Not for a stranger, but for a dial of our own. */
    private static final Optional<NetworkSource> OURS = Optional.empty();

    private final ManualTicker ticker = new ManualTicker();
    private final RandomPunchGate gate = new RandomPunchGate(ticker, Duration.ofSeconds(20));

    @Test
    void oneAtATimePassesAndTheNextTwentySecondsAfterItsEnd() {
        RandomPunchGate.Permit first = gate.tryEnter(OURS).orElseThrow();
        first.markUsed();
        assertTrue(gate.tryEnter(OURS).isEmpty());
        ticker.advance(Duration.ofMinutes(1));
        assertTrue(gate.tryEnter(OURS).isEmpty(), "it still runs");
        first.close();
        first.close();
        assertEquals(0, gate.running());
        ticker.advance(Duration.ofMillis(19_999));
        assertTrue(gate.tryEnter(OURS).isEmpty());
        ticker.advance(Duration.ofMillis(1));
        assertTrue(gate.tryEnter(OURS).isPresent());
    }

    @Test
    void aPermitThatWasNotUsedStartsNoPause() {
        gate.tryEnter(OURS).orElseThrow().close();
        assertTrue(gate.tryEnter(OURS).isPresent());
    }

    /** Attack: one stranger who comes again as soon as the gate is open. */
    @Test
    void aStrangerWhoHadItsTurnWaitsForOthersWhoCameMeanwhile() {
        Optional<NetworkSource> greedy = stranger("8.8.8.8");
        Optional<NetworkSource> honest = stranger("9.9.9.9");
        try (RandomPunchGate.Permit first = gate.tryEnter(greedy).orElseThrow()) {
            assertEquals(Optional.empty(), gate.tryEnter(honest));
            assertEquals(1, gate.running());
        }
        assertEquals(Optional.empty(), gate.tryEnter(greedy), "the other one's turn");
        gate.tryEnter(honest).orElseThrow().close();
        gate.tryEnter(greedy).orElseThrow().close();
    }

    @Test
    void nobodyWaitsForOneWhoDoesNotComeAgain() {
        Optional<NetworkSource> greedy = stranger("8.8.8.8");
        try (RandomPunchGate.Permit first = gate.tryEnter(greedy).orElseThrow()) {
            assertEquals(Optional.empty(), gate.tryEnter(stranger("9.9.9.9")));
            assertEquals(1, gate.running());
        }
        ticker.advance(PunchConstants.RANDOM_PUNCH_TURN_PATIENCE.plusSeconds(1));
        gate.tryEnter(greedy).orElseThrow().close();
    }

    @Test
    void aDialOfOursGoesBeforeStrangers() {
        try (RandomPunchGate.Permit first = gate.tryEnter(stranger("8.8.8.8")).orElseThrow()) {
            assertEquals(Optional.empty(), gate.tryEnter(OURS));
            assertEquals(Optional.empty(), gate.tryEnter(stranger("9.9.9.9")));
            assertEquals(1, gate.running());
        }
        assertEquals(Optional.empty(), gate.tryEnter(stranger("9.9.9.9")));
        gate.tryEnter(OURS).orElseThrow().close();
        gate.tryEnter(stranger("9.9.9.9")).orElseThrow().close();
    }

    private static Optional<NetworkSource> stranger(String host) {
        return Optional.of(NetworkSource.of(new InetSocketAddress(host, 4711)));
    }
}

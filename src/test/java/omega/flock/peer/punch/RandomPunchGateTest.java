package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.Test;

class RandomPunchGateTest {

    private final ManualTicker ticker = new ManualTicker();
    private final RandomPunchGate gate = new RandomPunchGate(ticker);

    @Test
    void oneAtATimePassesAndTheNextTwentySecondsAfterItsEnd() {
        RandomPunchGate.Permit first = gate.tryEnter().orElseThrow();
        first.markUsed();
        assertTrue(gate.tryEnter().isEmpty());
        ticker.advance(Duration.ofMinutes(1));
        assertTrue(gate.tryEnter().isEmpty(), "it still runs");
        first.close();
        first.close();
        assertEquals(0, gate.running());
        ticker.advance(Duration.ofMillis(19_999));
        assertTrue(gate.tryEnter().isEmpty());
        ticker.advance(Duration.ofMillis(1));
        assertTrue(gate.tryEnter().isPresent());
    }

    @Test
    void aPermitThatWasNotUsedStartsNoPause() {
        gate.tryEnter().orElseThrow().close();
        assertTrue(gate.tryEnter().isPresent());
    }

    @Test
    void deferringShutsTheGateForOneInterval() {
        gate.defer();
        assertFalse(gate.tryEnter().isPresent());
        ticker.advance(Duration.ofSeconds(20));
        assertTrue(gate.tryEnter().isPresent());
    }
}

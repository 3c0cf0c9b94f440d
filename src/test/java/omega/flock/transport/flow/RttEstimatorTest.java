package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RttEstimatorTest {
    private static final long MS = 1_000_000L;

    @Test
    void theTimeoutIsOneSecondUntilThereIsASampleAndNeverLess() {
        RttEstimator rtt = new RttEstimator();
        assertEquals(1_000 * MS, rtt.timeout());
        rtt.onSample(0, 10 * MS);
        assertEquals(1_000 * MS, rtt.timeout());
    }

    @Test
    void theFirstSampleSetsTheEstimateAndTheNextOnesSmoothIt() {
        RttEstimator rtt = new RttEstimator();
        rtt.onSample(0, 800 * MS);
        assertEquals(800 * MS, rtt.smoothed());
        assertEquals(400 * MS, rtt.variation());
        assertEquals(2_400 * MS, rtt.timeout());
        rtt.onSample(1, 400 * MS);
        assertEquals(400 * MS, rtt.variation());
        assertEquals(750 * MS, rtt.smoothed());
    }

    @Test
    void anAbsurdSampleIsClampedToFiveDeviations() {
        RttEstimator rtt = new RttEstimator();
        rtt.onSample(0, 100 * MS);
        rtt.onSample(1, 20_000 * MS);
        // 100 + 5 · 50 = 350 ms counts instead of 20 s
        assertEquals((7 * 100 * MS + 350 * MS) / 8, rtt.smoothed());
    }

    @Test
    void whoAcknowledgesAfterMinutesMovesTheEstimateNoFurtherThanTheLongestTimeout() {
        RttEstimator rtt = new RttEstimator();
        rtt.onSample(0, 30_000 * MS);
        rtt.onSample(1, 100_000 * MS); // within five deviations
        assertEquals(30_000 * MS, rtt.smoothed());
    }

    @Property
    void theTimeoutAndTheEstimateStayWithinTheirBounds(@ForAll @Size(max = 50) long @LongRange(max = 100_000_000_000L) [] samples) {
        RttEstimator rtt = new RttEstimator();
        for (int i = 0; i < samples.length; i++) {
            rtt.onSample(i, samples[i]);
            assertTrue(rtt.timeout() >= 1_000 * MS && rtt.timeout() <= 30_000 * MS);
            assertTrue(rtt.smoothed() > 0 && rtt.smoothed() <= 30_000 * MS);
        }
    }

    @Test
    void theMinimumIsForgottenAfterItsWindow() {
        WindowedMinimum minimum = new WindowedMinimum(100);
        minimum.add(0, 5);
        minimum.add(30, 9);
        minimum.add(60, 8);
        minimum.add(99, 12);
        assertEquals(5, minimum.value());
        minimum.add(120, 12);
        assertEquals(8, minimum.value());
        minimum.add(130, 3);
        assertEquals(3, minimum.value());
        minimum.add(1_000, 50);
        assertEquals(50, minimum.value());
    }
}

package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourceBudgetTest {

    private static final long SECOND = 1_000_000_000L;

    private final SourceBudget budget = new SourceBudget(10, 20, 1000, 0);

    @Test
    void aSourceSpendsItsBurstAndThenItsRate() {
        assertEquals(20, spends("8.8.8.8", 100, 0));
        assertEquals(10, spends("8.8.8.8", 100, SECOND));
    }

    @Test
    void aCostAboveWhatIsLeftTakesNothing() {
        assertTrue(budget.trySpend(source("8.8.8.8"), 15, 0));
        assertFalse(budget.trySpend(source("8.8.8.8"), 6, 0));
        assertTrue(budget.trySpend(source("8.8.8.8"), 5, 0));
    }

    @Test
    void aSourceAtItsBoundLeavesRoomForTheOthers() {
        spends("8.8.8.8", 100_000, 0);
        assertEquals(20, spends("9.9.9.9", 100, 0));
    }

    @Test
    void allOfANetworkSpendFourTimesWhatOneMay() {
        assertEquals(80, IntStream.range(0, 256).map(i -> spends("8.8.8." + i, 20, 0)).sum());
        assertEquals(20, spends("8.8.9.1", 100, 0));
    }

    @Test
    void aPrivateNetworkIsNoBoundOfItsOwn() {
        assertEquals(200, IntStream.range(1, 11).map(i -> spends("10.0.0." + i, 100, 0)).sum());
    }

    @Test
    void manySourcesTogetherAreHeldByTheRateInAll() {
        assertEquals(1000, IntStream.range(0, 200).map(i -> spends("8." + i + ".8.8", 20, 0)).sum());
    }

    @Test
    void whatIsRememberedIsBoundedAndANewSourceIsNoWorseOff() {
        SourceBudget wide = new SourceBudget(10, 20, 1e6, 0);
        for (int i = 0; i < 100_000; i++) {
            wide.trySpend(new NetworkSource((1 << 24) + (i << 8), 0), 1, 0);
        }
        assertEquals(4096, wide.remembered());
        assertTrue(wide.trySpend(source("9.9.9.9"), 20, 0));
    }

    @Test
    void allTogetherMaySpendWhatASingleSourceMay() {
        String said = assertThrows(IllegalArgumentException.class, () -> new SourceBudget(10, 20, 19, 0)).getMessage();
        assertTrue(said.contains("19") && said.contains("20"), said);
    }

    @Test
    void itIsScarceWhenLessThanAQuarterIsLeft() {
        assertFalse(budget.isScarce(0) || budget.isScarceFor(source("8.0.8.8"), 0));
        IntStream.range(0, 39).forEach(i -> spends("8." + i + ".8.8", 20, 0));
        assertTrue(budget.isScarce(0) && budget.isScarceFor(source("8.0.8.8"), 0));
        assertFalse(budget.isScarce(SECOND));
    }

    private int spends(String host, int times, long now) {
        return (int) IntStream.range(0, times).filter(i -> budget.trySpend(source(host), 1, now)).count();
    }

    private static NetworkSource source(String host) {
        return NetworkSource.of(new InetSocketAddress(host, 4711));
    }
}

package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import omega.flock.transport.flow.LineSimulation.Flow;
import omega.flock.transport.flow.LineSimulation.Line;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What BBR makes of long lines. Virtual time: the figures are the same on every machine. */
class BbrLineTest {
    private static final Duration QUARTER_MINUTE = Duration.ofSeconds(15);

    /** The least that the line must carry is above what the BBRv1 of libudx reaches on it, and half of what that drops. */
    @ParameterizedTest
    @CsvSource({
        // delay ms, Mbit/s, queue KB, loss %, reordered %, at least MB/s, dropped by the queue at most
        "25, 100, 512, 0, 0, 11.3, 400",
        "25, 100, 512, 0.1, 0, 11, 600",
        "25, 100, 512, 1, 0, 10.5, 600",
        "50, 50, 256, 2, 0, 4.1, 900",
        "25, 100, 512, 0, 5, 11.3, 400",
        "5, 1000, 2048, 0, 0, 110, 400",
        "100, 200, 4096, 0, 0, 21, 0",
        "25, 20, 64, 0, 0, 2.25, 800",
    })
    void aLineIsFullAndItsQueueRarelyOverflows(double delay, double rate, int queue, double loss, double reordered, double least, int dropped) {
        LineSimulation simulation = new LineSimulation(new Line(delay, rate, queue, loss, reordered), 1);
        Flow flow = simulation.flow(new Bbr(), Duration.ZERO);
        simulation.run(rate > 500 ? Duration.ofSeconds(5) : QUARTER_MINUTE);
        System.out.println(simulation);
        assertTrue(flow.megabytesPerSecond() >= least, simulation::toString);
        assertTrue(simulation.droppedByQueue() <= dropped, simulation::toString);
    }

    @Test
    void theFirstSecondsOfAFarLineAreNotLost() {
        LineSimulation simulation = new LineSimulation(new Line(100, 200, 4096, 0, 0), 1);
        Flow flow = simulation.flow(new Bbr(), Duration.ZERO);
        simulation.run(Duration.ofMillis(100)).mark().run(Duration.ofSeconds(8));
        // The window grows by less than a factor of two from 10 packets to 5 MB: nine round trips of the forty.
        assertTrue(flow.megabytesPerSecond() > 18.8, simulation::toString);
        assertTrue(simulation.droppedByQueue() == 0, simulation::toString);
    }

    /** Threads that share a machine wake late; what that costs is throughput, and never the model. */
    @ParameterizedTest
    @CsvSource({
        // delay ms, Mbit/s, queue KB, loss %, at least MB/s
        "25, 100, 512, 0, 10",
        "25, 100, 512, 1, 8.5",
        "50, 50, 256, 2, 3.6",
    })
    void aLineStaysFullWhereThreadsPause(double delay, double rate, int queue, double loss, double least) {
        double sum = 0;
        for (int seed = 1; seed <= 3; seed++) {
            LineSimulation simulation = new LineSimulation(new Line(delay, rate, queue, loss, 0), seed);
            simulation.pausing(Duration.ofMillis(10), Duration.ofMillis(50));
            Flow flow = simulation.flow(new Bbr(), Duration.ZERO);
            simulation.run(QUARTER_MINUTE);
            System.out.println(simulation);
            sum += flow.megabytesPerSecond();
        }
        assertTrue(sum / 3 >= least, "mean " + sum / 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 700, 2_000, 5_000})
    void twoStreamsShareALine(int later) {
        LineSimulation simulation = new LineSimulation(new Line(25, 100, 512, 0, 0), 1);
        simulation.flow(new Bbr(), Duration.ZERO);
        simulation.flow(new Bbr(), Duration.ofMillis(later));
        simulation.run(Duration.ofMillis(later + 3_000)).mark().run(QUARTER_MINUTE);
        System.out.println(simulation.fairness() + " " + simulation);
        assertTrue(simulation.fairness() > 0.9, () -> simulation.fairness() + " " + simulation);
    }

    @ParameterizedTest
    @CsvSource({"true, 700", "true, 2000", "true, 5000", "false, 700", "false, 2000", "false, 5000"})
    void besideTheFirstVersionOfBbrALineIsShared(boolean oursFirst, int later) {
        LineSimulation simulation = new LineSimulation(new Line(25, 100, 512, 0, 0), 1);
        Flow ours = simulation.flow(new Bbr(), Duration.ofMillis(oursFirst ? 0 : later));
        Flow rival = simulation.flow(new UpstreamBbr(), Duration.ofMillis(oursFirst ? later : 0));
        simulation.run(Duration.ofMillis(later + 3_000)).mark().run(QUARTER_MINUTE);
        System.out.println(simulation);
        double share = ours.megabytesPerSecond() / (ours.megabytesPerSecond() + rival.megabytesPerSecond());
        assertTrue(share > 0.3 && share < 0.7, () -> share + " " + simulation);
    }

    @Test
    void aShortTransferIsNoSlowerThanSlowStart() {
        LineSimulation simulation = new LineSimulation(new Line(25, 100, 512, 0, 0), 1);
        Flow flow = simulation.flow(new Bbr(), Duration.ZERO).limitedTo(500_000);
        simulation.run(QUARTER_MINUTE);
        // 10 packets in the first round trip, doubling: 500 KB leave in the sixth, and take half of one to arrive
        assertTrue(flow.finishedMillis() > 0 && flow.finishedMillis() < 6 * 50 + 40, "finished after " + flow.finishedMillis() + " ms");
    }
}

package omega.flock.swarm.machine;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Random lives of a machine, with every order of events. A failure names the seed, and jqwik the shortest life of it that fails. */
class SwarmMachineTest {
    private static final int STEPS = 120;

    @Property(tries = 4_000)
    void whateverHappensEverythingEndsWhenAllHaveLeft(@ForAll long seed, @ForAll @IntRange(max = STEPS) int steps) {
        MachineModel model = new MachineModel(seed);
        model.live(steps);
        model.leaveAll();
    }

    @Property(tries = 4_000)
    void whateverHappensEverythingEndsWhenItIsClosed(@ForAll long seed, @ForAll @IntRange(max = STEPS) int steps) {
        MachineModel model = new MachineModel(seed);
        model.live(steps);
        model.close();
    }

    /** A few lives of seeds in a row, and as many as one likes: {@code -Domega.flock.machine.sequences=1000000}. */
    @Test
    void livesOfSeedsInARowEndToo() {
        long sequences = Long.getLong("omega.flock.machine.sequences", 1_000);
        long first = Long.getLong("omega.flock.machine.seed", 0);
        long start = System.nanoTime();
        for (long seed = first; seed < first + sequences; seed++) {
            try {
                MachineModel model = new MachineModel(seed);
                model.live((int) (seed % (STEPS + 1)));
                if (seed % 2 == 0) {
                    model.leaveAll();
                } else {
                    model.close();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        long perMinute = sequences * Duration.ofMinutes(1).toNanos() / (System.nanoTime() - start);
        System.out.println(sequences + " lives from seed " + first + ", " + perMinute + " a minute");
    }
}

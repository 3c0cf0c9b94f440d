package omega.flock.runtime;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A timeout that is set and taken back, as with every request that is answered, while ten thousand others wait. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class DeadlineQueueBenchmark {

    private static final int WAITING = 10_000;
    private static final long AN_HOUR = TimeUnit.HOURS.toNanos(1);

    private TaskScope scope;
    private DeadlineQueue queue;
    private long deadline;

    @Setup
    public void fill() {
        scope = new TaskScope("benchmark");
        queue = new DeadlineQueue("deadlines", Ticker.SYSTEM, scope);
        deadline = System.nanoTime() + AN_HOUR;
        for (int i = 0; i < WAITING; i++) {
            queue.schedule(deadline + i, () -> {});
        }
    }

    @TearDown
    public void close() {
        queue.close();
        scope.close();
    }

    @Benchmark
    public boolean deadlineScheduleAndCancel() {
        return queue.schedule(deadline++, () -> {}).cancel();
    }
}

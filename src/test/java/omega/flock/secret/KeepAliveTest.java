package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a keep-alive fires, on a clock that is turned by hand. */
@Timeout(30)
class KeepAliveTest {

    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration SLOT = INTERVAL.dividedBy(SecretConstants.KEEP_ALIVE_SLOTS);

    @AutoClose
    private final TaskScope scope = new TaskScope("test");
    private final ManualTicker ticker = new ManualTicker();
    private final DeadlineQueue timers = new DeadlineQueue("test-timers", ticker, scope);
    private final SecretStreamOptions options = SecretStreamOptions.of(ticker, timers, scope);
    private final AtomicInteger fired = new AtomicInteger();
    private final KeepAlive keepAlive = new KeepAlive(options, fired::incrementAndGet);

    @BeforeEach
    void set() {
        keepAlive.set(INTERVAL);
    }

    /** Turns the clock and lets whatever that makes due run. */
    private void advance(Duration by) throws InterruptedException {
        ticker.advance(by);
        timers.schedule(ticker.nanoTime() - by.toNanos(), () -> { }); // the earliest of all: it has the queue look at the clock
        CountDownLatch due = new CountDownLatch(1);
        timers.schedule(ticker.nanoTime(), due::countDown);
        due.await();
        CountDownLatch sent = new CountDownLatch(1);
        options.keepAlives().add(sent::countDown);
        sent.await();
    }

    @Test
    void itFiresOnceForEachIntervalOfSilence() throws Exception {
        advance(INTERVAL.dividedBy(2));
        assertEquals(0, fired.get());
        advance(INTERVAL.dividedBy(2).plus(SLOT));
        assertEquals(1, fired.get());
        advance(INTERVAL.dividedBy(2));
        assertEquals(1, fired.get());
        advance(INTERVAL.dividedBy(2).plus(SLOT));
        assertEquals(2, fired.get());
    }

    @Test
    void whoHasSentSomethingMeanwhileIsNotSilent() throws Exception {
        advance(INTERVAL.dividedBy(2));
        keepAlive.sent();
        advance(INTERVAL.dividedBy(2).plus(SLOT));
        assertEquals(0, fired.get(), "the timer was due, the silence is half as long");
        advance(INTERVAL.dividedBy(2));
        assertEquals(1, fired.get());
    }

    @Test
    void whatWasSwitchedOffOrStoppedFiresNoMore() throws Exception {
        keepAlive.set(Duration.ZERO);
        advance(INTERVAL.multipliedBy(2));
        keepAlive.sent(); // else it would be due at once, before it is stopped
        keepAlive.set(INTERVAL);
        keepAlive.stop();
        keepAlive.set(INTERVAL);
        advance(INTERVAL.multipliedBy(2));
        assertEquals(0, fired.get());
        assertEquals(0, timers.size());
    }
}

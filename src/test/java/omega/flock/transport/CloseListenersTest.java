package omega.flock.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.CloseReason;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import org.junit.jupiter.api.Test;

class CloseListenersTest {

    private static final CloseReason WHY = CloseReason.closedLocally("why");

    private final CloseListeners listeners = new CloseListeners();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void eachIsToldOnceAndInTheOrderInWhichItCame() {
        listeners.add(reason -> told.add("first " + reason.message()));
        listeners.add(reason -> {
            throw new IllegalStateException("a listener's mistake");
        });
        listeners.add(reason -> told.add("second"));
        listeners.tellAll(WHY);
        listeners.tellAll(CloseReason.closedLocally("another"));
        listeners.add(reason -> told.add("late " + reason.message()));
        assertEquals(List.of("first why", "second", "late why"), told);
    }

    /** A flock that was suspended had, now and then, been told that its links were closed before their ends were noticed. */
    @Test
    void whoeverComesLateIsToldAfterThoseWhoAreStillBeingTold() throws Exception {
        CountDownLatch telling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope("driver")) {
            listeners.add(reason -> {
                telling.countDown();
                try {
                    goOn.await();
                    told.add("early");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Task<Void> driver = scope.fork("driver", () -> listeners.tellAll(WHY));
            telling.await();
            listeners.add(reason -> told.add("late"));
            assertTrue(told.isEmpty(), told::toString);
            goOn.countDown();
            driver.join(Duration.ofSeconds(10));
        }
        assertEquals(List.of("early", "late"), told);
    }

    @Test
    void aListenerMayAddAnother() {
        listeners.add(reason -> {
            listeners.add(again -> told.add("inner"));
            told.add("outer");
        });
        listeners.tellAll(WHY);
        assertEquals(List.of("outer", "inner"), told);
    }
}

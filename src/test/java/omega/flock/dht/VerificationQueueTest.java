package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.runtime.TaskScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerificationQueueTest {

    private final TaskScope scope = new TaskScope("test");
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private final AtomicInteger ran = new AtomicInteger();
    private final VerificationQueue queue = new VerificationQueue(scope, 4, 2, 1);

    @AfterEach
    void closeScope() {
        gate.countDown();
        scope.close();
    }

    /** Keeps the only worker busy until the gate opens. */
    private void occupyWorker() throws InterruptedException {
        assertTrue(queue.offer("busy", () -> {
            started.countDown();
            awaitGate();
        }));
        assertTrue(started.await(30, TimeUnit.SECONDS));
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void everythingThatWasAcceptedRuns() throws Exception {
        occupyWorker();
        assertTrue(queue.offer("a", ran::incrementAndGet));
        assertTrue(queue.offer("b", ran::incrementAndGet));
        assertEquals(2, queue.size());
        gate.countDown();
        assertTrue(scope.join(Duration.ofSeconds(30)));
        assertEquals(2, ran.get());
        assertEquals(0, queue.size());
    }

    @Test
    void oneHostCannotFillTheQueue() throws Exception {
        occupyWorker();
        assertTrue(queue.offer("a", ran::incrementAndGet));
        assertTrue(queue.offer("a", ran::incrementAndGet));
        assertFalse(queue.offer("a", ran::incrementAndGet));
        assertTrue(queue.offer("b", ran::incrementAndGet));
    }

    @Test
    void whatHasRunNoLongerCountsAgainstItsHost() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertTrue(queue.offer("a", ran::incrementAndGet));
            assertTrue(scope.join(Duration.ofSeconds(30)));
        }
        occupyWorker();
        assertTrue(queue.offer("a", ran::incrementAndGet));
        assertTrue(queue.offer("a", ran::incrementAndGet));
        assertFalse(queue.offer("a", ran::incrementAndGet));
    }

    @Test
    void aFullQueueRefuses() throws Exception {
        occupyWorker();
        for (int i = 0; i < 4; i++) {
            assertTrue(queue.offer("host" + i, ran::incrementAndGet));
        }
        assertFalse(queue.offer("another", ran::incrementAndGet));
        gate.countDown();
        assertTrue(scope.join(Duration.ofSeconds(30)));
        assertEquals(4, ran.get());
        assertTrue(queue.offer("another", ran::incrementAndGet));
    }

    @Test
    void aCheckThatThrowsDoesNotStopTheOthers() throws Exception {
        occupyWorker();
        assertTrue(queue.offer("a", () -> {
            throw new IllegalStateException("a bug");
        }));
        assertTrue(queue.offer("a", ran::incrementAndGet));
        gate.countDown();
        assertTrue(scope.join(Duration.ofSeconds(30)));
        assertEquals(1, ran.get());
    }

    @Test
    void nothingRunsAfterTheScopeHasEnded() {
        scope.close();
        assertFalse(queue.offer("a", ran::incrementAndGet));
        assertEquals(0, queue.size());
        assertEquals(0, ran.get());
    }
}

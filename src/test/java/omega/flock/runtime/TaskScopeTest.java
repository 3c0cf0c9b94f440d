package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TaskScopeTest {

    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void aTaskYieldsItsValueOnAVirtualThreadOfItsName() throws Exception {
        try (var scope = new TaskScope("test")) {
            Task<String> task = scope.forkCallable("worker 1", () ->
                    Thread.currentThread().getName() + " " + Thread.currentThread().isVirtual());
            assertEquals("worker 1 true", task.join(LONG));
            assertTrue(task.isDone());
        }
    }

    @Test
    void aFailureReachesWhoeverJoinsAndNoSibling() throws Exception {
        try (var scope = new TaskScope("test")) {
            Task<Void> bad = scope.fork("bad", () -> {
                throw new IOException("no route");
            });
            Task<Integer> good = scope.forkCallable("good", () -> 7);
            var e = assertThrows(ExecutionException.class, () -> bad.join(LONG));
            assertInstanceOf(IOException.class, e.getCause());
            assertEquals(7, good.join(LONG));
        }
    }

    @Test
    void closingInterruptsTasksHereAndInChildScopes() throws Exception {
        var scope = new TaskScope("parent");
        var child = scope.child("child");
        var started = new CountDownLatch(2);
        var interrupted = new CountDownLatch(2);
        ThrowingTask waits = () -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        scope.fork("one", waits);
        child.fork("two", waits);
        started.await();
        assertEquals(2, scope.live());
        scope.close();
        assertEquals(0, interrupted.getCount());
        assertEquals(0, scope.live());
        assertTrue(child.isCancelled());
    }

    @Test
    void whatEndsAVitalTaskIsToldOnceToTheNearestOwner() throws Exception {
        var told = new LinkedBlockingQueue<Throwable>();
        try (var root = new TaskScope("root"); var scope = root.child("owned"); var child = scope.child("child")) {
            scope.onFailure(told::add);
            assertEquals(Optional.empty(), child.failure());
            child.forkVital("vital", () -> {
                throw new StackOverflowError("on purpose");
            }).join(LONG);
            scope.forkVital("vital too", () -> {
                throw new IllegalStateException("later");
            }).join(LONG);
            assertEquals("on purpose", told.poll().getMessage());
            assertEquals(Optional.empty(), Optional.ofNullable(told.poll()));
            assertEquals("on purpose", child.failure().orElseThrow().getMessage());
            assertEquals(Optional.empty(), root.failure());
        }
    }

    @Test
    void anotherTaskFailsAlone() throws Exception {
        var told = new LinkedBlockingQueue<Throwable>();
        try (var scope = new TaskScope("root")) {
            scope.onFailure(told::add);
            Task<Void> task = scope.fork("mortal", () -> {
                throw new OutOfMemoryError("on purpose");
            });
            assertThrows(ExecutionException.class, () -> task.join(LONG));
            assertEquals(0, scope.live());
            assertEquals(List.of(), List.copyOf(told));
        }
    }

    @Test
    void anErrorOfATimeoutFailsTheScopeAndAnExceptionDoesNot() throws Exception {
        var told = new LinkedBlockingQueue<Throwable>();
        try (var scope = new TaskScope("root"); var queue = new DeadlineQueue("timers", Ticker.SYSTEM, scope)) {
            scope.onFailure(cause -> {
                queue.close(); // on the thread of the queue, which its owner must be able to close there
                told.add(cause);
            });
            queue.schedule(Ticker.SYSTEM.nanoTime(), () -> {
                throw new IllegalStateException("contained");
            });
            queue.schedule(Ticker.SYSTEM.nanoTime(), () -> {
                throw new OutOfMemoryError("on purpose");
            });
            assertEquals("on purpose", told.poll(10, TimeUnit.SECONDS).getMessage());
            assertEquals(0, queue.size());
        }
    }

    @Test
    void aCancelledScopeStartsNothing() {
        var scope = new TaskScope("test");
        scope.close();
        scope.close();
        var started = new AtomicBoolean();
        assertThrows(RejectedExecutionException.class, () -> scope.fork("late", () -> started.set(true)));
        assertFalse(scope.tryFork("late", () -> started.set(true)));
        assertThrows(RejectedExecutionException.class, () -> scope.child("late"));
        assertFalse(started.get());
    }

    @Test
    void aTaskMayCloseItsOwnScopeAndGoesOnUninterrupted() throws Exception {
        var scope = new TaskScope("test");
        Task<Boolean> task = scope.forkCallable("closer", () -> {
            scope.close();
            return Thread.currentThread().isInterrupted();
        });
        assertFalse(task.join(LONG));
    }

    @Test
    void joiningWaitsForEveryTaskButNotForEver() throws Exception {
        try (var scope = new TaskScope("test")) {
            var gate = new CountDownLatch(1);
            Task<Void> task = scope.child("child").fork("waits", gate::await);
            assertFalse(scope.join(SOON));
            assertThrows(TimeoutException.class, () -> task.join(SOON));
            gate.countDown();
            assertTrue(scope.join(LONG));
        }
    }

    @Test
    void aClosedChildLeavesNoTraceInItsParent() {
        var scope = new TaskScope("test");
        for (int i = 0; i < 100; i++) {
            scope.child("child " + i).close();
        }
        assertEquals(0, scope.live());
        scope.close();
    }

    @Test
    void anInterruptOfTheCloserIsKept() {
        var scope = new TaskScope("test");
        var gate = new CountDownLatch(1);
        scope.fork("stubborn", () -> {
            while (gate.getCount() > 0) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    // Stubborn on purpose: the scope must give up on it.
                }
            }
        });
        Thread.currentThread().interrupt();
        scope.close();
        assertTrue(Thread.interrupted());
        gate.countDown();
    }
}

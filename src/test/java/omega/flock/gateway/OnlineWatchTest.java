package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told that the network is back, and how often. */
@Timeout(30)
class OnlineWatchTest {

    private final AtomicBoolean online = new AtomicBoolean(true);
    private final OnlineWatch watch = new OnlineWatch(online::get);
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        watch.onClosed();
    }

    @Test
    void listenersHearOfComingBackAndOfNothingElse() throws Exception {
        watch.add(() -> told.add("back"));
        update(true);
        update(false);
        update(false);
        assertNull(told.poll());
        update(true);
        update(true);
        assertEquals("back", told.poll(10, TimeUnit.SECONDS));
        update(false);
        update(true);
        assertEquals("back", told.poll(10, TimeUnit.SECONDS));
        assertTrue(told.isEmpty());
    }

    @Test
    void aListenerThatBlocksOrThrowsHurtsOnlyItself() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        watch.add(() -> {
            throw new IllegalStateException("a fault of a listener, provoked by a test");
        });
        watch.add(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                told.add("interrupted");
            }
        });
        watch.add(() -> told.add("well"));
        for (int i = 0; i < 3; i++) {
            update(false);
            update(true);
            assertEquals("well", told.poll(10, TimeUnit.SECONDS));
        }
        watch.onClosed();
        for (int i = 0; i < 3; i++) {
            assertEquals("interrupted", told.poll(10, TimeUnit.SECONDS), "the end of the node ends them");
        }
    }

    @Test
    void aListenerThatWasAddedTwiceIsRemovedOnce() throws Exception {
        Runnable listener = () -> told.add("back");
        AutoCloseable first = watch.add(listener);
        watch.add(listener);
        first.close();
        first.close();
        // Whoever is told too much is told too late to be seen at once, but not a hundred times.
        for (int i = 0; i < 100; i++) {
            update(false);
            update(true);
            assertEquals("back", told.poll(10, TimeUnit.SECONDS));
        }
        assertTrue(told.isEmpty());
    }

    @Test
    void nobodyIsToldAfterTheEnd() throws Exception {
        watch.add(() -> told.add("back"));
        watch.onClosed();
        update(false);
        update(true);
        assertTrue(watch.scope.join(Duration.ofSeconds(10)), "whoever is told is told by then");
        assertTrue(told.isEmpty());
    }

    private void update(boolean isOnline) {
        online.set(isOnline);
        watch.onNetworkUpdate();
    }
}

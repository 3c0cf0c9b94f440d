package omega.flock.peer;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import omega.flock.runtime.Eventually;

/** Waits as long as several rounds of punching may take, pauses included. */
final class Patience {

    private static final Duration ROUNDS = Duration.ofSeconds(40);
    private static final long GATE_SECONDS = 60;

    private Patience() {}

    /** Returns as soon as the condition holds; fails the test when it never does. */
    static void until(BooleanSupplier condition) {
        Eventually.holds("what the test waits for", ROUNDS, condition, () -> "it never did");
    }

    /** For a policy that lets nobody punch before the test opens the gate. */
    static boolean opens(CountDownLatch gate) {
        try {
            return gate.await(GATE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

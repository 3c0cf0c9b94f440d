package omega.flock.swarm;

import java.util.concurrent.CompletableFuture;

/**
 * One caller that waits for dials. Settles once: true when they have ended, false when the swarm was suspended or closed.
 *
 * @param result what the caller gets
 */
record Flush(CompletableFuture<Boolean> result) {

    Flush() {
        this(new CompletableFuture<>());
    }

    void settle(boolean flushed) {
        result.complete(flushed);
    }
}

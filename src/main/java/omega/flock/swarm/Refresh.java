package omega.flock.swarm;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;

/**
 * One lookup or announcement of a topic, and everybody who waits for it. Its result settles once: true when the walk and its
 * commits have ended, or nobody needs them any more; false when they failed or took too long.
 */
final class Refresh {

    private final Optional<Refresh> previous;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    // All below guarded by the guard of the swarm.
    private Optional<Refresh> successor = Optional.empty();
    private Optional<Task<Void>> task = Optional.empty();
    private Optional<Walk> walk = Optional.empty();
    private boolean cancelled;
    private final Set<PublicKey> reported = new HashSet<>();

    /** {@code previous} is the one that this one takes the place of; its commits are waited for. */
    Refresh(Optional<Refresh> previous) {
        this.previous = previous;
    }

    Optional<Refresh> previous() {
        return previous;
    }

    /** Returns what those who wait get. */
    CompletableFuture<Boolean> result() {
        return result;
    }

    /** Counts down when the thread of the refresh is done, commits included. */
    CountDownLatch ended() {
        return ended;
    }

    Optional<Refresh> successor() {
        return successor;
    }

    void task(Task<Void> thread) {
        task = Optional.of(thread);
    }

    /** Notes the walk; false if the refresh was cancelled meanwhile. */
    boolean walking(Walk started) {
        walk = Optional.of(started);
        return !cancelled;
    }

    /** Tells whether no node has named this peer before; each of twenty nodes may. Beyond a bound all are taken for news. */
    boolean firstReport(PublicKey key) {
        return reported.size() >= SwarmConstants.MAX_DISCOVERED_PEERS || reported.add(key);
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Another takes its place; who waits for this one waits for that one. */
    void supersededBy(Refresh next, Guard guard) {
        successor = Optional.of(next);
        cancel(guard, true);
    }

    /** Ends it with a result; the thread ends soon after. */
    void cancel(Guard guard, boolean outcome) {
        cancelled = true;
        result.complete(outcome);
        guard.afterwards(() -> {
            // A walk ends by itself once it is closed; a thread that waits for something else is interrupted.
            walk.ifPresentOrElse(Walk::close, () -> task.ifPresent(Task::cancel));
        });
    }

    /** Ends it without success and without courtesy: it may hang. */
    void expire(Guard guard) {
        cancel(guard, false);
        guard.afterwards(() -> task.ifPresent(Task::cancel));
    }
}

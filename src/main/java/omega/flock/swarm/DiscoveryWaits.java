package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;

/** Waits for refreshes, following one that was superseded to the one that took its place. */
final class DiscoveryWaits {

    private DiscoveryWaits() {}

    /** Waits for the refresh under way; without one, says how the last one went. Empty when the time is over. */
    static <L extends Link> Optional<Boolean> flushed(TopicDiscovery<L> discovery, Optional<Duration> limit)
            throws InterruptedException {
        Guard guard = discovery.context().guard;
        Optional<Refresh> running = guard.get(discovery::current);
        if (running.isEmpty()) {
            return Optional.of(guard.get(() -> discovery.state() != TopicDiscovery.State.ACTIVE || discovery.lastOutcome()));
        }
        return follow(running.get(), guard, new Deadline(discovery.context().alarms, limit));
    }

    /** Waits for a refresh that was just asked for; false if the topic is suspended. */
    static <L extends Link> boolean refreshed(Optional<Refresh> refresh, TopicDiscovery<L> discovery) throws InterruptedException {
        return refresh.isPresent()
                && follow(refresh.get(), discovery.context().guard, Deadline.NEVER).orElse(false);
    }

    private static Optional<Boolean> follow(Refresh first, Guard guard, Deadline deadline) throws InterruptedException {
        Refresh awaited = first;
        while (true) {
            Optional<Boolean> outcome = Waits.outcome(awaited.result(), deadline.remaining());
            Optional<Refresh> next = guard.get(awaited::successor);
            if (outcome.isEmpty() || next.isEmpty()) {
                return outcome;
            }
            awaited = next.get();
        }
    }
}

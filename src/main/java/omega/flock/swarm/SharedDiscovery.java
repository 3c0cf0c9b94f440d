package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.Topic;

/**
 * All sessions of a topic together. Thread-safe; runs on the caller's thread.
 *
 * @param <L> the connections of the swarm
 */
final class SharedDiscovery<L extends Link> implements DiscoveryHandle {

    private final TopicDiscovery<L> discovery;
    private final Guard guard;

    SharedDiscovery(TopicDiscovery<L> discovery) {
        this.discovery = discovery;
        this.guard = discovery.context().guard;
    }

    @Override
    public Topic topic() {
        return discovery.topic();
    }

    @Override
    public boolean server() {
        return guard.get(discovery::server);
    }

    @Override
    public boolean client() {
        return guard.get(discovery::client);
    }

    @Override
    public boolean destroyed() {
        return guard.get(() -> !discovery.state().live());
    }

    @Override
    public boolean flushed(Optional<Duration> limit) throws InterruptedException {
        return DiscoveryWaits.flushed(discovery, limit).orElse(false);
    }

    /** Modes belong to sessions: {@code modes} must be empty. */
    @Override
    public boolean refresh(Optional<JoinModes> modes) throws InterruptedException {
        if (modes.isPresent()) {
            throw new UnsupportedOperationException(
                    "modes belong to what join() returned; this stands for all sessions of topic " + topic());
        }
        return DiscoveryWaits.refreshed(guard.get(() -> {
            if (!discovery.state().live()) {
                throw new IllegalStateException("the topic " + topic() + " is no longer joined");
            }
            return discovery.refresh(false);
        }), discovery);
    }

    @Override
    public CompletableFuture<?> destroy() {
        return guard.get(() -> discovery.leave(true));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SharedDiscovery<?> shared && discovery == shared.discovery;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(discovery);
    }
}

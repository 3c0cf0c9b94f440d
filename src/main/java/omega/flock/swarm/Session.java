package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.Topic;

/**
 * One call of {@code join}: its own modes and limit on a topic that it may share with other sessions. Thread-safe; runs on
 * the caller's thread.
 *
 * @param <L> the connections of the swarm
 */
final class Session<L extends Link> implements DiscoveryHandle {

    private final TopicDiscovery<L> discovery;
    private final Guard guard;
    private JoinModes modes; // guarded by guard
    private boolean destroyed; // guarded by guard

    Session(TopicDiscovery<L> discovery, JoinModes modes) {
        this.discovery = discovery;
        this.guard = discovery.context().guard;
        this.modes = modes;
    }

    /** Returns the modes; only inside a change. */
    JoinModes modes() {
        return modes;
    }

    @Override
    public Topic topic() {
        return discovery.topic();
    }

    @Override
    public boolean server() {
        return guard.get(() -> modes.server());
    }

    @Override
    public boolean client() {
        return guard.get(() -> modes.client());
    }

    @Override
    public boolean destroyed() {
        return guard.get(() -> destroyed || !discovery.state().live());
    }

    @Override
    public boolean flushed(Optional<Duration> limit) throws InterruptedException {
        return DiscoveryWaits.flushed(discovery, limit).orElse(false);
    }

    @Override
    public boolean refresh(Optional<JoinModes> wanted) throws InterruptedException {
        return DiscoveryWaits.refreshed(guard.get(() -> {
            if (destroyed || !discovery.state().live()) {
                throw new IllegalStateException("the topic " + discovery.topic() + " is no longer joined by this session");
            }
            wanted.ifPresent(next -> modes = next);
            return discovery.refresh(false);
        }), discovery);
    }

    @Override
    public CompletableFuture<?> destroy() {
        return guard.get(() -> {
            destroyed = true;
            return discovery.remove(this);
        });
    }
}

package omega.flock.swarm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.Topic;

/**
 * The joined topics in the order in which they were joined. A topic that is being left stays here until its announcement is
 * withdrawn, so that joining it again at once waits for that. All methods run inside a change of the swarm's guard.
 *
 * @param <L> the connections
 */
final class TopicTable<L extends Link> implements TopicDiscovery.Owner<L> {

    private final SwarmContext<L> context;
    private final Scheduler<L> scheduler;
    private final Door<L> door;
    private final Map<Topic, TopicDiscovery<L>> topics = new LinkedHashMap<>();

    TopicTable(SwarmContext<L> context, Scheduler<L> scheduler, Door<L> door) {
        this.context = context;
        this.scheduler = scheduler;
        this.door = door;
    }

    Session<L> join(Topic topic, JoinModes modes) {
        Optional<TopicDiscovery<L>> known = Optional.ofNullable(topics.get(topic));
        if (known.isPresent() && known.get().state().live()) {
            return known.get().join(modes);
        }
        TopicDiscovery<L> fresh = new TopicDiscovery<>(context, scheduler, this, topic, known.map(TopicDiscovery::left));
        topics.remove(topic); // a topic that is joined again comes last in the order
        topics.put(topic, fresh);
        return fresh.join(modes);
    }

    /** Starts to leave a topic; returns what settles when that is done, at once if it is not joined. */
    CompletableFuture<Void> leave(Topic topic, boolean unannounce) {
        TopicDiscovery<L> known = topics.get(topic);
        return known == null ? CompletableFuture.completedFuture(null) : known.leave(unannounce);
    }

    /** Starts to leave every topic; returns what settles when they are done. */
    List<CompletableFuture<Void>> leaveAll(boolean unannounce) {
        return List.copyOf(topics.values()).stream().map(discovery -> discovery.leave(unannounce)).toList();
    }

    /** Returns a topic that is joined and not being left. */
    Optional<TopicDiscovery<L>> find(Topic topic) {
        return Optional.ofNullable(topics.get(topic)).filter(discovery -> discovery.state().live());
    }

    /** Returns the topics that are joined and not being left: a snapshot. */
    List<TopicDiscovery<L>> live() {
        return topics.values().stream().filter(discovery -> discovery.state().live()).toList();
    }

    /** Tells whether a topic is looked up. */
    boolean searched(Topic topic) {
        return find(topic).filter(TopicDiscovery::client).isPresent();
    }

    /** Stops using the network; returns what settles when the announcements are withdrawn. */
    List<CompletableFuture<Void>> suspend() {
        return live().stream().map(TopicDiscovery::suspend).toList();
    }

    void resume() {
        live().forEach(TopicDiscovery::resume);
    }

    /** Begins every walk anew, for the network is another. */
    void restart() {
        live().forEach(discovery -> discovery.refresh(true));
    }

    void clear() {
        new ArrayList<>(topics.values()).forEach(this::left);
    }

    @Override
    public CompletableFuture<Listener<L>> listen() {
        return door.open();
    }

    @Override
    public void narrowed() {
        scheduler.dropUnwanted();
    }

    @Override
    public void left(TopicDiscovery<L> discovery) {
        topics.remove(discovery.topic(), discovery);
    }
}

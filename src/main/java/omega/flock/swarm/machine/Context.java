package omega.flock.swarm.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import omega.flock.base.Topic;

/** What the parts of a machine share. Not thread-safe. */
final class Context {
    final MachineOptions options;
    final RandomGenerator random;
    final Deque<Effect> effects = new ArrayDeque<>();
    /** The topics that somebody looks up. */
    final Set<Topic> sought = new HashSet<>();
    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    Phase phase = Phase.OPEN;
    long now;
    long wallMillis;
    long updates;
    long dialsAttempted;
    long dialsOpened;
    long dialsClosed;
    long inboundOpened;
    long inboundClosed;
    long bannedPeers;
    int dials; // of ours, open or under way
    int underWay; // dials that have neither opened nor ended, the firewall's questions included
    int inbound; // connections that others have opened
    private long jobs;

    Context(MachineOptions options, RandomGenerator random) {
        this.options = options;
        this.random = random;
    }

    boolean open() {
        return phase == Phase.OPEN;
    }

    long nextJob() {
        return ++jobs;
    }

    void emit(Effect effect) {
        effects.add(effect);
    }

    void updated() {
        updates++;
        emit(new Effect.Updated());
    }

    void count(Drop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    SwarmStats stats() {
        return new SwarmStats(updates, dialsAttempted, dialsOpened, dialsClosed, inboundOpened, inboundClosed, bannedPeers, drops);
    }
}

package omega.flock.swarm.machine;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import omega.flock.base.Topic;

/** One joined topic: its sessions, how it stands, and what it has learned. Not thread-safe: guarded by the lock of its swarm. */
public final class JoinedTopic {
    /** One call of {@code join}: its own modes and limit on a topic that it may share with other sessions. */
    public static final class Session {
        JoinModes modes;
        private boolean destroyed;

        private Session(JoinModes modes) {
            this.modes = modes;
        }

        /** {@return what it wants} */
        public JoinModes modes() {
            return modes;
        }

        /** {@return whether it was ended by itself} */
        public boolean destroyed() {
            return destroyed;
        }
    }

    private final Topic topic;
    private final Set<Session> sessions = new LinkedHashSet<>();
    final WalkMemory memory = new WalkMemory();
    /** An earlier life of the same topic, which must not be overtaken. */
    final Optional<JoinedTopic> predecessor;
    TopicStanding standing;
    /** What was stopped and has yet to end: what it has sent must arrive before what follows. */
    Optional<Job> straggler = Optional.empty();
    boolean server;
    boolean client;
    boolean lastOutcome = true;

    JoinedTopic(Topic topic, Optional<JoinedTopic> predecessor, TopicStanding standing) {
        this.topic = topic;
        this.predecessor = predecessor;
        this.standing = standing;
    }

    /** {@return the topic} */
    public Topic topic() {
        return topic;
    }

    /** {@return whether it is announced} */
    public boolean server() {
        return server;
    }

    /** {@return whether it is looked up} */
    public boolean client() {
        return client;
    }

    /** {@return whether it has sessions, or could} */
    public boolean live() {
        return !(standing instanceof TopicStanding.Withdrawing withdrawing && withdrawing.leaving()) && !left();
    }

    /** {@return whether it is over} */
    public boolean left() {
        return standing == TopicStanding.Still.LEFT;
    }

    /** {@return the refresh under way; empty if there is none} */
    public Optional<Refresh> refresh() {
        return standing.running();
    }

    /** {@return how the last refresh that ended by itself went; true before the first, and while none is due} */
    public boolean lastOutcome() {
        return lastOutcome || !active();
    }

    boolean active() {
        return standing instanceof TopicStanding.Resting || refresh().isPresent();
    }

    Session open(JoinModes modes) {
        Session session = new Session(modes);
        sessions.add(session);
        return session;
    }

    /** Ends a session; says whether it was one of this topic. */
    boolean end(Session session) {
        session.destroyed = true;
        return sessions.remove(session);
    }

    void endAll() {
        sessions.clear();
    }

    boolean wanted() {
        return !sessions.isEmpty();
    }

    boolean wantsServer() {
        return modes().anyMatch(JoinModes::server);
    }

    boolean wantsClient() {
        return modes().anyMatch(JoinModes::client);
    }

    /** {@return how many peers of the topic are wanted: what the least modest client session wants} */
    int limit() {
        return modes().filter(JoinModes::client).mapToInt(JoinModes::limit).max().orElse(0);
    }

    private Stream<JoinModes> modes() {
        return sessions.stream().map(Session::modes);
    }
}

package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;
import omega.flock.base.Topic;
import omega.flock.swarm.machine.JoinModes;
import omega.flock.swarm.machine.JoinedTopic;
import omega.flock.swarm.machine.JoinedTopic.Session;
import omega.flock.swarm.machine.Refresh;

/**
 * A joined topic as the outside sees it: one session, or all of them. Thread-safe. Two are equal when they stand for the same session, or for
 * all sessions of the same topic.
 */
public final class DiscoveryHandle {
    private final SwarmShell shell;
    private final JoinedTopic topic; // guarded by the lock of the shell, as the session is
    private final Optional<Session> session;

    DiscoveryHandle(SwarmShell shell, JoinedTopic topic, Optional<Session> session) {
        this.shell = shell;
        this.topic = topic;
        this.session = session;
    }

    /** Returns the topic. */
    public Topic topic() {
        return topic.topic();
    }

    /** Tells whether it announces. */
    public boolean server() {
        return shell.read(() -> session.map(own -> own.modes().server()).orElse(topic.server()));
    }

    /** Tells whether it looks up. */
    public boolean client() {
        return shell.read(() -> session.map(own -> own.modes().client()).orElse(topic.client()));
    }

    /** Tells whether it is over. */
    public boolean destroyed() {
        return shell.read(this::over);
    }

    /**
     * Waits for the refresh under way.
     *
     * @param limit how long; empty for ever
     * @return whether it succeeded in time; when none is under way, whether the last one did
     */
    public boolean flushed(Optional<Duration> limit) throws InterruptedException {
        return shell.flushed(topic, limit).orElse(false);
    }

    /**
     * Looks up and announces now, or joins the refresh that does, and waits for it.
     *
     * @param modes new modes of the session; empty to keep them
     * @return whether it succeeded; false while suspended
     */
    public boolean refresh(Optional<JoinModes> modes) throws InterruptedException {
        if (modes.isPresent() && session.isEmpty()) {
            throw new UnsupportedOperationException(
                    "modes belong to what join() returned; this stands for all sessions of topic " + topic());
        }
        Optional<Refresh> refresh = shell.ask(machine -> {
            if (over()) {
                throw new IllegalStateException("the topic " + topic() + " is no longer joined" + (session.isPresent() ? " by this session" : ""));
            }
            modes.ifPresent(next -> machine.modes(session.orElseThrow(), next));
            return machine.refresh(topic);
        });
        return refresh.isPresent() && shell.outcome(refresh.get(), Optional.empty()).orElse(false);
    }

    /** Ends it; returns what is over when what it had announced is withdrawn. Idempotent. */
    public Pending destroy() {
        Optional<Refresh> refresh = shell.ask(machine -> {
            if (session.isPresent()) {
                return machine.end(topic, session.get());
            }
            machine.leave(topic);
            return Optional.empty();
        });
        return new Pending(shell, () -> topic.live() ? refresh.isEmpty() || refresh.get().outcome().settled() : topic.left());
    }

    private boolean over() {
        return !topic.live() || session.filter(Session::destroyed).isPresent();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DiscoveryHandle that && topic == that.topic && session.equals(that.session);
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(topic);
    }
}

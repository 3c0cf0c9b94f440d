package omega.flock.swarm;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.Topic;

/** A joined topic as the outside sees it: one session, or all of them. Thread-safe. */
public interface DiscoveryHandle {

    /** Returns the topic. */
    Topic topic();

    /** Tells whether it announces. */
    boolean server();

    /** Tells whether it looks up. */
    boolean client();

    /** Tells whether it is over. */
    boolean destroyed();

    /**
     * Waits for the refresh under way.
     *
     * @param limit how long; empty for ever
     * @return whether it succeeded in time; when none is under way, whether the last one did
     */
    boolean flushed(Optional<Duration> limit) throws InterruptedException;

    /**
     * Looks up and announces now, or joins the refresh that does, and waits for it.
     *
     * @param modes new modes; empty to keep them
     * @return whether it succeeded; false while suspended
     */
    boolean refresh(Optional<JoinModes> modes) throws InterruptedException;

    /** Ends it; returns what settles when that is done. Idempotent. */
    CompletableFuture<?> destroy();
}

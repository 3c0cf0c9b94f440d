package omega.flock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.Topic;
import omega.flock.swarm.DiscoveryHandle;
import omega.flock.swarm.Pending;

/**
 * A joined topic.
 *
 * <p>What {@link Flock#join} returns is one <em>session</em>: it has modes of its own, and the topic is announced or looked
 * up while any of its sessions wants that. What {@link Flock#status} and {@link Flock#topics} return stands for all sessions
 * together. Thread-safe.
 *
 * <p>The flock looks up and announces again every 10 to 12 minutes by itself, and whenever the network has changed.
 */
public final class PeerDiscovery implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final DiscoveryHandle discovery;

    PeerDiscovery(DiscoveryHandle discovery) {
        this.discovery = discovery;
    }

    /** Returns the topic. */
    public Topic topic() {
        return discovery.topic();
    }

    /** Tells whether this session, or any of those it stands for, announces the topic. */
    public boolean isServer() {
        return discovery.server();
    }

    /** Tells whether this session, or any of those it stands for, looks the topic up. */
    public boolean isClient() {
        return discovery.client();
    }

    /** Tells whether this session was destroyed, or the topic left. */
    public boolean isDestroyed() {
        return discovery.destroyed();
    }

    /**
     * Blocks until the lookup or announcement under way is over: as a server, until the key and the topic are announced; as a
     * client, until every node on the way has answered, though those found may still be dialled ({@link Flock#flush} waits
     * for that). At most 90 seconds. An interrupt ends the wait only.
     *
     * @return whether it succeeded, or was no longer needed because the topic was left or the flock suspended; when nothing
     *     is under way, whether the last one succeeded
     */
    public boolean flushed() throws InterruptedException {
        return discovery.flushed(Optional.empty());
    }

    /**
     * Blocks as {@link #flushed()} does, for a limited time.
     *
     * @return false also if it was not over by then
     */
    public boolean flushed(Duration timeout) throws InterruptedException {
        return discovery.flushed(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Looks up and announces now, or joins the run that is doing so, and blocks until that is over, at most 90 seconds. An
     * interrupt ends the wait only.
     *
     * @return whether it succeeded; false while the flock is suspended
     * @throws IllegalStateException if this session was destroyed or the topic left
     */
    public boolean refresh() throws InterruptedException {
        return discovery.refresh(Optional.empty());
    }

    /**
     * Changes the modes and the limit of this session, then does as {@link #refresh()}. A session that ends to announce has
     * its record withdrawn, unless another one announces the topic.
     *
     * @throws IllegalStateException if this session was destroyed or the topic left
     * @throws UnsupportedOperationException if this stands for all sessions of the topic, which has no modes of its own
     */
    public boolean refresh(JoinOptions options) throws InterruptedException {
        Objects.requireNonNull(options, "options");
        return discovery.refresh(Optional.of(options.modes()));
    }

    /**
     * Ends this session, or all those it stands for, and blocks until what it had announced is withdrawn, some seconds at
     * most. With the last session the topic is left. Connections stay open. An interrupt ends the wait only. Idempotent.
     */
    public void destroy() throws InterruptedException {
        discovery.destroy().await();
    }

    /** As {@link #destroy()}, but waits 10 seconds at most; an interrupt cuts the wait short and stays set. Never throws. */
    @Override
    public void close() {
        Pending over = discovery.destroy();
        try {
            over.await(CLOSE_LIMIT); // what is not withdrawn by then goes on in the background; records expire by themselves
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Two are equal when they stand for the same session, or for all sessions of the same topic. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PeerDiscovery that && discovery.equals(that.discovery);
    }

    @Override
    public int hashCode() {
        return discovery.hashCode();
    }

    @Override
    public String toString() {
        return "PeerDiscovery[" + topic() + (isServer() ? ", server" : "") + (isClient() ? ", client" : "") + "]";
    }
}

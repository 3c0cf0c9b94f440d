package omega.flock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.Health;
import omega.flock.swarm.GatewayLink;
import omega.flock.swarm.JoinModes;
import omega.flock.swarm.LinkEvent;
import omega.flock.swarm.Subscription;
import omega.flock.swarm.Swarm;
import omega.flock.swarm.SwarmOptions;

/**
 * Finds peers by topic and keeps one encrypted connection to each.
 *
 * <pre>
 *   OPEN ◄──suspend(), resume()──► SUSPENDED ──close()──► CLOSED      absorbing
 *     └─────────────────────close()──────────────────────────▲
 * </pre>
 *
 * <p><b>Connections.</b> At most one per peer. When two peers dial each other at the same moment, the connection that the
 * larger key dialled stays; the side with the smaller key may see its own dial first, then that connection end with
 * {@link omega.flock.base.CloseReason.Kind#DUPLICATE}, then the other one. So expect more than one event for a peer. A
 * connection that ends is dialled again after about 1, 5 and 15 seconds while one of the peer's topics is joined as client;
 * a peer that stays away is forgotten until a lookup finds it again.
 *
 * <p><b>Threads.</b> All methods may be called by several threads at a time, from handlers too. Each connection handler call
 * has its own virtual thread; update and ban listeners run in order on one virtual thread. No user code runs under a lock.
 * All threads end with {@link #close()} and are daemons, which do not keep a program alive: one that has nothing else to wait for waits
 * in {@link #awaitClose()}.
 *
 * <p><b>The end.</b> A program that is terminated (SIGTERM, Ctrl-C) says nothing to its peers, who notice after about 16 seconds. A
 * shutdown hook closes the flock, so that peers of open connections know within a second, and nobody is sent to it any more:
 *
 * <pre>{@code
 * Runtime.getRuntime().addShutdownHook(new Thread(flock::close));
 * }</pre>
 *
 * <p><b>Waiting.</b> What declares {@link InterruptedException} waits; an interrupt ends the wait, not what is waited for.
 *
 * <p>Behaviour follows hyperswarm 4.17.2, with which a flock shares its wire format.
 */
public final class Flock implements AutoCloseable {

    private final Gateway gateway;
    private final Swarm<GatewayLink> swarm;

    private Flock(Gateway gateway, Swarm<GatewayLink> swarm) {
        this.gateway = gateway;
        this.swarm = swarm;
    }

    /**
     * Opens a flock on the public network with a fresh key pair. Returns at once, the network is joined in the background.
     *
     * @throws UncheckedIOException if no UDP port can be bound: a {@link java.net.BindException} that names the address
     */
    public static Flock open() {
        return builder().open();
    }

    /** Returns a builder with the defaults of the table there. */
    public static Builder builder() {
        return new Builder();
    }

    /** Gathers the settings of a flock and opens it. Settings and their defaults: {@link FlockBuilder}. Not thread-safe. */
    public static final class Builder extends FlockBuilder<Builder> {

        private Builder() {}

        /**
         * Opens the flock. Returns at once, the network is joined in the background.
         *
         * @throws UncheckedIOException if no UDP port can be bound: a {@link java.net.BindException} that names the address
         */
        public Flock open() {
            SwarmOptions options = options();
            Gateway network = gateway();
            return new Flock(network, swarm(options, network));
        }

        @Override
        Builder self() {
            return this;
        }
    }

    // ---- topics ----

    /** Joins a topic as server and client; see {@link #join(Topic, JoinOptions)}. */
    public PeerDiscovery join(Topic topic) {
        return join(topic, JoinOptions.DEFAULT);
    }

    /**
     * Joins a topic: announces this flock there, looks for others, or both. Never blocks; the first announcement or lookup
     * has begun when this returns, so that {@link PeerDiscovery#flushed()} waits for it. Joining a topic again opens another
     * session of it with modes and limit of its own. While suspended, it begins with the resume.
     *
     * <p>A server's announcement is public, and a client tells nodes what it looks for: {@link Gateway#announce}. Whoever knows the topic
     * can connect, under as many keys as he likes: let {@link FlockBuilder#firewall}, or first messages, say who may.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public PeerDiscovery join(Topic topic, JoinOptions options) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(options, "options");
        return new PeerDiscovery(swarm.join(topic, new JoinModes(options.server(), options.client(), options.limit())));
    }

    /**
     * Leaves a topic: ends all its sessions and blocks until the announcement is withdrawn, some seconds at most. Connections
     * stay open; who is queued or waited for because of this topic alone is not dialled. Does nothing if the topic is not
     * joined or the flock is closed.
     */
    public void leave(Topic topic) throws InterruptedException {
        await(swarm.leave(Objects.requireNonNull(topic, "topic")));
    }

    /** Leaves every topic; blocks as {@link #leave} does. */
    public void clear() throws InterruptedException {
        await(swarm.clear());
    }

    /** Returns what stands for all sessions of a topic; empty if it is not joined. */
    public Optional<PeerDiscovery> status(Topic topic) {
        return swarm.status(Objects.requireNonNull(topic, "topic")).map(PeerDiscovery::new);
    }

    /** Returns what {@link #status} does for every joined topic, in the order in which they were joined: a snapshot. */
    public List<PeerDiscovery> topics() {
        return swarm.topics().stream().map(PeerDiscovery::new).toList();
    }

    // ---- peers ----

    /**
     * Keeps a connection to a peer: dials it now and whenever the connection is lost, without end, though ever more seldom.
     * The peer must listen; no topic is needed. Never blocks. While suspended, it begins with the resume.
     *
     * @return false if it is this flock's own key, which is not dialled
     * @throws IllegalStateException if the flock is closed
     */
    public boolean joinPeer(PublicKey key) {
        return swarm.joinPeer(Objects.requireNonNull(key, "key"));
    }

    /**
     * Ends {@link #joinPeer}. An open connection stays open and is not dialled again; a dial under way goes on.
     *
     * @return whether the peer was joined
     */
    public boolean leavePeer(PublicKey key) {
        return swarm.leavePeer(Objects.requireNonNull(key, "key"));
    }

    /** Returns everyone the flock has in mind: connected, dialled, waited for, joined by key or banned. A snapshot. */
    public Map<PublicKey, PeerInfo> peers() {
        Map<PublicKey, PeerInfo> all = new HashMap<>();
        swarm.peers().forEach((key, peer) -> all.put(key, new PeerInfo(peer)));
        return Collections.unmodifiableMap(all);
    }

    // ---- connections ----

    /** Returns the open connections of both directions, at most one for each peer: a snapshot. One that was closed is not among them. */
    public Set<Connection> connections() {
        Set<Connection> all = new LinkedHashSet<>();
        swarm.connections().forEach(link -> all.add(link.connection()));
        return Collections.unmodifiableSet(all);
    }

    /** Returns how many dials have been started and have neither opened nor failed. */
    public int connecting() {
        return swarm.connecting();
    }

    /**
     * Makes this flock reachable under its key, without a topic, and blocks until the key is announced; joining as server
     * does so too. Returns at once when it listens already. While suspended, it waits for the resume.
     *
     * @throws IOException if that failed, with code {@code KEYPAIR_ALREADY_USED} if another flock listens under the key on
     *     the same gateway; the next call tries again
     * @throws IllegalStateException if the flock is closed
     */
    public void listen() throws IOException, InterruptedException {
        swarm.listen();
    }

    /**
     * Blocks until everybody who could be found has been tried: until the lookups and announcements under way are over, and
     * then until each dial that is queued or under way has opened or failed, or a limit of the flock keeps the rest from
     * being dialled. Handlers of the new connections have been started by then. Does not wait for peers that are to be tried
     * again later. Whether a lookup succeeded is what {@link PeerDiscovery#flushed()} tells.
     *
     * @return true; false if the flock was suspended or closed, or nobody of the network answers
     */
    public boolean flush() throws InterruptedException {
        return swarm.flush(Optional.empty());
    }

    /**
     * Blocks as {@link #flush()} does, for a limited time.
     *
     * @return false if it was not over by then, the flock was suspended or closed, or nobody of the network answers
     */
    public boolean flush(Duration timeout) throws InterruptedException {
        return swarm.flush(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Registers a handler for new connections. It also gets those that have arrived before anybody took them, at most 64.
     * With several handlers each gets every connection.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onConnection(ConnectionHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return registration(swarm.onConnection((link, peer) -> handler.accept(link.connection(), new PeerInfo(peer))));
    }

    /**
     * Registers a listener for changes: a dial has started, a connection has opened or ended. Changes that happen while
     * listeners run become one call.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onUpdate(Runnable listener) {
        return registration(swarm.onUpdate(Objects.requireNonNull(listener, "listener")));
    }

    /**
     * Registers a listener for bans by the firewall; {@link PeerInfo#ban} is no such ban.
     *
     * @param listener gets the peer and an exception with code {@code PEER_FIREWALLED}
     * @throws IllegalStateException if the flock is closed
     */
    public Registration onBan(BiConsumer<PeerInfo, FlockException> listener) {
        Objects.requireNonNull(listener, "listener");
        return registration(swarm.onBan((peer, reason) -> listener.accept(new PeerInfo(peer), reason)));
    }

    /**
     * Blocks for the next connection of either direction: the alternative to a handler. Up to 64 connections wait for it;
     * beyond that the newest is reset.
     *
     * @throws IOException a {@link FlockException} with code {@code SHUT_DOWN} once the flock is closed
     * @throws IllegalStateException if a handler is registered, which takes all connections
     */
    public ConnectionEvent accept() throws IOException, InterruptedException {
        return event(swarm.accept(Optional.empty()).orElseThrow());
    }

    /**
     * Blocks as {@link #accept()} does, for a limited time.
     *
     * @return empty if there was no connection by then
     * @throws IOException a {@link FlockException} with code {@code SHUT_DOWN} once the flock is closed
     * @throws IllegalStateException if a handler is registered, which takes all connections
     */
    public Optional<ConnectionEvent> accept(Duration timeout) throws IOException, InterruptedException {
        return swarm.accept(Optional.of(Objects.requireNonNull(timeout, "timeout"))).map(Flock::event);
    }

    // ---- about itself ----

    /**
     * Returns the gateway under this flock, which lives as long as the flock. Who closes it alone leaves a flock that finds
     * nobody: connections end, {@link PeerDiscovery#flushed()} yields false, {@link #listen()} fails with code {@code
     * SHUT_DOWN}, {@link #suspend()} throws an {@code IllegalStateException}. Closing the flock is still needed.
     */
    public Gateway dht() {
        return gateway;
    }

    /** Returns how well the network is reached, since when, and what is wrong; see {@link Gateway#health()}. */
    public Health health() {
        return gateway.health();
    }

    /** Runs a listener with each change of {@link #health()}, one after the other; see {@link Gateway#onHealth}. */
    public Registration onHealth(Consumer<Health> listener) {
        AutoCloseable registered = gateway.onHealth(Objects.requireNonNull(listener, "listener"));
        return () -> {
            try {
                registered.close();
            } catch (Exception e) {
                throw new IllegalStateException("a registration ends without waiting", e);
            }
        };
    }

    /** Returns who this flock is. */
    public KeyPair keyPair() {
        return swarm.keyPair();
    }

    /** Returns the counters of the moment. */
    public FlockStats stats() {
        return FlockStats.of(swarm.stats());
    }

    // ---- life ----

    /**
     * Lets go of the network: withdraws announcements, resets every connection, releases the ports. Topics, peers joined by
     * key and bans are kept. Blocks until that is done, some seconds at most; calls that overlap run one after the other.
     * Waiting flushes yield false. Does nothing if suspended.
     *
     * @throws IllegalStateException if the flock is closed
     */
    public void suspend() throws InterruptedException {
        await(swarm.suspend());
    }

    /**
     * Takes the network back, looks up and announces every topic anew, and dials the peers joined by key. Blocks until the
     * ports are bound. Does nothing if not suspended.
     *
     * @throws UncheckedIOException if no UDP port can be bound; the flock stays suspended
     * @throws IllegalStateException if the flock is closed
     */
    public void resume() throws InterruptedException {
        await(swarm.resume());
    }

    /**
     * Withdraws announcements, grants connections that the program has closed a second to deliver their last bytes, resets the others,
     * after half a second at the latest, and closes the gateway: within about 10 seconds, by force if necessary. Blocks until that is
     * done; further calls wait for the first. An interrupt shortens it and stays set. Idempotent; never throws.
     */
    @Override
    public void close() {
        swarm.close();
    }

    /** Closes at once: announcements are left to expire within 20 minutes. Also hastens a {@link #close()} under way. */
    public void closeNow() {
        swarm.closeNow();
    }

    /** Blocks until {@link #close} has done all, called by another thread, a handler or a shutdown hook, or until the flock has failed. */
    public void awaitClose() throws InterruptedException {
        swarm.awaitClose(Optional.empty());
    }

    /**
     * Blocks as {@link #awaitClose()} does, for a limited time.
     *
     * @return whether the flock is closed
     */
    public boolean awaitClose(Duration timeout) throws InterruptedException {
        return swarm.awaitClose(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    @Override
    public String toString() {
        return "Flock[" + keyPair().publicKey() + "]";
    }

    private static ConnectionEvent event(LinkEvent<GatewayLink> event) {
        return new ConnectionEvent(event.link().connection(), new PeerInfo(event.peer()));
    }

    private static Registration registration(Subscription subscription) {
        return subscription::cancel;
    }

    private static void await(CompletableFuture<?> done) throws InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UncheckedIOException failure
                    ? new UncheckedIOException(failure.getMessage(), failure.getCause())
                    : new IllegalStateException(e.getCause().getMessage(), e.getCause());
        }
    }
}

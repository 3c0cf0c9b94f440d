package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.Subscription;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.Peer;
import omega.flock.swarm.machine.SwarmConstants;
import omega.flock.swarm.machine.SwarmFailures;

/**
 * Tells the program what happens. Each connection handler runs on its own virtual thread; update and ban listeners run in
 * order on one virtual thread, which lives while there is something to tell, and updates that pile up become one.
 */
final class SwarmEvents {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final ReentrantLock lock;
    private final TaskScope scope;
    private final Condition arrived;
    // All below guarded by lock.
    private final List<LinkHandler> handlers = new ArrayList<>();
    private final List<Runnable> updateListeners = new ArrayList<>();
    private final List<BiConsumer<Peer, FlockException>> banListeners = new ArrayList<>();
    private final Deque<LinkEvent> backlog = new ArrayDeque<>();
    private final Deque<Peer> bans = new ArrayDeque<>();
    private boolean updated;
    private boolean telling;
    private boolean closed;

    /** {@code lock} is the one of the swarm, which is held where a remark says so. */
    SwarmEvents(ReentrantLock lock, TaskScope scope) {
        this.lock = lock;
        this.scope = scope;
        this.arrived = lock.newCondition();
    }

    // ---- under the lock ----

    /** Hands a connection to the handlers, or keeps it for {@link #accept}; false if too many wait there. */
    boolean connected(Link link, Peer peer) {
        if (handlers.isEmpty() && backlog.size() >= SwarmConstants.ACCEPT_BACKLOG) {
            return false;
        }
        if (handlers.isEmpty()) {
            backlog.addLast(new LinkEvent(link, peer));
            arrived.signal();
        }
        handlers.forEach(handler -> fork(handler, link, peer));
        return true;
    }

    /** Takes a connection back that nobody has accepted. */
    void takeBack(Link link) {
        backlog.removeIf(event -> event.link().equals(link));
    }

    /** Empties the backlog, whose connections are about to be reset. */
    void dropBacklog() {
        backlog.clear();
    }

    /** Something about the connections has changed. */
    void updated() {
        if (!updateListeners.isEmpty()) {
            updated = true;
            tell();
        }
    }

    /** The firewall has banned a peer; false if the listeners are too slow to hear of it. */
    boolean banned(Peer peer) {
        if (!banListeners.isEmpty()) {
            if (bans.size() >= SwarmConstants.MAX_PENDING_BANS) {
                return false;
            }
            bans.addLast(peer);
            tell();
        }
        return true;
    }

    /** Wakes whoever accepts and forgets the listeners. */
    void close() {
        closed = true;
        arrived.signalAll();
        backlog.clear();
        handlers.clear();
        updateListeners.clear();
        banListeners.clear();
        bans.clear();
        updated = false;
    }

    // ---- for the program ----

    /** Registers a handler, which also takes what nobody has accepted so far. */
    Subscription onConnection(LinkHandler handler) {
        return locked(() -> {
            Subscription subscription = register(handlers, handler, "take a handler");
            arrived.signalAll();
            backlog.forEach(event -> fork(handler, event.link(), event.peer()));
            backlog.clear();
            return subscription;
        });
    }

    Subscription onUpdate(Runnable listener) {
        return locked(() -> register(updateListeners, listener, "take a listener"));
    }

    Subscription onBan(BiConsumer<Peer, FlockException> listener) {
        return locked(() -> register(banListeners, listener, "take a listener"));
    }

    /**
     * Waits for the next connection.
     *
     * @param limit how long; empty for ever
     * @return empty when there was none in time
     */
    Optional<LinkEvent> accept(Optional<Duration> limit) throws IOException, InterruptedException {
        long remaining = limit.map(Nanos::of).orElse(Long.MAX_VALUE);
        lock.lockInterruptibly();
        try {
            while (backlog.isEmpty()) {
                if (closed) {
                    throw SwarmText.shutDown(scope);
                }
                if (!handlers.isEmpty()) {
                    throw new IllegalStateException("a connection handler is registered, it takes all connections");
                }
                if (remaining <= 0) {
                    return Optional.empty();
                }
                remaining = arrived.awaitNanos(remaining);
            }
            return Optional.of(backlog.removeFirst());
        } finally {
            lock.unlock();
        }
    }

    /** A listener may be registered twice; each registration ends once. */
    private <T> Subscription register(List<T> listeners, T listener, String what) {
        if (closed) {
            throw SwarmText.cannot(what, scope);
        }
        listeners.add(listener);
        AtomicBoolean cancelled = new AtomicBoolean();
        return () -> {
            if (cancelled.compareAndSet(false, true)) {
                locked(() -> listeners.remove(listener));
            }
        };
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- threads ----

    private void fork(LinkHandler handler, Link link, Peer peer) {
        scope.tryFork("flock-connection " + SwarmText.brief(peer.publicKey()), () -> handle(handler, link, peer));
    }

    private void handle(LinkHandler handler, Link link, Peer peer) throws InterruptedException {
        try {
            handler.accept(link, peer);
        } catch (InterruptedException e) {
            if (scope.isCancelled()) {
                throw e; // the answer to the close, which has reset the connection
            }
            abandon(link, Level.WARNING, e);
        } catch (IOException e) {
            abandon(link, Level.DEBUG, e); // the peer went away; the program chose not to deal with it
        } catch (Exception | Error e) {
            abandon(link, Level.WARNING, e);
        }
    }

    /** Nobody deals with the connection any more: its peer is not to wait for that. */
    private static void abandon(Link link, Level level, Throwable cause) {
        LOG.log(level, "swarm.handler.failed peer=" + link.remotePublicKey(), cause);
        if (link.isOpen()) {
            link.abort(CloseReason.closedLocally("its handler failed: " + cause));
        }
    }

    private void tell() {
        telling = telling || scope.tryFork("flock-events", this::tellAll);
    }

    private void tellAll() {
        boolean finished = false;
        try {
            for (Optional<Runnable> next = locked(this::nextCall); next.isPresent(); next = locked(this::nextCall)) {
                next.get().run();
            }
            finished = true;
        } finally {
            if (!finished) {
                locked(() -> telling = false); // an Error of a listener ends this thread; the next event starts another
            }
        }
    }

    private Optional<Runnable> nextCall() {
        Peer banned = bans.poll();
        if (banned != null) {
            List<BiConsumer<Peer, FlockException>> listeners = List.copyOf(banListeners);
            return Optional.of(() -> listeners.forEach(each -> isolated(() -> each.accept(banned, SwarmFailures.firewalled()))));
        }
        telling = updated;
        updated = false;
        List<Runnable> listeners = List.copyOf(updateListeners);
        return telling ? Optional.of(() -> listeners.forEach(SwarmEvents::isolated)) : Optional.empty();
    }

    private static void isolated(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "swarm.listener.failed", e);
        }
    }
}

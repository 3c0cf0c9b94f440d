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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.function.BiConsumer;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PublicKey;

/**
 * Tells the program what happens. Each connection handler runs on its own virtual thread; update and ban listeners run in
 * order on one virtual thread, which lives while there is something to tell, and updates that pile up become one.
 *
 * @param <L> the connections
 */
final class SwarmEvents<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private record Ban(PeerHandle peer, FlockException reason) {}

    private final SwarmContext<L> context;
    private final Condition arrived;
    // All below guarded by context.guard.
    private final List<LinkHandler<L>> handlers = new ArrayList<>();
    private final List<Runnable> updateListeners = new ArrayList<>();
    private final List<BiConsumer<PeerHandle, FlockException>> banListeners = new ArrayList<>();
    private final Deque<LinkEvent<L>> backlog = new ArrayDeque<>();
    private final Deque<Ban> bans = new ArrayDeque<>();
    private boolean updated;
    private boolean telling;

    SwarmEvents(SwarmContext<L> context) {
        this.context = context;
        this.arrived = context.guard.newCondition();
    }

    /** Hands a connection to the handlers, or keeps it for {@link #accept}; only inside a change. */
    void connected(L link, PeerHandle peer) {
        if (!handlers.isEmpty()) {
            handlers.forEach(handler -> fork(handler, link, peer));
        } else if (backlog.size() < SwarmConstants.ACCEPT_BACKLOG) {
            backlog.addLast(new LinkEvent<>(link, peer));
            arrived.signal();
        } else {
            context.counters.count(Drop.BACKLOG_FULL);
            context.guard.afterwards(() -> link.abort(CloseReason.closedLocally("nobody accepts connections")));
        }
    }

    /** Takes a connection back that nobody has accepted; only inside a change. */
    void withdraw(L link) {
        backlog.removeIf(event -> event.link() == link);
    }

    /** Something about the connections has changed; only inside a change. */
    void updated() {
        context.counters.updates++;
        if (!updateListeners.isEmpty()) {
            updated = true;
            tell();
        }
    }

    /** The firewall has banned a peer; only inside a change. */
    void banned(PeerHandle peer, FlockException reason) {
        if (banListeners.isEmpty()) {
            return;
        }
        if (bans.size() >= SwarmConstants.MAX_PENDING_BANS) {
            context.counters.count(Drop.BAN_EVENTS_FULL);
            return;
        }
        bans.addLast(new Ban(peer, reason));
        tell();
    }

    /** Registers a handler, which also takes what nobody has accepted so far. */
    Subscription onConnection(LinkHandler<L> handler) {
        return context.guard.get(() -> {
            context.requireNotClosed("take a handler");
            handlers.add(handler);
            arrived.signalAll();
            for (LinkEvent<L> event = backlog.poll(); event != null; event = backlog.poll()) {
                fork(handler, event.link(), event.peer());
            }
            return once(handlers, handler);
        });
    }

    Subscription onUpdate(Runnable listener) {
        return register(updateListeners, listener);
    }

    Subscription onBan(BiConsumer<PeerHandle, FlockException> listener) {
        return register(banListeners, listener);
    }

    /**
     * Waits for the next connection.
     *
     * @param limit how long; empty for ever
     * @return empty when there was none in time
     */
    Optional<LinkEvent<L>> accept(Optional<Duration> limit) throws IOException, InterruptedException {
        long remaining = limit.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        context.guard.lock().lockInterruptibly();
        try {
            while (true) {
                if (context.phase() == Phase.CLOSED) {
                    throw closed();
                }
                if (!handlers.isEmpty()) {
                    throw new IllegalStateException("a connection handler is registered, it takes all connections");
                }
                if (!backlog.isEmpty()) {
                    return Optional.of(backlog.removeFirst());
                }
                if (remaining <= 0) {
                    return Optional.empty();
                }
                if (limit.isPresent()) {
                    remaining = arrived.awaitNanos(remaining);
                } else {
                    arrived.await();
                }
            }
        } finally {
            context.guard.lock().unlock();
        }
    }

    private FlockException closed() {
        Optional<Throwable> failure = context.scope.failure();
        String what = failure.map(cause -> "the flock failed: " + cause).orElse("the flock is closed");
        return new FlockException(Code.SHUT_DOWN, what, failure.orElse(null));
    }

    /** Empties the backlog, whose connections are about to be reset; only inside a change. */
    void dropBacklog() {
        backlog.clear();
    }

    /** Wakes whoever accepts and forgets the listeners; only inside a change. */
    void close() {
        arrived.signalAll();
        backlog.clear();
        handlers.clear();
        updateListeners.clear();
        banListeners.clear();
        bans.clear();
        updated = false;
    }

    private <T> Subscription register(List<T> listeners, T listener) {
        return context.guard.get(() -> {
            context.requireNotClosed("take a listener");
            listeners.add(listener);
            return once(listeners, listener);
        });
    }

    /** A listener may be registered twice; each registration ends once. */
    private <T> Subscription once(List<T> listeners, T listener) {
        AtomicBoolean cancelled = new AtomicBoolean();
        return () -> {
            if (cancelled.compareAndSet(false, true)) {
                context.guard.run(() -> listeners.remove(listener));
            }
        };
    }

    private void fork(LinkHandler<L> handler, L link, PeerHandle peer) {
        PublicKey key = peer.publicKey();
        try {
            context.scope.fork("flock-connection " + SwarmText.brief(key), () -> handle(handler, link, peer));
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.handler.rejected peer={0}", key);
        }
    }

    private void handle(LinkHandler<L> handler, L link, PeerHandle peer) throws InterruptedException {
        try {
            handler.accept(link, peer);
        } catch (InterruptedException e) {
            if (context.scope.isCancelled()) {
                throw e; // the answer to the close, which has reset the connection
            }
            LOG.log(Level.WARNING, "swarm.handler.failed peer=" + peer.publicKey(), e);
            abandon(link, e);
        } catch (IOException e) {
            // The peer went away; the program chose not to deal with it.
            LOG.log(Level.DEBUG, "swarm.handler.io peer=" + peer.publicKey(), e);
            abandon(link, e);
        } catch (Exception | Error e) {
            LOG.log(Level.WARNING, "swarm.handler.failed peer=" + peer.publicKey(), e);
            abandon(link, e);
        }
    }

    /** Nobody deals with the connection any more: its peer is not to wait for that. */
    private void abandon(L link, Throwable cause) {
        if (link.isOpen()) {
            link.abort(CloseReason.closedLocally("its handler failed: " + cause));
        }
    }

    private void tell() {
        if (telling) {
            return;
        }
        try {
            context.scope.fork("flock-events", this::tellAll);
            telling = true;
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "swarm.events.rejected");
        }
    }

    private void tellAll() {
        boolean finished = false;
        try {
            for (Optional<Runnable> next = nextCall(); next.isPresent(); next = nextCall()) {
                next.get().run();
            }
            finished = true;
        } finally {
            if (!finished) {
                // An Error of a listener ends this thread; the next event starts another.
                context.guard.run(() -> telling = false);
            }
        }
    }

    private Optional<Runnable> nextCall() {
        return context.guard.get(() -> {
            Ban ban = bans.poll();
            if (ban != null) {
                List<BiConsumer<PeerHandle, FlockException>> listeners = List.copyOf(banListeners);
                return Optional.of(() -> listeners.forEach(each -> isolated(() -> each.accept(ban.peer(), ban.reason()))));
            }
            if (updated) {
                updated = false;
                List<Runnable> listeners = List.copyOf(updateListeners);
                return Optional.of(() -> listeners.forEach(SwarmEvents::isolated));
            }
            telling = false;
            return Optional.empty();
        });
    }

    private static void isolated(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "swarm.listener.failed", e);
        }
    }
}

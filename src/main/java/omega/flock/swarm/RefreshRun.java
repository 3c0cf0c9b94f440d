package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import omega.flock.base.PeerAddress;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.Alarms.Alarm;

/** What one refresh does, on its own virtual thread: wait for its turn, listen, walk, commit. */
final class RefreshRun<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final TopicDiscovery<L> discovery;
    private final SwarmContext<L> context;
    private final Refresh refresh;
    private final boolean announcing;
    private Optional<Walk> walk = Optional.empty();
    private List<PeerAddress> announcedAt = List.of();

    RefreshRun(TopicDiscovery<L> discovery, Refresh refresh, boolean announcing) {
        this.discovery = discovery;
        this.context = discovery.context();
        this.refresh = refresh;
        this.announcing = announcing;
    }

    void run() throws InterruptedException {
        boolean success = false;
        // One lost completion must not freeze a topic for ever.
        Alarm watchdog = context.alarms.schedule(context.now() + SwarmConstants.REFRESH_DEADLINE.toNanos(),
                () -> context.guard.run(() -> discovery.expire(refresh)));
        try {
            success = perform();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "swarm.refresh.failed topic={0} error={1}", discovery.topic(), e);
        } finally {
            watchdog.cancel();
            walk.ifPresent(Walk::close);
            boolean outcome = success;
            List<PeerAddress> met = announcedAt.isEmpty() ? walk.map(Walk::closestNodes).orElse(List.of()) : announcedAt;
            context.guard.run(() -> discovery.ended(refresh, met, announcing, outcome));
        }
    }

    private boolean perform() throws IOException, InterruptedException {
        awaitTurn();
        if (announcing && !listening()) {
            return false;
        }
        // Asked and started outside of a change: the network has locks of its own.
        List<PeerAddress> relays = announcing ? relays() : List.of();
        Optional<Walk.Start> start = context.guard.get(() -> discovery.plan(refresh, announcing, relays));
        if (start.isEmpty()) {
            return false;
        }
        walk = Optional.of(start.get().walk());
        boolean wanted = context.guard.get(() -> refresh.walking(walk.get()));
        return wanted && walk(walk.get()) && lookAgain();
    }

    /**
     * Looks once more after the first announcement: of two peers that announce themselves at the same time, each may look
     * before the other's record is stored. The one whose record is stored last now sees the other.
     */
    private boolean lookAgain() throws InterruptedException {
        List<PeerAddress> nodes = walk.get().closestNodes();
        Optional<Walk.Start> again = context.guard.get(() -> discovery.planSecondLook(refresh, announcing, nodes));
        if (again.isEmpty()) {
            return true;
        }
        announcedAt = nodes;
        walk.get().close();
        try {
            Walk second = again.get().walk();
            walk = Optional.of(second);
            return context.guard.get(() -> refresh.walking(second)) && walk(second);
        } catch (IOException e) {
            // The announcement is stored, which is what the refresh was for; the next one looks again.
            LOG.log(Level.DEBUG, "swarm.secondlook.failed topic={0} error={1}", discovery.topic(), e);
            return true;
        }
    }

    private boolean walk(Walk walking) throws IOException, InterruptedException {
        try {
            for (Optional<List<FoundPeer>> peers = walking.next(); peers.isPresent(); peers = walking.next()) {
                List<FoundPeer> found = peers.get();
                context.guard.run(() -> discovery.found(refresh, found));
            }
            walking.await();
        } catch (IOException e) {
            if (!cancelled()) {
                throw e;
            }
        }
        if (cancelled()) {
            settleCommits(walking);
            return false;
        }
        return true;
    }

    private boolean cancelled() {
        return context.guard.get(refresh::cancelled);
    }

    private void awaitTurn() throws InterruptedException {
        if (refresh.previous().isPresent()) {
            Waits.await(refresh.previous().get().ended(), SwarmConstants.COMMIT_GRACE.multipliedBy(2));
        }
        Waits.awaitQuietly(discovery.predecessor(), SwarmConstants.PREDECESSOR_LIMIT);
    }

    private boolean listening() throws IOException, InterruptedException {
        CompletableFuture<Listener<L>> listener = context.guard.get(discovery::listen);
        try {
            listener.get(SwarmConstants.REFRESH_DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("cannot listen", e.getCause());
        }
    }

    private List<PeerAddress> relays() throws IOException {
        CompletableFuture<Listener<L>> listener = context.guard.get(discovery::listen);
        if (listener.isCompletedExceptionally() || !listener.isDone()) {
            throw new IOException("no longer listening");
        }
        return listener.join().relayAddresses();
    }

    /** An announcement that was cut short may still be on its way to some nodes: it must arrive before its withdrawal. */
    private void settleCommits(Walk cancelled) throws InterruptedException {
        try {
            cancelled.close();
            cancelled.await(SwarmConstants.COMMIT_GRACE);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "swarm.refresh.cancelled topic={0} error={1}", discovery.topic(), e);
        }
    }
}

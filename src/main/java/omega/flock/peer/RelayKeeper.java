package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.RelayInfo;
import omega.flock.rpc.RpcReply;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * The work of an announcer: finding relays, announcing at them, looking after them, withdrawing. Its blocking methods run
 * on the announcer's thread and end with its interrupt; the questions are answered on any thread.
 */
final class RelayKeeper {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final AnnouncerNode node;
    private final Ticker ticker;
    private final TaskScope scope;
    private final ReentrantLock lock = new ReentrantLock();
    private final RelayGenerations generations = new RelayGenerations(); // guarded by lock
    private final Set<PeerAddress> announcing = new LinkedHashSet<>(); // guarded by lock; asked, and not yet answered
    private volatile Relays relays = Relays.NONE;
    private List<PeerAddress> seeds = List.of(); // of the announcer's thread only

    RelayKeeper(AnnouncerNode node, Ticker ticker, TaskScope scope) {
        this.node = node;
        this.ticker = ticker;
        this.scope = scope;
    }

    /** Returns what clients are told. */
    Relays relays() {
        return relays;
    }

    /** Tells whether a node is one of our relays, of this cycle or of the two before. */
    boolean isRelay(PeerAddress address) {
        lock.lock();
        try {
            return generations.contains(address);
        } finally {
            lock.unlock();
        }
    }

    /** Walks to the key, announces at the nearest nodes, and withdraws from those of the last time that are not among them. */
    void announce() throws InterruptedException {
        locked(generations::shift);
        List<RpcReply> closest;
        try {
            // "Each announce cycle walking from scratch: relay set churns": begin where the last one ended.
            closest = node.findClosest(seeds);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "announcer.walk.failed", e);
            return;
        }
        Harvest harvest = new Harvest(node.openAddress().map(List::of).orElse(List.of()));
        forEach(closest.stream().limit(PeerConstants.RELAYS).toList(), "flock-announce", PeerConstants.ANNOUNCE_TIMEOUT,
                reply -> announceAt(reply, harvest));
        seeds = closest.stream().map(RpcReply::from).toList();
        // "Publishing the relay list before all announces settled" is what makes clients get half a list.
        relays = harvest.close();
        LOG.log(Level.DEBUG, "announcer.announced relays={0}", relays.addresses());
        withdrawFrom(abandoned());
    }

    private void announceAt(RpcReply reply, Harvest harvest) throws IOException, InterruptedException {
        locked(() -> announcing.add(reply.from()));
        try {
            if (node.announce(reply)) {
                harvest.add(reply);
            }
            locked(() -> announcing.remove(reply.from()));
        } catch (IOException e) {
            locked(() -> announcing.remove(reply.from()));
            throw e;
        }
    }

    /** How the relays do. */
    enum Health {
        /** Three of them, or all if there are fewer, answer and see us where they saw us before. */
        WELL,
        /** Too few answer, or there are none. */
        LOST,
        /** One sees us at another address than the one it forwards to. */
        DRIFTED
    }

    /** Pings the relays, which also keeps the NAT's mapping for them open. */
    Health check() throws InterruptedException {
        Map<PeerAddress, PeerAddress> known = known();
        AtomicInteger answers = new AtomicInteger();
        AtomicInteger drifted = new AtomicInteger();
        forEach(List.copyOf(known.keySet()), "flock-relay-ping", PeerConstants.PING_TIMEOUT, relay -> {
            PeerAddress seenAs = node.ping(relay);
            answers.incrementAndGet();
            if (!seenAs.equals(known.get(relay))) {
                drifted.incrementAndGet();
            }
        });
        if (drifted.get() > 0) {
            // The relay forwards to an address that is no longer ours; only announcing again tells it.
            LOG.log(Level.DEBUG, "announcer.address.drifted relays={0}", drifted.get());
            return Health.DRIFTED;
        }
        boolean enough = !known.isEmpty() && answers.get() >= Math.min(known.size(), PeerConstants.RELAYS);
        return enough ? Health.WELL : Health.LOST;
    }

    /** Takes the key back from all relays that may have it, and tells clients of none any more. */
    void withdraw() throws InterruptedException {
        relays = Relays.NONE;
        Set<PeerAddress> holders = new LinkedHashSet<>();
        locked(() -> {
            // A cycle that an interrupt cut short has neither settled its own announces nor withdrawn the last one's.
            holders.addAll(generations.holders());
            holders.addAll(announcing);
            announcing.clear();
        });
        withdrawFrom(List.copyOf(holders));
    }

    private void withdrawFrom(List<PeerAddress> nodes) throws InterruptedException {
        forEach(nodes, "flock-unannounce", PeerConstants.WITHDRAW_TIMEOUT, node::unannounce);
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private Map<PeerAddress, PeerAddress> known() {
        lock.lock();
        try {
            return generations.currentSeenAs();
        } finally {
            lock.unlock();
        }
    }

    private List<PeerAddress> abandoned() {
        lock.lock();
        try {
            return generations.abandoned();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs an action for all items at once and waits, for a limited time, until each has ended one way or the other.
     *
     * @throws InterruptedException also if the announcer's scope has ended
     */
    private <T> void forEach(List<T> items, String name, Duration timeout, NetworkAction<T> action)
            throws InterruptedException {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        try (TaskScope step = scope.child(name)) {
            List<Task<Void>> tasks = items.stream().map(item -> step.fork(name, () -> action.run(item))).toList();
            for (Task<Void> task : tasks) {
                try {
                    task.join(Duration.ofNanos(Math.max(1, deadline - ticker.nanoTime())));
                } catch (ExecutionException | TimeoutException e) {
                    LOG.log(Level.TRACE, name, e);
                }
            }
        } catch (RejectedExecutionException e) {
            // The server has closed. That interrupts the announcer, which may not have waited since, and ends it like an interrupt.
            throw new InterruptedException("the announcer's scope has ended");
        }
    }

    @FunctionalInterface
    private interface NetworkAction<T> {
        void run(T item) throws IOException, InterruptedException;
    }

    /** What one cycle brings in, in order of completion, so that the fastest relays come first. */
    private final class Harvest {

        private final List<RelayInfo> infos = new ArrayList<>(); // guarded by lock
        private final List<PeerAddress> addresses; // guarded by lock
        private boolean closed; // guarded by lock

        Harvest(List<PeerAddress> own) {
            addresses = new ArrayList<>(own);
        }

        void add(RpcReply reply) {
            lock.lock();
            try {
                // One that comes too late is a relay all the same, and withdrawn from like the others.
                generations.add(reply.from(), reply.to());
                if (!closed) {
                    infos.add(new RelayInfo(reply.from(), reply.to()));
                    if (addresses.size() < PeerConstants.RELAYS) {
                        addresses.add(reply.from());
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        Relays close() {
            lock.lock();
            try {
                closed = true;
                return new Relays(infos, addresses);
            } finally {
                lock.unlock();
            }
        }
    }
}

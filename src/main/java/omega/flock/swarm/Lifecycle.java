package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import omega.flock.base.CloseReason;
import omega.flock.runtime.ThrowingTask;
import omega.flock.swarm.Alarms.Alarm;

/**
 * Suspends, resumes and closes a swarm. Suspends and resumes run one after the other, each on a virtual thread of its own;
 * a close overtakes them and runs on its caller's thread, while other callers wait for it.
 *
 * @param <L> the connections
 */
final class Lifecycle<L extends Link> {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<L> context;
    private final ConnectionTable<L> connections;
    private final PeerBook book;
    private final Scheduler<L> scheduler;
    private final TopicTable<L> topics;
    private final Door<L> door;
    private final SwarmEvents<L> events;
    private final CompletableFuture<Void> forced = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null); // guarded by context.guard

    /** What closing begins with: whether the network is told, and the ends of the topics. */
    private record Parting(boolean courteous, List<CompletableFuture<Void>> leaving) { }

    Lifecycle(SwarmContext<L> context, ConnectionTable<L> connections, PeerBook book, Scheduler<L> scheduler,
            TopicTable<L> topics, Door<L> door, SwarmEvents<L> events) {
        this.context = context;
        this.connections = connections;
        this.book = book;
        this.scheduler = scheduler;
        this.topics = topics;
        this.door = door;
        this.events = events;
    }

    // ---- suspend and resume ----

    CompletableFuture<Void> suspend() {
        return enqueue("flock-suspend", this::doSuspend);
    }

    CompletableFuture<Void> resume() {
        return enqueue("flock-resume", this::doResume);
    }

    private CompletableFuture<Void> enqueue(String name, ThrowingTask operation) {
        return context.guard.get(() -> {
            context.requireNotClosed("be suspended or resumed");
            CompletableFuture<Void> before = last;
            CompletableFuture<Void> done = new CompletableFuture<>();
            last = done;
            try {
                context.scope.fork(name, () -> {
                    try {
                        Waits.awaitQuietly(before, SwarmConstants.LIFECYCLE_LIMIT);
                        operation.run();
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e); // no port could be bound, for instance: the caller is told
                    } finally {
                        done.complete(null);
                    }
                });
            } catch (RejectedExecutionException e) {
                LOG.log(Level.DEBUG, "swarm.lifecycle.rejected operation={0}", name);
                done.complete(null);
            }
            return done;
        });
    }

    private void doSuspend() throws InterruptedException {
        Deadline deadline = new Deadline(context.alarms, Optional.of(SwarmConstants.SUSPEND_LIMIT));
        Optional<List<CompletableFuture<Void>>> withdrawals = context.guard.get(this::quieten);
        if (withdrawals.isEmpty()) {
            return;
        }
        for (CompletableFuture<Void> withdrawal : withdrawals.get()) {
            Waits.awaitQuietly(withdrawal, deadline.remaining().orElseThrow());
        }
        // Resets have to leave before the sockets go.
        Waits.awaitQuietly(ends(context.guard.get(connections::links)), deadline.remaining().orElseThrow());
        context.network.suspend();
    }

    /** Marks everything suspended in one change; empty if there is nothing to suspend. */
    private Optional<List<CompletableFuture<Void>>> quieten() {
        if (!context.open()) {
            return Optional.empty();
        }
        LOG.log(Level.DEBUG, "swarm.suspending key={0}", context.localKey());
        context.phase(Phase.SUSPENDED);
        List<CompletableFuture<Void>> withdrawals = topics.suspend();
        events.dropBacklog();
        scheduler.quiesce();
        abortAll(SwarmFailures.suspended());
        return Optional.of(withdrawals);
    }

    private void doResume() throws InterruptedException {
        if (context.guard.get(() -> context.phase() != Phase.SUSPENDED)) {
            return;
        }
        context.network.resume();
        context.guard.run(() -> {
            if (context.phase() == Phase.SUSPENDED) {
                LOG.log(Level.DEBUG, "swarm.resumed key={0}", context.localKey());
                context.phase(Phase.OPEN);
                door.resume();
                topics.resume();
                scheduler.resume();
            }
        });
    }

    // ---- close ----

    /** Closes; who comes second waits for the first. Never throws; an interrupt shortens the courtesies and stays set. */
    void close(boolean force) {
        if (force) {
            forced.complete(null);
        }
        Optional<Parting> parting = context.guard.get(() -> begin(force));
        if (parting.isEmpty()) {
            awaitClosed();
            return;
        }
        LOG.log(Level.DEBUG, "swarm.closing key={0}", context.localKey());
        boolean interrupted = false;
        try {
            part(parting.get());
        } catch (InterruptedException e) {
            interrupted = true; // set again below
            forced.complete(null);
        }
        interrupted |= finish();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Topics are left in the same change, so that no refresh fails for a close: it is needed no more. */
    private Optional<Parting> begin(boolean force) {
        Phase before = context.phase();
        if (before == Phase.CLOSED) {
            return Optional.empty();
        }
        context.phase(Phase.CLOSED);
        scheduler.quiesce();
        events.close();
        for (ConnectionEntry<L> entry : connections.all()) {
            if (entry.link().isEmpty()) {
                scheduler.abort(entry, SwarmFailures.closed());
            }
        }
        boolean courteous = before == Phase.OPEN && !force;
        return Optional.of(new Parting(courteous, topics.leaveAll(courteous)));
    }

    /** Withdraws what is announced, while connections that the program has closed deliver their last bytes. */
    private void part(Parting parting) throws InterruptedException {
        Optional<Listener<L>> listener = context.guard.get(door::shut);
        if (!parting.courteous()) {
            return;
        }
        CompletableFuture<Void> shut = new CompletableFuture<>();
        listener.ifPresentOrElse(open -> context.scope.fork("flock-unlisten", () -> {
            try {
                open.close();
            } finally {
                shut.complete(null);
            }
        }), () -> shut.complete(null));
        Map<Boolean, List<L>> links = context.guard.get(connections::links).stream().collect(Collectors.partitioningBy(Link::isOpen));
        CompletableFuture<Void> withdrawn = CompletableFuture.allOf(parting.leaving().toArray(CompletableFuture[]::new));
        CompletableFuture<Void> delivered = ends(links.get(false));
        Alarm grace = context.alarms.schedule(context.now() + SwarmConstants.LINGER_GRACE.toNanos(), () -> delivered.complete(null));
        Alarm farewell = context.alarms.schedule(context.now() + SwarmConstants.FAREWELL_LIMIT.toNanos(),
                () -> links.get(true).forEach(link -> link.abort(SwarmFailures.closed())));
        try {
            awaitUnlessForced(CompletableFuture.allOf(withdrawn, shut, delivered), SwarmConstants.CLOSE_GRACE);
        } finally {
            grace.cancel();
            farewell.cancel();
        }
    }

    /** Returns what settles when these connections have ended. */
    private CompletableFuture<Void> ends(List<L> links) {
        return CompletableFuture.allOf(links.stream().map(link -> {
            CompletableFuture<Void> end = new CompletableFuture<>();
            link.onClose(reason -> end.complete(null));
            return end;
        }).toArray(CompletableFuture[]::new));
    }

    private void awaitUnlessForced(CompletableFuture<Void> done, Duration limit) throws InterruptedException {
        Waits.awaitQuietly(CompletableFuture.anyOf(done, forced), limit);
    }

    /** The part that nothing stops. Returns whether an interrupt came. */
    private boolean finish() {
        context.guard.run(() -> abortAll(context.scope.failure().map(SwarmFailures::failed).orElseGet(SwarmFailures::closed)));
        boolean interrupted = Thread.interrupted();
        try {
            CompletableFuture<Void> closing = forced.isDone() ? new CompletableFuture<>() : closeNetwork();
            awaitUnlessForced(closing, SwarmConstants.NETWORK_CLOSE_LIMIT);
            if (!closing.isDone()) {
                context.network.closeNow();
            }
        } catch (InterruptedException e) {
            interrupted = true; // set again by the caller
            context.network.closeNow();
        }
        context.scope.close();
        context.guard.run(() -> {
            topics.clear();
            connections.clear();
            book.clear();
        });
        closed.countDown();
        return interrupted | Thread.interrupted();
    }

    private CompletableFuture<Void> closeNetwork() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.scope.fork("flock-network-close", () -> {
            try {
                context.network.close();
            } finally {
                done.complete(null);
            }
        });
        return done;
    }

    /** Waits until a close has done all, for a while or for ever. Returns whether that is so. */
    boolean awaitClosed(Optional<Duration> limit) throws InterruptedException {
        if (limit.isPresent()) {
            return Waits.await(closed, limit.get());
        }
        closed.await();
        return true;
    }

    private void awaitClosed() {
        try {
            Waits.await(closed, SwarmConstants.CLOSE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void abortAll(CloseReason reason) {
        connections.all().forEach(entry -> {
            entry.takeSuccessors().forEach(link -> context.guard.afterwards(() -> link.abort(reason)));
            scheduler.abort(entry, reason);
        });
    }
}

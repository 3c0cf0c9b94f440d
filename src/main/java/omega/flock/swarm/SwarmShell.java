package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.swarm.Alarms.Alarm;
import omega.flock.swarm.machine.Effect;
import omega.flock.swarm.machine.Job;
import omega.flock.swarm.machine.JoinedTopic;
import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.MachineOptions;
import omega.flock.swarm.machine.Phase;
import omega.flock.swarm.machine.Refresh;
import omega.flock.swarm.machine.SwarmMachine;

/**
 * Drives a {@link SwarmMachine}: tells it what happens, under the one lock of a swarm, and does what it says. What begins or stops a thread is
 * done under the lock, in the machine's order; what goes to a connection or a walk, which have locks of their own, follows on the same thread
 * when the lock is released. User code runs on threads of its own. Thread-safe.
 */
final class SwarmShell implements JobRunner.Machine {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    final SwarmOptions options;
    final Network network;
    final TaskScope scope;
    final Ticker ticker;
    final SwarmEvents events;
    final JobRunner runner;
    private final Alarms alarms;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SwarmMachine machine; // guarded by lock
    private final Map<Job, Running> running = new LinkedHashMap<>(); // guarded by lock
    private Optional<Alarm> alarm = Optional.empty(); // guarded by lock
    private OptionalLong alarmAt = OptionalLong.empty(); // guarded by lock

    SwarmShell(SwarmOptions options, Network network, TaskScope scope, Ticker ticker, Alarms alarms, RandomGenerator random) {
        this.options = options;
        this.network = network;
        this.scope = scope;
        this.ticker = ticker;
        this.alarms = alarms;
        this.events = new SwarmEvents(lock, scope);
        this.machine = new SwarmMachine(new MachineOptions(options.keyPair().publicKey(), options.budget(), options.backoffs(),
                options.firewall().isPresent()), random);
        this.runner = new JobRunner(this, options, network);
    }

    // ---- events in ----

    /** Tells the machine what happens, does what it says, and returns what it answers. */
    @Override
    public <T> T ask(Function<SwarmMachine, T> event) {
        List<Runnable> outside = new ArrayList<>();
        lock.lock();
        try {
            machine.time(ticker.nanoTime(), ticker.wallMillis());
            T answer = event.apply(machine);
            for (Effect effect = machine.nextEffect(); effect != null; effect = machine.nextEffect()) {
                perform(effect, outside);
            }
            arm();
            if (lock.hasWaiters(changed)) {
                changed.signalAll();
            }
            return answer;
        } finally {
            lock.unlock();
            performAll(outside);
        }
    }

    /** Reads under the lock. */
    <T> T read(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- waits ----

    /**
     * Waits until something is so, which is asked under the lock.
     *
     * @param limit how long; empty for ever
     * @return false if it was not so in time
     */
    boolean await(BooleanSupplier condition, Optional<Duration> limit) throws InterruptedException {
        long remaining = limit.map(Nanos::of).orElse(Long.MAX_VALUE);
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (remaining <= 0) {
                    return false;
                }
                remaining = changed.awaitNanos(remaining);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the machine stands so; says whether it does in time. */
    boolean await(Predicate<SwarmMachine> condition, Duration limit) throws InterruptedException {
        return await(() -> condition.test(machine), Optional.of(limit));
    }

    /** Waits for the refresh under way; without one, says how the last one went. Empty when the time is over. */
    Optional<Boolean> flushed(JoinedTopic topic, Optional<Duration> limit) throws InterruptedException {
        Optional<Refresh> refresh = read(topic::refresh);
        return refresh.isPresent() ? outcome(refresh.get(), limit) : Optional.of(read(topic::lastOutcome));
    }

    /** Waits for a refresh, or for the one that took its place. Empty when the time is over. */
    Optional<Boolean> outcome(Refresh refresh, Optional<Duration> limit) throws InterruptedException {
        boolean settled = await(() -> refresh.outcome().settled(), limit);
        return settled ? Optional.of(read(() -> refresh.outcome().success())) : Optional.empty();
    }

    /** Fails when the swarm is closed; only under the lock. */
    void requireOpen(String what) {
        if (machine.phase() == Phase.CLOSED) {
            throw SwarmText.cannot(what, scope);
        }
    }

    // ---- effects out ----

    private void perform(Effect effect, List<Runnable> outside) {
        switch (effect) {
            case Effect.Start start -> start(start);
            case Effect.Stop stop -> Optional.ofNullable(running.get(stop.job())).flatMap(job -> job.stop(stop.hangs()))
                    .ifPresent(walk -> outside.add(walk::close));
            case Effect.Watch watch -> outside.add(() -> watch.link().onClose(reason -> {
                LOG.log(Level.DEBUG, "swarm.connection.closed peer={0} reason={1}", watch.link().remotePublicKey(), reason);
                tell(told -> told.closed(watch.link(), reason));
            }));
            case Effect.Abort abort -> outside.add(() -> abort.link().abort(abort.reason()));
            case Effect.Probe probe -> probe(probe.link());
            case Effect.Connected connected -> {
                if (!events.connected(connected.link(), connected.peer())) {
                    machine.backlogFull(connected.link());
                }
            }
            case Effect.TakeBack back -> events.takeBack(back.link());
            case Effect.Updated ignored -> events.updated();
            case Effect.Banned banned -> {
                if (!events.banned(banned.peer())) {
                    machine.banEventsFull();
                }
            }
        }
    }

    private void start(Effect.Start start) {
        Job job = start.job();
        String name = JobRunner.name(job, options);
        try {
            TaskScope own = scope.child(name);
            Running life = new Running(name, own, ticker.nanoTime(), start.untilNanos());
            running.put(job, life);
            own.fork(name, () -> {
                try {
                    runner.run(job, life);
                } finally {
                    read(() -> running.remove(job));
                    own.close();
                }
            });
        } catch (RejectedExecutionException e) {
            // The scope has ended, and so will the swarm.
            running.remove(job);
            LOG.log(Level.DEBUG, "swarm.job.rejected job={0}", name);
        }
    }

    /** On a thread of its own, for it may have to wait behind unsent data. */
    private void probe(Link link) {
        scope.tryFork("flock-keepalive " + SwarmText.brief(link.remotePublicKey()), link::sendKeepAlive);
    }

    private void arm() {
        OptionalLong next = machine.deadline();
        if (!next.equals(alarmAt)) {
            alarm.ifPresent(Alarm::cancel);
            alarmAt = next;
            alarm = next.isEmpty() ? Optional.empty() : Optional.of(alarms.schedule(next.getAsLong(), () -> tell(SwarmMachine::due)));
        }
    }

    /** An error of one action keeps no other from being performed, and then fails the thread. */
    private static void performAll(List<Runnable> actions) {
        Error failure = null;
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "swarm.action.failed", e);
            } catch (Error e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    // ---- about itself ----

    /** {@return how the swarm stands, what runs for whom, since when and until when at the latest, and the threads in their scopes} */
    String dump() {
        List<String> lines = new ArrayList<>();
        read(() -> {
            lines.add("flock " + SwarmText.brief(options.keyPair().publicKey()) + " " + machine.phase());
            machine.describe().forEach(line -> lines.add("  " + line));
            running.values().forEach(life -> lines.add("  " + life.describe(ticker.nanoTime())));
            return lines;
        });
        lines.addAll(scope.tree());
        return String.join("\n", lines);
    }
}

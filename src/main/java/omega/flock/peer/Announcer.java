package omega.flock.peer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * Keeps one server known at three nodes, through which clients come. One virtual thread, {@code flock-announcer}, does
 * everything in turn; the other threads only say what they wish and wait for it.
 *
 * <pre>
 *   start() ─► ANNOUNCE ─► WATCH ─┬─ 100 rounds, a relay lost, our address drifted, refresh() ─► ANNOUNCE
 *                  │         │    │
 *                  └─────────┴────┼─ suspend() ─► WITHDRAW ─► PARKED ─ resume() ─► ANNOUNCE
 *                                 └─ stop() ────► WITHDRAW ─► ENDED
 * </pre>
 *
 * <p>Watching pings the relays every 3 s, which keeps the NAT's mapping open, and about every five minutes announces anew
 * (hyperdht 6.34.0 lib/announcer.js). What hyperdht lacks: the pong tells our address as the relay sees it; when that is no
 * longer the one the relay forwards to, we announce again at once.
 */
final class Announcer {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private enum Wish {
        /** Be known. */
        RUN,
        /** Be unknown until further notice. */
        SUSPEND,
        /** Be unknown and end. */
        STOP,
        /** End without another word to anybody. */
        STOP_NOW
    }

    private final AnnouncerNode node;
    private final Ticker ticker;
    private final TaskScope scope;
    private final RelayKeeper keeper;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Wish wish = Wish.RUN; // guarded by lock
    private boolean working; // guarded by lock; whether an interrupt reaches nothing but announcing and watching
    private boolean parked; // guarded by lock
    private boolean ended; // guarded by lock
    private boolean refreshing; // guarded by lock
    private boolean announced; // guarded by lock; whether an announce cycle has ended
    private Task<Void> runner; // guarded by lock; null before start

    /** Creates an announcer whose threads live in {@code scope}. */
    Announcer(AnnouncerNode node, Ticker ticker, TaskScope scope) {
        this.node = node;
        this.ticker = ticker;
        this.scope = scope;
        this.keeper = new RelayKeeper(node, ticker, scope);
    }

    /** Starts to announce; {@link #awaitFirstCycle} waits for the result. */
    void start() {
        lock.lock();
        try {
            runner = scope.forkVital("flock-announcer", this::run);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the first announce cycle has ended, well or not, or the announcer has. */
    void awaitFirstCycle(Duration timeout) throws InterruptedException {
        await(() -> announced || parked || ended, timeout);
    }

    /** Announces again as soon as possible. */
    void refresh() {
        lock.lock();
        try {
            refreshing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the key back and waits for that, but not for long; {@link #resume} announces it again. */
    void suspend() throws InterruptedException {
        want(Wish.SUSPEND);
        await(() -> parked || ended, PeerConstants.STOP_TIMEOUT);
    }

    /** Ends {@link #suspend}. */
    void resume() {
        want(Wish.RUN);
    }

    /** Takes the key back, waits for that, but not for long, and ends. */
    void stop() throws InterruptedException {
        want(Wish.STOP);
        await(() -> ended, PeerConstants.STOP_TIMEOUT);
    }

    /** Ends without taking the key back; nodes forget it within 27 minutes. */
    void stopNow() {
        want(Wish.STOP_NOW);
    }

    /** Returns who looks after the relays, for questions. */
    RelayKeeper keeper() {
        return keeper;
    }

    private void run() throws InterruptedException {
        try {
            while (!scope.isCancelled()) {
                switch (wished()) {
                    case RUN -> work();
                    case SUSPEND -> {
                        keeper.withdraw();
                        park();
                    }
                    case STOP -> {
                        keeper.withdraw();
                        return;
                    }
                    case STOP_NOW -> {
                        return;
                    }
                }
            }
        } finally {
            set(() -> ended = true);
        }
    }

    private void work() {
        if (!beginWork()) {
            return;
        }
        try {
            keeper.announce();
            set(() -> announced = true);
            watch();
        } catch (InterruptedException e) {
            LOG.log(Level.TRACE, "announcer.interrupted"); // by want() or the end of the scope: the loop sees which
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "announcer.cycle.failed", e);
            pauseAfterFailure();
        } finally {
            set(() -> working = false);
            // From here on want() interrupts no more; one that came just before must not hurt the withdrawal.
            Thread.interrupted();
        }
    }

    /** A server whose announcer has ended would look alive and be found by nobody: it tries again, but does not spin. */
    private void pauseAfterFailure() {
        try {
            pauseUnlessRefreshed();
        } catch (InterruptedException e) {
            LOG.log(Level.TRACE, "announcer.interrupted"); // by want(), as above
        }
    }

    private void watch() throws InterruptedException {
        RelayKeeper.Health health = RelayKeeper.Health.WELL;
        for (int round = 0; round < PeerConstants.RELAY_PING_ROUNDS && health == RelayKeeper.Health.WELL; round++) {
            if (pauseUnlessRefreshed()) {
                return;
            }
            health = keeper.check();
        }
        // Losing all relays at once is what being offline looks like, and then everything fails at once: do not spin.
        while (!node.online() && !pauseUnlessRefreshed()) {
            LOG.log(Level.TRACE, "announcer.offline");
        }
    }

    /** Sleeps for the interval of pings. Returns at once, and true, when a refresh is asked for. */
    private boolean pauseUnlessRefreshed() throws InterruptedException {
        return await(() -> refreshing, PeerConstants.RELAY_PING_INTERVAL);
    }

    private boolean beginWork() {
        lock.lock();
        try {
            refreshing = false;
            working = wish == Wish.RUN;
            return working;
        } finally {
            lock.unlock();
        }
    }

    private void park() throws InterruptedException {
        lock.lock();
        try {
            parked = true;
            changed.signalAll();
            while (wish == Wish.SUSPEND) {
                changed.await();
            }
            parked = false;
        } finally {
            lock.unlock();
        }
    }

    private void want(Wish wanted) {
        lock.lock();
        try {
            if (wish == Wish.STOP_NOW || wish == Wish.STOP && wanted != Wish.STOP_NOW) {
                return; // who stops does not come back
            }
            wish = wanted;
            if (working && wanted != Wish.RUN) {
                runner.cancel();
            }
            if (runner == null) {
                ended = true; // it never began
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Wish wished() {
        lock.lock();
        try {
            return wish;
        } finally {
            lock.unlock();
        }
    }

    private void set(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                long left = deadline - ticker.nanoTime();
                if (left <= 0) {
                    return false;
                }
                changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}

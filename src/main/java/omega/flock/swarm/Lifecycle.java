package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import omega.flock.runtime.Nanos;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.ThrowingTask;
import omega.flock.swarm.machine.Outcome;
import omega.flock.swarm.machine.Phase;
import omega.flock.swarm.machine.SwarmConstants;
import omega.flock.swarm.machine.SwarmFailures;
import omega.flock.swarm.machine.SwarmMachine;

/**
 * Suspends, resumes and closes a swarm. Suspends and resumes run one after the other, each on a virtual thread of its own;
 * a close overtakes them and runs on its caller's thread, while other callers wait for it.
 */
final class Lifecycle {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmShell shell;
    private final Network network;
    private final TaskScope scope;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Outcome last = new Outcome(); // this and the rest guarded by the lock of the shell
    private boolean forced;

    Lifecycle(SwarmShell shell) {
        this.shell = shell;
        this.network = shell.network;
        this.scope = shell.scope;
        last.settle(true);
    }

    // ---- suspend and resume ----

    Pending suspend() {
        return enqueue("flock-suspend", this::doSuspend);
    }

    Pending resume() {
        return enqueue("flock-resume", this::doResume);
    }

    private Pending enqueue(String name, ThrowingTask operation) {
        return shell.ask(machine -> {
            shell.requireOpen("be suspended or resumed");
            Outcome before = last;
            Outcome done = new Outcome();
            last = done;
            fork(name, done, () -> {
                shell.await(before::settled, Optional.of(SwarmConstants.LIFECYCLE_LIMIT));
                try {
                    operation.run();
                } catch (RuntimeException e) {
                    shell.tell(told -> done.fail(e)); // no port could be bound, for instance: the caller is told
                }
            });
            return new Pending(shell, done);
        });
    }

    private void doSuspend() throws InterruptedException {
        boolean begun = shell.ask(machine -> {
            boolean was = machine.suspend();
            if (was) {
                shell.events.dropBacklog();
            }
            return was;
        });
        if (begun) {
            LOG.log(Level.DEBUG, "swarm.suspending key={0}", shell.options.keyPair().publicKey());
            shell.await(SwarmMachine::quiet, SwarmConstants.SUSPEND_LIMIT); // resets have to leave before the sockets go
            network.suspend();
        }
    }

    private void doResume() throws InterruptedException {
        if (shell.ask(SwarmMachine::phase) == Phase.SUSPENDED) {
            network.resume();
            shell.tell(SwarmMachine::resume);
            LOG.log(Level.DEBUG, "swarm.resumed key={0}", shell.options.keyPair().publicKey());
        }
    }

    // ---- close ----

    /** Closes; who comes second waits for the first. Never throws; an interrupt shortens the courtesies and stays set. */
    void close(boolean force) {
        Optional<Boolean> courteous = shell.ask(machine -> {
            forced |= force;
            Optional<Boolean> begun = machine.close(!force);
            begun.ifPresent(any -> shell.events.close());
            return begun;
        });
        if (courteous.isEmpty()) {
            awaitFirst();
            return;
        }
        LOG.log(Level.DEBUG, "swarm.closing key={0}", shell.options.keyPair().publicKey());
        boolean interrupted = false;
        try {
            if (courteous.get()) {
                part();
            }
        } catch (InterruptedException e) {
            interrupted = true; // set again below
            shell.tell(machine -> forced = true);
        }
        interrupted |= finish();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Withdraws what is announced, while connections that the program has closed deliver their last bytes. */
    private void part() throws InterruptedException {
        Outcome shut = new Outcome();
        fork("flock-unlisten", shut, () -> shell.runner.listener().ifPresent(Listener::close));
        shell.await(machine -> forced || machine.parted() && shut.settled(), SwarmConstants.CLOSE_GRACE);
    }

    /** The part that nothing stops. Returns whether an interrupt came. */
    private boolean finish() {
        shell.tell(machine -> machine.abandonAll(scope.failure().map(SwarmFailures::failed).orElseGet(SwarmFailures::closed)));
        boolean interrupted = Thread.interrupted();
        Outcome gone = new Outcome();
        try {
            if (!shell.ask(machine -> forced)) {
                fork("flock-network-close", gone, network::close);
            }
            shell.await(machine -> forced || gone.settled(), SwarmConstants.NETWORK_CLOSE_LIMIT);
        } catch (InterruptedException e) {
            interrupted = true; // set again by the caller
        }
        if (!shell.ask(machine -> gone.success())) {
            network.closeNow();
        }
        scope.close();
        shell.tell(SwarmMachine::clear);
        closed.countDown();
        return interrupted | Thread.interrupted();
    }

    /** Runs a step on a thread of its own; it settles when that has ended. */
    private void fork(String name, Outcome done, ThrowingTask step) {
        boolean begun = scope.tryFork(name, () -> {
            try {
                step.run();
            } finally {
                shell.tell(machine -> done.settle(true));
            }
        });
        if (!begun) {
            shell.tell(machine -> done.settle(false));
        }
    }

    /**
     * Waits until a close has done all.
     *
     * @param limit how long; empty for ever
     */
    boolean awaitClosed(Optional<Duration> limit) throws InterruptedException {
        return closed.await(limit.map(Nanos::of).orElse(Long.MAX_VALUE), TimeUnit.NANOSECONDS);
    }

    private void awaitFirst() {
        try {
            awaitClosed(Optional.of(SwarmConstants.CLOSE_LIMIT));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

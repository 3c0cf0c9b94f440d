package omega.flock.swarm;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import omega.flock.swarm.machine.Outcome;

/** What has begun and can be waited for; an interrupt ends the wait only. Thread-safe. */
public final class Pending {
    private final SwarmShell shell;
    private final BooleanSupplier over; // asked under the lock
    private final Optional<Outcome> outcome;

    Pending(SwarmShell shell, BooleanSupplier over) {
        this.shell = shell;
        this.over = over;
        this.outcome = Optional.empty();
    }

    Pending(SwarmShell shell, Outcome outcome) {
        this.shell = shell;
        this.over = outcome::settled;
        this.outcome = Optional.of(outcome);
    }

    /**
     * Waits until it is over.
     *
     * @throws UncheckedIOException if no port could be bound
     */
    public void await() throws InterruptedException {
        shell.await(over, Optional.empty());
        Optional<Throwable> failure = outcome.flatMap(Outcome::failure);
        if (failure.isPresent()) {
            throw failure.get() instanceof UncheckedIOException e ? new UncheckedIOException(e.getMessage(), e.getCause())
                    : new IllegalStateException(failure.get().getMessage(), failure.get());
        }
    }

    /** Waits until it is over, or so long; says whether it is. */
    public boolean await(Duration limit) throws InterruptedException {
        return shell.await(over, Optional.of(limit));
    }
}

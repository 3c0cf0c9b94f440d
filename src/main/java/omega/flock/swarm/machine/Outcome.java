package omega.flock.swarm.machine;

import java.util.Optional;

/** What somebody waits for. Settles once. Not thread-safe: guarded by the lock of its swarm. */
public final class Outcome {
    private boolean settled;
    private boolean success;
    private Optional<Throwable> failure = Optional.empty();

    /** Settles it, unless it has settled. */
    public void settle(boolean how) {
        if (!settled) {
            settled = true;
            success = how;
        }
    }

    /** Settles it with a failure, unless it has settled. */
    public void fail(Throwable cause) {
        if (!settled) {
            failure = Optional.of(cause);
            settle(false);
        }
    }

    /** {@return whether it has settled} */
    public boolean settled() {
        return settled;
    }

    /** {@return how; false before} */
    public boolean success() {
        return success;
    }

    /** {@return what went wrong; empty if nothing did, or nobody needs to know} */
    public Optional<Throwable> failure() {
        return failure;
    }
}

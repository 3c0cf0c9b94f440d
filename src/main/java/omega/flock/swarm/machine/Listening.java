package omega.flock.swarm.machine;

import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/**
 * Whether the swarm listens under its key. Not thread-safe.
 *
 * <pre>
 *   no ──wish(), or resume() if it was suspended──► opening ──opened()──► listens
 *   ▲                                                  │                     │
 *   └──────ended(): the next wish tries again──────────┴─────────────────────┘
 * </pre>
 */
final class Listening {
    private final Context context;
    private Optional<Outcome> wish = Optional.empty(); // of those who wait until it listens
    private Optional<Job.Listen> job = Optional.empty();
    private boolean listens;

    Listening(Context context) {
        this.context = context;
    }

    boolean listens() {
        return listens;
    }

    /** Starts to listen unless that has begun, and returns what a caller waits for. While suspended it waits for the resume. */
    Outcome wish() {
        if (context.phase == Phase.CLOSED || listens) {
            Outcome now = new Outcome();
            if (listens) {
                now.settle(true);
            } else {
                now.fail(closed());
            }
            return now;
        }
        Outcome outcome = wish.orElseGet(Outcome::new);
        wish = Optional.of(outcome);
        resume();
        return outcome;
    }

    /** Starts what was asked for while suspended. */
    void resume() {
        if (wish.isPresent() && job.isEmpty() && context.open()) {
            Job.Listen next = new Job.Listen(context.nextJob());
            job = Optional.of(next);
            context.emit(new Effect.Start(next, Long.MAX_VALUE));
        }
    }

    /** It listens; false if nobody needs that any more. */
    boolean opened(Job.Listen which) {
        if (context.phase == Phase.CLOSED || !job.equals(Optional.of(which))) {
            return false;
        }
        listens = true;
        wish.ifPresent(outcome -> outcome.settle(true));
        wish = Optional.empty();
        return true;
    }

    /** It listens no longer, or could not begin to. */
    void ended(Job.Listen which, Throwable cause) {
        if (job.equals(Optional.of(which))) {
            job = Optional.empty();
            listens = false;
            wish.ifPresent(outcome -> outcome.fail(cause));
            wish = Optional.empty();
        }
    }

    /** Nobody waits for it any more. */
    void close() {
        wish.ifPresent(outcome -> outcome.fail(closed()));
        wish = Optional.empty();
        listens = false;
        job = Optional.empty();
    }

    private static FlockException closed() {
        return new FlockException(Code.SHUT_DOWN, "the flock was closed");
    }
}

package omega.flock.secret;

import java.time.Duration;
import java.util.Objects;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * What a secret stream needs besides its keys.
 *
 * @param ticker where it takes its time from
 * @param timers what fires its keep-alive; shared by all streams of a node
 * @param scope where its keep-alives are sent; ends with the node
 * @param keepAlive after how much silence of ours an empty frame is sent; zero or negative turns it off
 */
public record SecretStreamOptions(Ticker ticker, DeadlineQueue timers, TaskScope scope, Duration keepAlive) {

    /** Checks that nothing is missing. */
    public SecretStreamOptions {
        Objects.requireNonNull(ticker, "ticker");
        Objects.requireNonNull(timers, "timers");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(keepAlive, "keepAlive");
    }

    /** Returns options with the keep-alive of hyperdht, 5 s. */
    public static SecretStreamOptions of(Ticker ticker, DeadlineQueue timers, TaskScope scope) {
        return new SecretStreamOptions(ticker, timers, scope, SecretConstants.KEEP_ALIVE);
    }

    /** Returns the same options with another keep-alive; zero turns it off. */
    public SecretStreamOptions withKeepAlive(Duration interval) {
        return new SecretStreamOptions(ticker, timers, scope, interval);
    }
}

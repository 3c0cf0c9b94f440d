package omega.flock.secret;

import java.time.Duration;
import java.util.Objects;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskLane;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * What a secret stream needs besides its keys.
 *
 * @param ticker where it takes its time from
 * @param timers what fires its keep-alive; shared by all streams of a node
 * @param keepAlives where its keep-alives are sent, one after the other; shared by all streams of a node
 * @param memory what frames are put together in; shared by all streams of a node
 * @param keepAlive after how much silence of ours an empty frame is sent; zero or negative turns it off
 * @param secretDatagrams whether datagrams are sealed with keys that only the two peers have, which both have to have said
 */
public record SecretStreamOptions(Ticker ticker, DeadlineQueue timers, TaskLane keepAlives, SharedMemory memory, Duration keepAlive,
                                  boolean secretDatagrams) {

    /** Checks that nothing is missing. */
    public SecretStreamOptions {
        Objects.requireNonNull(ticker, "ticker");
        Objects.requireNonNull(timers, "timers");
        Objects.requireNonNull(keepAlives, "keepAlives");
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(keepAlive, "keepAlive");
    }

    /** Returns options with the keep-alive of hyperdht, 5 s; keep-alives are sent in {@code scope}, which ends with the node. */
    public static SecretStreamOptions of(Ticker ticker, DeadlineQueue timers, TaskScope scope) {
        return new SecretStreamOptions(ticker, timers, new TaskLane("flock-keep-alive", scope),
                new SharedMemory(SharedMemory.defaultBytes(), ticker, scope), SecretConstants.KEEP_ALIVE, false);
    }

    /** Returns the same options with another keep-alive; zero turns it off. */
    public SecretStreamOptions withKeepAlive(Duration interval) {
        return new SecretStreamOptions(ticker, timers, keepAlives, memory, interval, secretDatagrams);
    }

    /** Returns the same options with other memory. */
    public SecretStreamOptions withMemory(SharedMemory other) {
        return new SecretStreamOptions(ticker, timers, keepAlives, other, keepAlive, secretDatagrams);
    }

    /** Returns the same options with datagrams sealed that way. */
    public SecretStreamOptions withSecretDatagrams(boolean secret) {
        return new SecretStreamOptions(ticker, timers, keepAlives, memory, keepAlive, secret);
    }
}

package omega.flock.gateway;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How well a gateway reaches its network.
 *
 * @param state in a word
 * @param since when this has begun
 * @param cause what is wrong, for a person, with the names of bootstrap nodes that are unknown for instance; empty while online
 */
public record Health(State state, Instant since, Optional<String> cause) {

    /**
     * Words for the health of a gateway.
     *
     * <pre>
     *   ONLINE ◄──► DEGRADED
     *      ▲  ▲         │
     *      │  └────┐    │
     *      └──► OFFLINE ◄        from any of them ──► FAILED      absorbing
     * </pre>
     */
    public enum State {
        /** The network answers, or was not asked yet. */
        ONLINE,
        /** Most requests of the last 20 seconds were not answered. */
        DEGRADED,
        /** Nobody answers, or the gateway is suspended or closed. */
        OFFLINE,
        /** Something that the gateway cannot do without has failed, memory for instance, and it has closed itself. */
        FAILED
    }

    /** Checks that nothing is missing. */
    public Health {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(cause, "cause");
    }
}

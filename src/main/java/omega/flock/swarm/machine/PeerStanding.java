package omega.flock.swarm.machine;

import java.util.Deque;
import java.util.Optional;
import omega.flock.runtime.NetworkSource;

/**
 * How a flock stands to a peer at the moment. Explicit and banned are marks beside it.
 *
 * <pre>
 *            ┌──────────── retry is due ───────────┐
 *            ▼                                     │
 *   IDLE ► Queued ──its turn──► Dialling ──fails──► WAITING ◄─┐
 *    │       │                     │                          │ ended, if we had dialled
 *    └───────┴──it connects────┐   │ opens                    │
 *                              ▼   ▼                          │
 *                            Connected ──reset──► Closing ────┤
 *                                 └───────────────────────────┴──► IDLE: forgotten unless explicit or banned
 * </pre>
 */
sealed interface PeerStanding {
    /** {@return its name} */
    default String name() {
        return getClass().getSimpleName();
    }

    /** {@return whether there is a connection or a dial} */
    default boolean engaged() {
        return this instanceof Dialling || this instanceof Connected || this instanceof Closing;
    }

    /** {@return the connection, be it one that we have reset} */
    default Optional<Link> connection() {
        if (this instanceof Closing closing) {
            return Optional.of(closing.last().link());
        }
        return this instanceof Connected open ? Optional.of(open.link()) : Optional.empty();
    }

    /** What a peer without anything under way is. */
    enum Rest implements PeerStanding {
        /** Nothing is planned. */
        IDLE,
        /** It is tried again when its timer is due. */
        WAITING
    }

    /**
     * It is to be dialled.
     *
     * @param ticket what flushes wait for
     */
    record Queued(long ticket) implements PeerStanding {}

    /**
     * A dial is under way.
     *
     * @param admitted false while the firewall is asked about it
     */
    record Dialling(Job.Dial dial, long ticket, boolean admitted) implements PeerStanding {}

    /**
     * There is a connection.
     *
     * @param dialled whether we dialled it
     * @param source where it came from when it opened, whatever path it has taken since
     */
    record Connected(Link link, boolean dialled, NetworkSource source) implements PeerStanding {}

    /**
     * There is a connection that we have reset and that has yet to end.
     *
     * @param successors those that wait for it to be dealt with in full, the longest waiting first
     */
    record Closing(Connected last, Deque<Link> successors) implements PeerStanding {}
}

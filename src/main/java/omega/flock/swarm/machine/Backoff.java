package omega.flock.swarm.machine;

import java.util.Optional;

/** Which retry timer a peer goes to after a dial has ended. Rule: hyperswarm 4.17.2 lib/retry-timer.js. */
enum Backoff {
    /** About a second. */
    SMALL,
    /** About five seconds. */
    MEDIUM,
    /** About a quarter of a minute. */
    LARGE,
    /** About ten minutes, for explicit peers that nobody reaches. */
    EXTRA_LARGE;

    /** Returns the timer for a peer, or empty if it is not tried again by itself. */
    static Optional<Backoff> after(Peer peer) {
        if (peer.banned() || !peer.reconnecting()) {
            return Optional.empty();
        }
        int attempts = peer.attempts;
        if (attempts > SwarmConstants.MAX_ATTEMPTS) {
            return peer.explicit() ? Optional.of(EXTRA_LARGE) : Optional.empty();
        }
        if (attempts == 0 || attempts == 1 && peer.proven) {
            return Optional.of(SMALL);
        }
        return Optional.of(attempts == 1 || attempts == 2 && peer.proven ? MEDIUM : LARGE);
    }
}

package omega.flock.swarm.machine;

import omega.flock.base.PublicKey;

/**
 * Which of two connections to one peer survives. Both sides apply it, each to the connection that arrives while it has
 * another, and agree: of two simultaneous dials the one made by the larger key lives. Pure. Rule: hyperswarm 4.17.2
 * index.js {@code _handleServerConnection}.
 */
enum DuplicateRule {
    /** The connection that has just arrived replaces the one that exists. */
    KEEP_NEW,
    /** The connection that exists stays, and the new one is reset. */
    KEEP_EXISTING;

    /**
     * Decides about a connection that arrived from outside.
     *
     * @param local our key
     * @param remote the peer's key
     * @param sent messages sent over the existing connection, keep-alives included; 0 while it is being dialled
     * @param received messages received over it, keep-alives included
     */
    static DuplicateRule decide(PublicKey local, PublicKey remote, long sent, long received) {
        // Both directions have carried data: the peer must have lost that connection, else it would not dial.
        if (sent > 0 && received > 0) {
            return KEEP_NEW;
        }
        return local.compareTo(remote) < 0 ? KEEP_NEW : KEEP_EXISTING;
    }
}

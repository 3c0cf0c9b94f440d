package omega.flock.swarm.machine;

/** Why a swarm let something go that strangers or circumstances had brought. */
public enum Drop {
    /** The newest connection was reset because nobody accepted the earlier ones. */
    BACKLOG_FULL,
    /**
     * A connection from outside was refused, or one of the host that has most was reset for it: {@code maxServerConnections} or
     * {@code maxServerConnectionsPerHost} is reached.
     */
    SERVER_LIMIT,
    /** A connection from outside was refused: the flock was suspended or closed. */
    NOT_OPEN,
    /** A connection from outside was refused: its key is banned, or is our own. */
    BANNED,
    /** The newer of two connections to one peer was reset. */
    DUPLICATE_NEW,
    /** The older of two connections to one peer was reset. */
    DUPLICATE_OLD,
    /** Too many connections of one key waited for an older one to close. */
    SUCCESSORS_FULL,
    /** A discovered peer was not taken in: too many are known. */
    PEERS_FULL,
    /** The oldest ban of the firewall was forgotten: there are too many. */
    BANS_FULL,
    /** A ban event was not delivered: the listener is too slow. */
    BAN_EVENTS_FULL,
    /** A refresh was ended because it took too long. */
    REFRESH_TIMEOUT,
    /** A firewall predicate threw or took too long; the peer was rejected and not banned. */
    FIREWALL_FAILED
}

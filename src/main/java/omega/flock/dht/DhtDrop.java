package omega.flock.dht;

/** Why a request, or something stored, was dropped without an answer. Each has a counter in {@link DhtStats}. */
public enum DhtDrop {
    /** A required target, token or value was missing. */
    INCOMPLETE,
    /** The value was not the message it should be. */
    MALFORMED,
    /** A value or key that does not hash to the target. */
    WRONG_TARGET,
    /** A signature that does not verify. */
    BAD_SIGNATURE,
    /** A refresh for which there is no record. */
    UNKNOWN_REFRESH,
    /** Too many signatures were waiting already, all together or on behalf of that host. */
    VERIFIER_BUSY,
    /** An announce or unannounce under the key of a server on this very node. */
    LOCAL_SERVER_PROTECTED,
    /** A handshake or hole punching round in a mode that has no place here, or without the address that its mode needs. */
    NOT_ROUTABLE,
    /** A handshake or hole punching round that has to go where nothing can be sent. */
    BAD_DESTINATION,
    /** The same, from a public sender to a private address, or from another machine to loopback or to ourselves. */
    PRIVATE_DESTINATION,
    /** The same, when its sender, the address that it names, or all of them together have had more bytes passed on than they may. */
    FORWARD_BUDGET,
    /** A server's answer to a client that has not asked through this node, or with fewer bytes than a third of the answers. */
    UNASKED,
    /** A record or value that had to leave before its age because its cache was full. */
    EVICTED,
    /** An own local server threw; the arrival was not answered. */
    SERVER_FAILED
}

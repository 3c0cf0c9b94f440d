package omega.flock.peer;

/** Why something of a stranger was not acted upon. Each has a counter in {@link PeerStats#drops()}. */
enum PeerDrop {
    /** As many handshakes as a node takes are under way, and nobody holds more of the places than whoever asked for one. */
    TOO_MANY_HALF_OPEN,
    /** A client, a relay, or all of them together start handshakes faster than they may. */
    SOURCE_TOO_FAST,
    /** There is no memory for another connection, and the host that wants one holds about as much of it as anybody. */
    MEMORY_SHORT,
    /** A half-open handshake whose place was needed for a source that held fewer. */
    DISPLACED,
    /** More copies of one handshake wait for its answer than there are ways for it to come. */
    TOO_MANY_COPIES,
    /** A first Noise message that does not decrypt, or a payload that is malformed. */
    BAD_NOISE,
    /** The program's firewall said no, threw, or took too long. */
    REJECTED,
    /** A round of hole punching for a handshake that is not known. */
    UNKNOWN_SLOT,
    /** A round of hole punching that was not sealed with the handshake's key. */
    BAD_ROUND,
    /** More rounds of one handshake at a time than a client can have under way. */
    TOO_MANY_ROUNDS,
    /** A connection that nobody accepted in time. */
    BACKLOG_FULL,
    /** More handshakes are remembered than there is room for. */
    TABLE_FULL,
    /** A handshake to which no path was found in time. */
    NO_PATH,
    /** A peer whose stream never spoke. */
    NO_OPENING_FRAME,
    /** A relay that a client named, given up or not asked at all because others, or the same client's, are being asked or were of late. */
    TOO_MANY_RELAYS,
    /** A payload that listed more addresses or relays than are used; the rest of it was. */
    TOO_MANY_ADDRESSES,
    /** A reply to our dial that did not verify. */
    BAD_HANDSHAKE_REPLY
}

package omega.flock.transport.flow;

/** Why an arriving packet, or a part of it, was ignored. Each occurrence is counted. */
public enum DropReason {
    /** The packet's id belongs to no stream, living or recently closed. */
    UNKNOWN_STREAM,
    /** The stream's firewall did not admit a packet from before connect or from another port. */
    FIREWALL,
    /** The data offset points beyond the end of the packet. */
    BAD_DATA_OFFSET,
    /**
     * A SACK block is inverted, below the cumulative ack, beyond what was ever sent, not behind the block before it, or the 51st. Only the
     * block is ignored.
     */
    BAD_SACK_BLOCK,
    /** The ack is beyond our next sequence number: data was taken, everything behind it ignored. */
    ACK_BEYOND_NEXT,
    /** DATA or END that would not fit into the receive window and the tolerance of one packet. */
    OUT_OF_WINDOW,
    /** DATA or END for which the node had no memory; the peer sends it again. */
    NO_MEMORY,
    /** DATA or END that is already here; it is acknowledged again. */
    DUPLICATE,
    /** DATA or END numbered after the peer's END. */
    AFTER_END,
    /** DESTROY with a sequence number that was already passed. */
    STALE_DESTROY,
    /** A MESSAGE that found the queue of undelivered messages full. */
    MESSAGE_OVERFLOW,
    /** A message of our own that found too many others waiting to be sent. */
    MESSAGE_UNSENT,
    /** A MESSAGE that the peer's key did not seal. */
    MESSAGE_FORGED,
    /** A MESSAGE that was here before, or so long ago that this cannot be told any more. */
    MESSAGE_REPLAYED,
    /** A message of the peer that nobody had taken when too many newer ones had come. */
    MESSAGE_UNREAD,
    /** A packet for a stream that ended and whose id is still remembered; it may be answered. */
    CLOSED_STREAM,
    /**
     * Bytes of ours that had to wait, each counted once: the address that they go to has got three times what came from there, and has not
     * proven that it hears us.
     */
    UNPROVEN_PATH
}

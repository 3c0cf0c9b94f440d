package omega.flock.transport.flow;

/** What a stream machine waits for. */
enum StreamTimer {
    /** Something in flight was not acknowledged for a retransmission timeout. */
    RETRANSMISSION,
    /** The tail of a burst may be lost: send one more packet to provoke an ACK. */
    TAIL_LOSS,
    /** A packet in flight will count as lost unless it is acknowledged until then. */
    REORDERING,
    /** The pacer allows the next packet. */
    PACING,
    /** The peer's window is closed and nothing is in flight that could tell us of its opening. */
    ZERO_WINDOW,
    /** An ACK has waited long enough for data that could have carried it. */
    DEFERRED_ACK,
    /** A graceful close reaches its bound. */
    LINGER
}

package omega.flock.peer.punch;

/** How far an attempt has come. */
enum PunchState {
    /** Finds out about the NATs; a single socket. */
    PREPARING,
    /** The thread sends probes. */
    PUNCHING,
    /** The initiator has its winner; one socket is left. Closing is all that can still happen. */
    CONNECTED,
    /** All sockets are released. Terminal. */
    CLOSED
}

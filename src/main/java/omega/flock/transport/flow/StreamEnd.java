package omega.flock.transport.flow;

/** How a stream machine ended. */
public enum StreamEnd {
    /** Both directions ended and everything was acknowledged, as far as this side can know. */
    FINISHED,
    /** This side destroyed it. */
    DESTROYED,
    /** The peer's DESTROY arrived. */
    RESET_BY_PEER,
    /** The peer acknowledged nothing for 13 × RTO, or answered no zero-window probe. */
    TIMED_OUT,
    /** A graceful close took longer than its bound. */
    LINGER_EXPIRED
}

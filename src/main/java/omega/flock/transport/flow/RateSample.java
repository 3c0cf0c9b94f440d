package omega.flock.transport.flow;

/**
 * What one acknowledgement told about the path ("rs" of draft-cheng-iccrg-delivery-rate-estimation and draft-ietf-ccwg-bbr). One
 * instance is filled again and again. Bytes count IP headers, times are nanoseconds.
 */
final class RateSample {
    /** When the acknowledgement arrived. */
    long now;
    /** Bytes that it acknowledged for the first time. */
    long acknowledged;
    /** Bytes that were found lost since the sample before. */
    long lost;
    /** Round trip of the newest packet acknowledged that was sent once only; 0 if there is none. */
    long roundTrip;
    /** Bytes in flight afterwards. */
    long inFlight;
    /** Bytes delivered on the path so far. */
    long totalDelivered;
    /** Bytes that had been delivered when the newest packet acknowledged was sent; negative if there is no such packet. */
    long priorDelivered;
    /** Bytes that were in flight when it was sent, itself included. */
    long sentInFlight;
    /** Bytes delivered from then until now. */
    long delivered;
    /** How long that took: the longer of sending and acknowledging; 0 if the sample says nothing about the rate. */
    long interval;
    /** Whether the user's silence, not the path, may have set the rate. */
    boolean applicationLimited;

    /** {@return whether {@link #rate} may be believed} */
    boolean hasRate() {
        return interval > 0;
    }

    /** {@return bytes a nanosecond} */
    double rate() {
        return interval > 0 ? (double) delivered / interval : 0;
    }
}

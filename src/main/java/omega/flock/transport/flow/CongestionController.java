package omega.flock.transport.flow;

/**
 * Decides how much may be in flight, and how fast it leaves. Pure; a stream owns one. Bytes count IP headers, times are nanoseconds.
 */
interface CongestionController {
    /** {@return bytes that may be in flight, at least one packet; a packet may go while there are fewer} */
    long window();

    /** {@return bytes a nanosecond at which packets may leave; infinite before the first round trip was measured} */
    double pacingRate();

    /** Something is to be sent while nothing is in flight, after the user had nothing to send. */
    void onRestartFromIdle(long nowNanos);

    /** Packets were acknowledged, or found lost when one arrived. The sample is valid during the call. */
    void onSample(RateSample sample);

    /**
     * One packet is taken for lost, be it in an acknowledgement or by a timer.
     *
     * @param inFlightWhenSent bytes in flight when it was sent, itself included
     * @param lostSince bytes lost since it was sent, itself included
     */
    void onLost(long inFlightWhenSent, long lostSince);

    /** The first loss of a recovery episode was detected: what is learnt from it may have to be taken back. */
    void onRecovery();

    /**
     * Everything that was in flight when the episode began, by losses or a timeout, is acknowledged.
     *
     * @param spurious whether every retransmission was needless: packets were late, not lost
     */
    void onRecovered(boolean spurious);

    /** The retransmission timer expired with so many bytes left in the network. */
    void onTimeout(long inFlight);

    /** Forgets the path: the remote was changed. */
    void onPathChange();

    /** {@return name for diagnostics} */
    String name();
}

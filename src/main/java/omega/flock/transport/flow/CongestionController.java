package omega.flock.transport.flow;

/** Decides how many packets may be in flight. Pure; a stream owns one. */
public interface CongestionController {
    /** {@return packets that may be in flight, at least 1} */
    int window();

    /** {@return factor by which packets may be paced faster than one window a round trip, more than 1} */
    double pacingGain();

    /** {@return whether the window still doubles each round trip} */
    boolean inSlowStart();

    /**
     * Packets left the network, cumulatively or selectively acknowledged, outside recovery.
     *
     * @param packets newly acknowledged
     * @param latestRttNanos the newest sample, 0 for none
     * @param smoothedRttNanos the estimate, 0 for none
     * @param windowLimited whether the window was what held the sender back; if not, it must not grow
     * @param roundEnded whether everything that was in flight when the round began is acknowledged
     */
    void onAcknowledged(
            long nowNanos, int packets, long latestRttNanos, long smoothedRttNanos, boolean windowLimited, boolean roundEnded);

    /** The first loss of a recovery episode was detected. */
    void onCongestion(long nowNanos);

    /** Every retransmission of the episode that ends was needless: packets were late, not lost. */
    void onSpuriousCongestion();

    /** The retransmission timer expired with {@code inFlight} packets left in the network. */
    void onTimeout(int inFlight);

    /** Forgets the path: the remote was changed. */
    void onPathChange();

    /** {@return name for diagnostics} */
    String name();
}

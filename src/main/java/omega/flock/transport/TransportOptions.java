package omega.flock.transport;

import omega.flock.transport.flow.FlowConstants;

/**
 * Immutable settings of a transport.
 *
 * @param receiveWindowBytes what each stream is ready to hold for its reader and advertises to its peer, in bytes; default
 *     8 MiB, which caps a stream at about 80 MiB/s when the round trip takes 100 ms; a JavaScript peer has 4 MiB
 * @param probeMtu whether streams look for a packet size above 1200 bytes
 */
public record TransportOptions(int receiveWindowBytes, boolean probeMtu) {
    /** 8 MiB windows, MTU probing on. */
    public static final TransportOptions DEFAULT = new TransportOptions(FlowConstants.DEFAULT_WINDOW_BYTES, true);

    /** Refuses windows that could not hold a packet or would not fit an array. */
    public TransportOptions {
        if (receiveWindowBytes < FlowConstants.MIN_WINDOW_BYTES || receiveWindowBytes > FlowConstants.MAX_WINDOW_BYTES) {
            throw new IllegalArgumentException("receiveWindowBytes: " + receiveWindowBytes);
        }
    }

    /** {@return these options with another receive window} */
    public TransportOptions withReceiveWindowBytes(int bytes) {
        return new TransportOptions(bytes, probeMtu);
    }

    /** {@return these options with MTU probing switched on or off} */
    public TransportOptions withProbeMtu(boolean probe) {
        return new TransportOptions(receiveWindowBytes, probe);
    }
}

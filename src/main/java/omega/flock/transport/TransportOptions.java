package omega.flock.transport;

import omega.flock.transport.flow.FlowConstants;

/**
 * Immutable settings of a transport.
 *
 * @param receiveWindowBytes what each stream is ready to hold for its reader and advertises to its peer, in bytes; default
 *     8 MiB, which caps a stream at about 80 MiB/s when the round trip takes 100 ms; a JavaScript peer has 4 MiB
 */
public record TransportOptions(int receiveWindowBytes) {
    /** 8 MiB windows. */
    public static final TransportOptions DEFAULT = new TransportOptions(FlowConstants.DEFAULT_WINDOW_BYTES);

    /** Refuses windows that could not hold a packet or would not fit an array. */
    public TransportOptions {
        if (receiveWindowBytes < FlowConstants.MIN_WINDOW_BYTES || receiveWindowBytes > FlowConstants.MAX_WINDOW_BYTES) {
            throw new IllegalArgumentException("receiveWindowBytes: " + receiveWindowBytes);
        }
    }

    /** {@return these options with another receive window} */
    public TransportOptions withReceiveWindowBytes(int bytes) {
        return new TransportOptions(bytes);
    }
}

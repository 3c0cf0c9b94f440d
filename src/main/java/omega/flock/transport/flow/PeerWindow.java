package omega.flock.transport.flow;

import static omega.flock.transport.flow.SequenceNumbers.atOrAfter;
import static omega.flock.transport.flow.SequenceNumbers.before;

/** What the peer is ready to take, as far as we know (udx.c:1639–1649, the wl1/wl2 rule of RFC 9293 §3.10.7.4). */
final class PeerWindow {
    private long bytes = FlowConstants.INITIAL_PEER_WINDOW_BYTES;
    private int updateSeq;
    private int updateAck;

    PeerWindow(int peerSeq, int ownSeq) {
        updateSeq = peerSeq;
        updateAck = ownSeq;
    }

    /**
     * "Accept rwnd when ack ≥ last cumulative ack and (seq newer than the seq of the last update, or same seq and ack ≥ the ack
     * of the last update)."
     */
    void onHeader(int seq, int ack, long window, int unacknowledged) {
        if (atOrAfter(ack, unacknowledged)
                && (before(updateSeq, seq) || (seq == updateSeq && atOrAfter(ack, updateAck)))) {
            bytes = window;
            updateSeq = seq;
            updateAck = ack;
        }
    }

    boolean isClosed() {
        return bytes == 0;
    }

    long bytes() {
        return bytes;
    }

    /** {@return how many packets may be in flight: "max(1, rwnd / maxPayload)", but none at a zero window} */
    int packets(int maxPayload) {
        return bytes == 0 ? 0 : Math.clamp(bytes / maxPayload, 1, FlowConstants.MAX_IN_FLIGHT);
    }
}

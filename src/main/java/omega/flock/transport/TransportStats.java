package omega.flock.transport;

import java.util.Map;
import omega.flock.transport.flow.DropReason;

/**
 * A snapshot of what one transport has done, living and finished streams together.
 *
 * @param liveStreams streams that hold an id now
 * @param streamsCreated streams created so far
 * @param packetsSent datagrams handed to a port
 * @param packetsReceived datagrams that belonged to a stream
 * @param bytesSent stream bytes cut into packets, each counted once
 * @param bytesReceived stream bytes delivered in order
 * @param retransmissions packets sent again
 * @param timeouts retransmission timer expiries
 * @param sendFailures datagrams that a port refused, treated as lost
 * @param drops packets or parts of packets that were ignored, by reason; reasons that never occurred are absent
 */
public record TransportStats(
        int liveStreams,
        long streamsCreated,
        long packetsSent,
        long packetsReceived,
        long bytesSent,
        long bytesReceived,
        long retransmissions,
        long timeouts,
        long sendFailures,
        Map<DropReason, Long> drops) {

    /** Copies the map, so that the snapshot stays one. */
    public TransportStats {
        drops = Map.copyOf(drops);
    }
}

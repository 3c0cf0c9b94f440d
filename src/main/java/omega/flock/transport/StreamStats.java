package omega.flock.transport;

import java.time.Duration;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamView;

/**
 * The figures of one stream at one moment.
 *
 * @param bytesSent stream bytes that were put into packets, each counted once
 * @param bytesReceived stream bytes that arrived in order
 * @param bytesAcknowledged stream bytes that the peer has acknowledged, up to the first that is missing there
 * @param packetsSent packets of any kind
 * @param packetsReceived packets of any kind
 * @param packetsRetransmitted packets that were sent again, tail loss probes included
 * @param timeouts expiries of the retransmission timer
 * @param congestionWindow bytes that may be in flight, IP headers included
 * @param peerWindow the window that the peer advertised last, in bytes
 * @param mtu the size that packets may have, IP header included
 * @param smoothedRtt the smoothed round-trip time; zero before the first sample
 * @param latestRtt the last sample; zero before it
 */
public record StreamStats(long bytesSent, long bytesReceived, long bytesAcknowledged, long packetsSent, long packetsReceived,
        long packetsRetransmitted, long timeouts, long congestionWindow, long peerWindow, int mtu, Duration smoothedRtt,
        Duration latestRtt) {

    /** Called with the machine's lock held. */
    static StreamStats of(StreamMachine machine) {
        StreamView view = machine.view();
        return new StreamStats(view.counters().bytesSent(), view.receivedBytes(), view.acknowledgedBytes(), view.counters().packetsSent(),
                view.counters().packetsReceived(), view.counters().retransmissions(), view.counters().timeouts(),
                view.congestionWindowBytes(), view.peerWindowBytes(), view.mtu(), Duration.ofNanos(view.smoothedRttNanos()),
                Duration.ofNanos(view.latestRttNanos()));
    }
}

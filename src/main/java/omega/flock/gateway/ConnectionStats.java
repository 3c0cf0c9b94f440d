package omega.flock.gateway;

import java.time.Duration;
import java.time.Instant;
import omega.flock.secret.SecretStream;
import omega.flock.transport.StreamStats;

/**
 * The figures of one connection at one moment. Bytes are those of the encrypted stream, as they travel: a message has 20 more than the
 * program wrote, and 59 go ahead of the first. Counters only grow, and stay as they were when the connection has ended.
 */
public final class ConnectionStats {

    private final StreamStats stream;
    private final long messagesSent;
    private final long messagesReceived;
    private final Instant since;

    ConnectionStats(SecretStream connection) {
        stream = connection.stats();
        messagesSent = connection.framesSent();
        messagesReceived = connection.framesReceived();
        since = Instant.ofEpochMilli(connection.openedMillis());
    }

    /** {@return when the connection was opened} */
    public Instant since() {
        return since;
    }

    /** {@return messages that this side has sent, keep-alives included; a write counts as one for each 64 KiB} */
    public long messagesSent() {
        return messagesSent;
    }

    /** {@return messages that were read here, keep-alives included} */
    public long messagesReceived() {
        return messagesReceived;
    }

    /** {@return bytes that have been sent, each counted once, however often it was sent} */
    public long bytesSent() {
        return stream.bytesSent();
    }

    /** {@return bytes that the peer has acknowledged, up to the first that is missing there} */
    public long bytesAcknowledged() {
        return stream.bytesAcknowledged();
    }

    /** {@return bytes that have been sent and are not acknowledged} */
    public long bytesInFlight() {
        return stream.bytesSent() - stream.bytesAcknowledged();
    }

    /** {@return bytes that have arrived in order, read by the program or not} */
    public long bytesReceived() {
        return stream.bytesReceived();
    }

    /** {@return packets of any kind that were sent} */
    public long packetsSent() {
        return stream.packetsSent();
    }

    /** {@return packets of any kind that arrived} */
    public long packetsReceived() {
        return stream.packetsReceived();
    }

    /** {@return packets that were sent again, because they or their acknowledgement were lost, or seemed to be} */
    public long packetsRetransmitted() {
        return stream.packetsRetransmitted();
    }

    /** {@return how often the peer was silent for so long that the oldest packet was sent again} */
    public long retransmissionTimeouts() {
        return stream.timeouts();
    }

    /** {@return how many bytes this side lets be in flight, as the line can carry, IP headers included} */
    public long congestionWindow() {
        return stream.congestionWindow();
    }

    /** {@return how many bytes the peer has room for; small while its program does not read} */
    public long peerWindow() {
        return stream.peerWindow();
    }

    /** {@return the size in bytes that packets may have, IP header included} */
    public int mtu() {
        return stream.mtu();
    }

    /**
     * {@return the smoothed round-trip time; zero before the first measurement} A side measures by what it sends itself: one that only
     * receives does so with each keep-alive, every 5 seconds by default, of which each moves this by an eighth.
     */
    public Duration roundTripTime() {
        return stream.smoothedRtt();
    }

    /** {@return the last round-trip time that was measured; zero before the first} */
    public Duration latestRoundTripTime() {
        return stream.latestRtt();
    }

    @Override
    public String toString() {
        return "ConnectionStats[since=" + since + ", messagesSent=" + messagesSent + ", messagesReceived=" + messagesReceived + ", " + stream
                + "]";
    }
}

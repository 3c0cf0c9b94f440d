package omega.flock.transport.flow;

/** What one stream machine has done, in numbers that only grow. */
public final class FlowCounters {
    private static final DropReason[] REASONS = DropReason.values();

    long packetsSent;
    long packetsReceived;
    long bytesSent;
    long retransmissions;
    long timeouts;
    long tailProbes;
    long mtuProbes;
    long heartbeatsSent;
    long packetsVisited;
    private final long[] drops = new long[REASONS.length];

    FlowCounters() {}

    /** {@return packets of any kind handed out} */
    public long packetsSent() {
        return packetsSent;
    }

    /** {@return packets of any kind taken in} */
    public long packetsReceived() {
        return packetsReceived;
    }

    /** {@return stream bytes put into packets, each counted once} */
    public long bytesSent() {
        return bytesSent;
    }

    /** {@return packets sent again, tail loss probes included} */
    public long retransmissions() {
        return retransmissions;
    }

    /** {@return expiries of the retransmission timer} */
    public long timeouts() {
        return timeouts;
    }

    /** {@return tail loss probes sent} */
    public long tailProbes() {
        return tailProbes;
    }

    /** {@return MTU probes sent} */
    public long mtuProbes() {
        return mtuProbes;
    }

    /** {@return heartbeats sent, which probe a closed window} */
    public long heartbeatsSent() {
        return heartbeatsSent;
    }

    /** {@return packets looked at on behalf of SACK blocks: what they cost} */
    public long packetsVisited() {
        return packetsVisited;
    }

    /** {@return how often something was ignored for this reason} */
    public long drops(DropReason reason) {
        return drops[reason.ordinal()];
    }

    void drop(DropReason reason) {
        drop(reason, 1);
    }

    /** Counts so many, none if it is less than one. */
    void drop(DropReason reason, long count) {
        drops[reason.ordinal()] += Math.max(0, count);
    }
}

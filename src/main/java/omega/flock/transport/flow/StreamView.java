package omega.flock.transport.flow;

import java.util.Optional;

/** Figures and states of a stream machine, read through to it; under the same lock as the machine. */
public final class StreamView {
    private final Sender sender;
    private final Receiver receiver;
    private final FlowCounters counters;

    StreamView(Sender sender, Receiver receiver, FlowCounters counters) {
        this.sender = sender;
        this.receiver = receiver;
        this.counters = counters;
    }

    /** {@return the state of the sending half} */
    public SendState sendState() {
        return sender.state();
    }

    /** {@return the state of the receiving half} */
    public ReceiveState receiveState() {
        return receiver.state();
    }

    /** {@return bytes that can be read now} */
    public int readableBytes() {
        return receiver.buffer().readable();
    }

    /** {@return stream bytes that arrived in order so far} */
    public long receivedBytes() {
        return receiver.buffer().delivered();
    }

    /** {@return bytes written that are in no packet yet} */
    public int backlogBytes() {
        return sender.buffer().backlog();
    }

    /** {@return bytes written so far} */
    public long writtenBytes() {
        return sender.buffer().writtenPosition();
    }

    /** {@return bytes that the peer acknowledged so far} */
    public long acknowledgedBytes() {
        return sender.buffer().releasedPosition();
    }

    /** {@return the number of the next new packet} */
    public int nextSeq() {
        return sender.table().next();
    }

    /** {@return the number of the next packet expected} */
    public int expectedSeq() {
        return receiver.expected();
    }

    /** {@return whether everything up to the packet of this number has arrived} */
    public boolean hasDelivered(int seq) {
        return SequenceNumbers.before(seq, receiver.expected());
    }

    /** {@return packets believed to be in the network} */
    public int packetsInFlight() {
        return sender.table().sentCount();
    }

    /** {@return bytes that may be in flight, IP headers included} */
    public long congestionWindowBytes() {
        return sender.recovery().controller().window();
    }

    /** {@return the smoothed round trip in nanoseconds; 0 before the first sample} */
    public long smoothedRttNanos() {
        return sender.recovery().rtt().smoothed();
    }

    /** {@return the last sample of the round trip in nanoseconds; 0 before the first} */
    public long latestRttNanos() {
        return sender.recovery().rtt().latest();
    }

    /** {@return the IP-level size that packets may have} */
    public int mtu() {
        return sender.mtu();
    }

    /** {@return whether the search for a larger size is over} */
    public boolean isMtuSearchComplete() {
        return sender.isMtuSearchComplete();
    }

    /** {@return the window that the peer advertised last, in bytes} */
    public long peerWindowBytes() {
        return sender.window().bytes();
    }

    /** {@return whether packets numbered before the last change of path are still unacknowledged, or the path has not proven itself} */
    public boolean isRemoteChanging() {
        return sender.isRemoteChanging();
    }

    /** {@return the path for new packets} */
    public Optional<StreamPath> path() {
        return Optional.ofNullable(sender.path());
    }

    /** {@return whether the path for new packets has proven that it hears us, or does not have to} */
    public boolean isPathProven() {
        return sender.proof().isPathProven();
    }

    /** {@return the counters} */
    public FlowCounters counters() {
        return counters;
    }
}

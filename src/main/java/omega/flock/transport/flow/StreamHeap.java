package omega.flock.transport.flow;

/**
 * The heap that one stream takes for its peer, in both directions, and may take; under the same lock as the machine. What a stream without
 * anything under way holds does not count, nor the few bytes that every stream may hold ({@link FlowConstants#GUARANTEED_BYTES}).
 */
public final class StreamHeap {
    private final Sender sender;
    private final Receiver receiver;

    StreamHeap(Sender sender, Receiver receiver) {
        this.sender = sender;
        this.receiver = receiver;
    }

    /** {@return bytes for what has arrived and was not read} */
    public int arrived() {
        return receiver.buffer().heldBytes();
    }

    /** {@return the same with one more DATA packet, of so many bytes} */
    public int arrivedWith(int seq, int bytes) {
        return receiver.buffer().heldWith(seq, bytes);
    }

    /**
     * Sets how much what arrives may take. Packets beyond it are dropped, and the peer, who is not told that they came, sends them again.
     *
     * @param bytes for what arrives
     * @param offered how much of it the peer may count on in its window, which is no more than the stream was made for
     */
    public void limitArrived(long bytes, long offered) {
        receiver.buffer().memory(bytes, offered);
    }

    /** Drops what has arrived: nobody will read it. */
    public void discardArrived() {
        receiver.discard();
    }

    /** Nothing has been under way for a while: what a busy stream keeps in reserve is let go of. */
    public void rest() {
        sender.table().rest();
    }

    /** {@return bytes for what was written and is not acknowledged} */
    public int written() {
        return sender.buffer().heldBytes() + sender.table().heldBytes();
    }

    /** {@return the same after a write of so many bytes, as far as it is accepted} */
    public int writtenWith(int bytes) {
        return written() + Math.clamp(FlowConstants.SEND_HIGH_WATER_BYTES - sender.buffer().backlog(), 0, bytes);
    }

    /** {@return how much more so many packets may make it} */
    public int growth(int packets) {
        return sender.table().growth(packets);
    }

    /** Sets whether there may be more packets in flight than there is room for now; those wait that are refused. */
    public void mayGrow(boolean granted) {
        sender.table().mayGrow(granted);
    }

    /** Sets how much what is written may take: of a longer write that part is accepted. */
    public void limitWritten(long bytes) {
        sender.buffer().memory(bytes - sender.table().heldBytes());
    }
}

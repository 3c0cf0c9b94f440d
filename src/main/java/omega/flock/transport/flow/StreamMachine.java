package omega.flock.transport.flow;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import omega.flock.transport.packet.SackBlocks;

/**
 * One UDX stream as a pure machine: it is told what arrived and what the user wants, and is polled for packets and for its next
 * deadline. Not thread-safe; its owner holds a lock around every call.
 *
 * <pre>
 *   UNCONNECTED ──connect()──► CONNECTED ──both halves ended──► over: FINISHED
 *        │                        ├──────destroy()────────────► over: DESTROYED
 *        │                        ├──────DESTROY arrives──────► over: RESET_BY_PEER
 *        │                        ├──────nothing acknowledged─► over: TIMED_OUT
 *        │                        └──────linger() too long────► over: LINGER_EXPIRED
 *        └──destroy() or a DESTROY: nothing is sent───────────► over
 * </pre>
 *
 * <p>The life of the halves is in {@link SendState} and {@link ReceiveState}; whether the stream is connected is whether it has a
 * path. When it is over, packets may still be polled (the last ACK, a DESTROY) and in-order bytes still be read.
 */
public final class StreamMachine {
    private final FlowCounters counters = new FlowCounters();
    private final TimerTable<StreamTimer> timers = new TimerTable<>(StreamTimer.class);
    private final Receiver receiver;
    private final Sender sender;
    private final PacketWriter writer;
    private final ControlPackets control;
    private final StreamView view;
    private final StreamHeap heap;
    private StreamEnd end; // null while the stream lives
    private boolean lingering;

    /** Creates an unconnected stream with the standard controller. */
    public StreamMachine(StreamConfig config) {
        this(config, new Bbr());
    }

    StreamMachine(StreamConfig config, CongestionController controller) {
        receiver = new Receiver(config, timers, counters);
        sender = new Sender(config, timers, counters, controller);
        writer = new PacketWriter(receiver);
        control = new ControlPackets(sender, receiver, writer, counters);
        view = new StreamView(sender, receiver, counters);
        heap = new StreamHeap(sender, receiver);
    }

    /**
     * Whoever names the stream's addresses may be lying, from now on: one that has not proven that it hears us gets at most three times
     * the bytes that came from there, and all of them together so many beside.
     */
    public void limitUnproven(int allowanceBytes) {
        sender.proof().limit(allowanceBytes);
    }

    /** The peer's first bytes were what only the peer could send: the address that they came from is proven. */
    public void openingWasGenuine() {
        sender.proof().onOpeningGenuine();
    }

    /** To be told before {@link #onPacket} where the packet comes from, and how many bytes it has. */
    public void onSource(InetSocketAddress source, int bytes) {
        sender.proof().onReceived(source, bytes);
    }

    /** Fixes where packets go. "Sends nothing, except one ACK if data arrived earlier." */
    public void connect(long nowNanos, StreamPath path) {
        if (isConnected()) {
            throw new IllegalStateException("already connected to " + sender.path());
        }
        sender.connect(Objects.requireNonNull(path, "path"));
        finishIfBothEnded();
    }

    /** Moves to another path; packets that have a number keep theirs. */
    public void changePath(StreamPath path) {
        if (!isConnected()) {
            throw new IllegalStateException("not connected");
        }
        if (end == null) {
            sender.changePath(Objects.requireNonNull(path, "path"));
        }
    }

    /**
     * Moves to a path in place of one that was only tried: unlike with {@link #changePath}, packets in flight go there too, at once.
     */
    public void retarget(StreamPath path) {
        if (!isConnected()) {
            throw new IllegalStateException("not connected");
        }
        if (end == null) {
            sender.retarget(Objects.requireNonNull(path, "path"));
        }
    }

    /** Takes a packet: {@code payload} is what follows its header. The order of the steps is that of libudx (udx.c:1501–1782). */
    public void onPacket(long nowNanos, PacketHeader header, ByteBuffer payload) {
        if (end != null) {
            counters.drop(DropReason.CLOSED_STREAM);
            return;
        }
        counters.packetsReceived++;
        if (header.has(PacketFlags.HEARTBEAT)) {
            receiver.oweAck(); // "nothing else in that packet is looked at"
            return;
        }
        if (header.dataOffset() > payload.remaining()) {
            counters.drop(DropReason.BAD_DATA_OFFSET);
            return;
        }
        int payloadAt = payload.position();
        int sackBlocks = header.has(PacketFlags.SACK) ? SackBlocks.count(payload, header.dataOffset()) : 0;
        payload.position(payloadAt + header.dataOffset());
        if (takeContent(header, payload)) {
            return;
        }
        if (SequenceNumbers.before(sender.table().next(), header.ack())) {
            counters.drop(DropReason.ACK_BEYOND_NEXT); // "stop here: no ACK, no window update, although data was consumed"
            return;
        }
        sender.onAck(nowNanos, header.seq(), header.ack(), header.window());
        if (sackBlocks > 0) {
            sender.onSack(nowNanos, payload.position(payloadAt), sackBlocks);
        }
        sender.afterPacket(nowNanos);
        finishIfBothEnded();
        if (end == null && lingering && sender.state() == SendState.ENDED) {
            shortenLinger(nowNanos);
        }
    }

    /** {@return how many bytes were taken; fewer than {@code length} once the send buffer is full} */
    public int write(byte[] source, int offset, int length) {
        if (end != null || sender.state().isClosedForWriting()) {
            throw new IllegalStateException("the sending half is " + sender.state() + ", end " + end());
        }
        return sender.write(source, offset, length);
    }

    /** Half close: END follows what was written. */
    public void endOutput() {
        if (end == null) {
            sender.end();
        }
    }

    /** Lets an ACK that is owed wait for data that carries it: until that time at the latest, the next packet or {@link #releaseAck}. */
    public void deferAck(long untilNanos) {
        if (end == null) {
            receiver.deferAck(untilNanos);
        }
    }

    /** {@return whether an ACK was waiting: it is to be sent now} */
    public boolean releaseAck() {
        return receiver.releaseAck();
    }

    /** {@return bytes read; 0 if there are none now, −1 at the end of the stream} */
    public int read(byte[] target, int offset, int length) {
        if (receiver.state() == ReceiveState.DRAINED) {
            return -1;
        }
        return receiver.read(target, offset, length);
    }

    /** Drops everything; a connected stream says so in one DESTROY. */
    public void destroy() {
        if (end == null) {
            if (isConnected()) {
                control.wantDestroy();
            }
            finish(StreamEnd.DESTROYED);
        }
    }

    /** Graceful close: ends the output, discards what still arrives, and destroys the stream when that takes too long. */
    public void linger(long nowNanos) {
        if (end != null || lingering) {
            return;
        }
        lingering = true;
        sender.end();
        receiver.discard();
        timers.set(StreamTimer.LINGER, nowNanos + FlowConstants.LINGER_NANOS);
        if (sender.state() == SendState.ENDED) {
            shortenLinger(nowNanos);
        }
    }

    /** {@return whether the message was queued; false when too many wait} */
    public boolean queueMessage(byte[] message) {
        if (message.length > FlowConstants.MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("a message has at most " + FlowConstants.MAX_MESSAGE_BYTES + " bytes, not " + message.length);
        }
        return end == null && control.queueMessage(message);
    }

    /** {@return the oldest received message, taken out} */
    public Optional<byte[]> pollMessage() {
        return receiver.pollMessage();
    }

    /** {@return whether {@link #pollMessage} would find one} */
    public boolean hasMessages() {
        return receiver.hasMessages();
    }

    /** {@return whether {@link #pollPacket} would write a packet now} */
    public boolean wantsToSend(long nowNanos) {
        return isConnected() && (end == null ? control.isWanted() || sender.wantsToSend(nowNanos) : control.isLastWanted());
    }

    /**
     * Writes the next packet at the buffer's position, if one may be sent now.
     *
     * @param out with room for {@link omega.flock.transport.packet.PacketConstants#MAX_DATAGRAM_BYTES}
     */
    public boolean pollPacket(long nowNanos, ByteBuffer out) {
        boolean written = isConnected() && (end == null ? pollLive(nowNanos, out) : control.writeLast(out));
        counters.packetsSent += written ? 1 : 0;
        return written;
    }

    /** {@return where the packet polled last goes} */
    public StreamPath packetPath() {
        return writer.path();
    }

    /** {@return when {@link #onDeadline} must be called, or {@link TimerTable#NEVER}} */
    public long nextDeadline() {
        return timers.nextDeadline();
    }

    /** {@return when a transfer goes on by itself, which bears no delay, or {@link TimerTable#NEVER}; no sooner than the next deadline} */
    public long nextStep() {
        return Math.min(timers.deadline(StreamTimer.PACING), timers.deadline(StreamTimer.REORDERING));
    }

    /** Acts on every timer that is due. */
    public void onDeadline(long nowNanos) {
        while (timers.nextDeadline() <= nowNanos) {
            timers.popExpired(nowNanos).ifPresent(timer -> onTimer(nowNanos, timer));
        }
    }

    /** {@return whether the stream has a path} */
    public boolean isConnected() {
        return sender.path() != null;
    }

    /** {@return how the stream ended; empty while it lives} */
    public Optional<StreamEnd> end() {
        return Optional.ofNullable(end);
    }

    /** {@return whether the stream is over; packets may be left to poll} */
    public boolean isOver() {
        return end != null;
    }

    /** {@return a view of the machine's figures and states} */
    public StreamView view() {
        return view;
    }

    /** {@return what the machine takes of the heap, and may take} */
    public StreamHeap heap() {
        return heap;
    }

    /** Steps 5 to 7: DATA, END, DESTROY and MESSAGE. {@return whether the stream is over} */
    private boolean takeContent(PacketHeader header, ByteBuffer payload) {
        if (PacketFlags.isReliable(header.flags())) {
            if (!header.has(PacketFlags.DATA)) {
                payload.position(payload.limit());
            }
            boolean first = receiver.buffer().delivered() == 0;
            receiver.onReliable(header.seq(), payload, header.has(PacketFlags.END));
            if (first && receiver.buffer().delivered() > 0) {
                sender.proof().onOpened();
            }
        }
        if (header.has(PacketFlags.DESTROY)) {
            if (SequenceNumbers.atOrAfter(header.seq(), receiver.expected())) {
                finish(StreamEnd.RESET_BY_PEER);
                return true;
            }
            counters.drop(DropReason.STALE_DESTROY);
        }
        if (header.has(PacketFlags.MESSAGE)) {
            receiver.onMessage(payload);
        }
        return false;
    }

    private boolean pollLive(long nowNanos, ByteBuffer out) {
        if (control.isMessageWanted()) {
            control.writeMessage(out);
            return true;
        }
        boolean mayAck = receiver.isAckDue() && control.mayGo(0);
        // An ACK with SACK blocks goes first, a plain one only if no data packet can carry it.
        if (mayAck && !receiver.buffer().outOfOrder().isEmpty()) {
            control.writeAck(out);
            return true;
        }
        if (sender.poll(nowNanos, out, writer)) {
            receiver.ackSent();
            return true;
        }
        if (mayAck) {
            control.writeAck(out);
            return true;
        }
        return control.mayGo(0) && control.writeHeartbeat(out);
    }

    private void onTimer(long nowNanos, StreamTimer timer) {
        switch (timer) {
            case RETRANSMISSION -> {
                if (!sender.onRetransmissionTimer(nowNanos)) {
                    finish(peerIsGoneAfterFinishing() ? StreamEnd.FINISHED : StreamEnd.TIMED_OUT);
                }
            }
            case TAIL_LOSS -> sender.recovery().onTailTimer();
            case REORDERING -> sender.recovery().detectLoss(nowNanos);
            case DEFERRED_ACK, PACING -> { } // polling asks again
            case ZERO_WINDOW -> {
                if (!sender.onZeroWindowTimer(nowNanos)) {
                    finish(StreamEnd.TIMED_OUT);
                }
            }
            case LINGER -> {
                control.wantDestroy();
                finish(StreamEnd.LINGER_EXPIRED);
            }
        }
    }

    /** "Treat a timeout with only END outstanding and the peer's END received as a clean close": its ACK got lost. */
    private boolean peerIsGoneAfterFinishing() {
        InFlight table = sender.table();
        return receiver.state().hasEnded() && sender.state() == SendState.END_SENT
                && table.span() == 1 && table.length(table.first()) == 0;
    }

    private void finishIfBothEnded() {
        if (end == null && isConnected() && sender.state() == SendState.ENDED && receiver.state().hasEnded()) {
            finish(StreamEnd.FINISHED);
        }
    }

    private void finish(StreamEnd how) {
        end = how;
        timers.clearAll();
        sender.clear();
        control.dropMessages();
        receiver.buffer().dropOutOfOrder();
        if (how != StreamEnd.FINISHED) {
            receiver.ackSent();
        }
    }

    private void shortenLinger(long nowNanos) {
        timers.set(StreamTimer.LINGER,
                Math.min(timers.deadline(StreamTimer.LINGER), nowNanos + FlowConstants.LINGER_PEER_END_NANOS));
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.REFILL_PACKETS;
import static omega.flock.transport.flow.FlowConstants.SHORT_PAYLOAD_BYTES;
import static omega.flock.transport.flow.SequenceNumbers.atOrAfter;
import static omega.flock.transport.flow.SequenceNumbers.before;
import static omega.flock.transport.packet.PacketConstants.HEADER_BYTES;

import java.nio.ByteBuffer;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.packet.PacketFlags;

/**
 * The sending half of a stream: cuts bytes into packets, repeats what was lost, obeys window, congestion controller and pacer.
 *
 * <p>Order on every opportunity (udx.c:784–929): a tail loss probe, then what was lost, then new data.
 */
final class Sender {
    /** What may be sent now. */
    private enum Action { NOTHING, TAIL_PROBE, REPEAT, NEW }

    private final SendBuffer buffer;
    private final InFlight table;
    private final PathMtu mtu;
    private final Pacer pacer = new Pacer();
    private final PeerWindow window;
    private final TimerTable<StreamTimer> timers;
    private final FlowCounters counters;
    private long heldBackTo; // position up to which bytes have been counted that had to wait for a proof
    private final LossRecovery recovery;
    private final SackReader sacks;

    private SendState state = SendState.OPEN;
    private final AddressProof proof = new AddressProof();
    private StreamPath path;
    private boolean windowLimited;
    private boolean wroteWhileIdle;
    private boolean heartbeatWanted;
    private int unansweredProbes;
    private boolean heardSinceTimeout;
    private int remoteChangeSeq;
    private boolean remoteChanging;

    Sender(StreamConfig config, TimerTable<StreamTimer> timers, FlowCounters counters, CongestionController controller) {
        this.timers = timers;
        this.counters = counters;
        this.buffer = new SendBuffer(config.chunks());
        this.table = new InFlight(config.initialSeq());
        this.mtu = new PathMtu(config.probeMtu());
        this.window = new PeerWindow(config.initialAck(), config.initialSeq());
        this.recovery = new LossRecovery(table, mtu, timers, counters, controller);
        this.sacks = new SackReader(table, recovery, counters, proof);
    }

    SendState state() {
        return state;
    }

    SendBuffer buffer() {
        return buffer;
    }

    InFlight table() {
        return table;
    }

    LossRecovery recovery() {
        return recovery;
    }

    PeerWindow window() {
        return window;
    }

    int mtu() {
        return mtu.size();
    }

    boolean isMtuSearchComplete() {
        return mtu.isComplete();
    }

    StreamPath path() {
        return path;
    }

    AddressProof proof() {
        return proof;
    }

    boolean isRemoteChanging() {
        return remoteChanging || proof.isOnTrial();
    }

    /** {@return bytes accepted: all that fit below the high-water mark and into the memory there is, 0 if none} */
    int write(byte[] source, int offset, int length) {
        int accepted = Math.min(length, buffer.room());
        if (accepted > 0) {
            wroteWhileIdle |= isIdle();
            buffer.write(source, offset, accepted);
        }
        return accepted;
    }

    void end() {
        if (state == SendState.OPEN) {
            wroteWhileIdle |= isIdle();
            state = SendState.ENDING;
        }
    }

    void connect(StreamPath newPath) {
        path = newPath;
        proof.onPath(newPath);
    }

    /** "Immediately switches for everything new, resets MTU discovery"; packets with a number keep their path. */
    void changePath(StreamPath newPath) {
        path = newPath;
        proof.onPath(newPath);
        mtu.reset();
        table.forgetProbes();
        recovery.onPathChange();
        remoteChangeSeq = table.next();
        remoteChanging = !table.isEmpty();
    }

    /** Changes the path for a stream whose old one led nowhere: what is in flight goes along, and is sent again at once. */
    void retarget(StreamPath newPath) {
        changePath(newPath);
        remoteChanging = false;
        for (int seq = table.first(); seq != table.next(); seq++) {
            table.movePath(seq, newPath);
            if (table.state(seq) == InFlight.SENT) {
                table.markLost(seq); // by the path, not by congestion: recovery is not told
            }
        }
    }

    /** Steps 9 and 10 of the receive pipeline: window update and cumulative ack. */
    void onAck(long nowNanos, int seq, int ack, long windowBytes) {
        window.onHeader(seq, ack, windowBytes, table.first());
        unansweredProbes = 0;
        heardSinceTimeout = true;
        if (!before(table.first(), ack)) {
            return;
        }
        takeAcknowledged(nowNanos, ack);
        recovery.onProgress();
        if (remoteChanging && atOrAfter(table.first(), remoteChangeSeq)) {
            remoteChanging = false;
        }
    }

    /** Step 11: SACK blocks, the first of them at the payload's position. */
    void onSack(long nowNanos, ByteBuffer payload, int blocks) {
        sacks.read(nowNanos, payload, blocks);
    }

    /** Step 12: timers and loss detection. */
    void afterPacket(long nowNanos) {
        recovery.afterPacket(nowNanos);
        updatePacing();
        if (!window.isClosed() || !table.isEmpty()) {
            timers.clear(StreamTimer.ZERO_WINDOW);
        }
    }

    /** {@return whether {@link #poll} would write a packet now; may set the pacing or zero-window timer} */
    boolean wantsToSend(long nowNanos) {
        return nextAction(nowNanos) != Action.NOTHING;
    }

    /** Writes one data packet if one may be sent now; {@link PacketWriter#path} tells where it goes. */
    boolean poll(long nowNanos, ByteBuffer out, PacketWriter writer) {
        switch (nextAction(nowNanos)) {
            case NOTHING -> {
                return false;
            }
            case TAIL_PROBE -> {
                recovery.onTailProbe();
                if (hasNewData() && !window.isClosed() && !table.isFull()) {
                    sendNew(nowNanos, out, writer, false);
                } else {
                    repeat(nowNanos, table.next() - 1, out, writer);
                }
            }
            case REPEAT -> repeat(nowNanos, table.firstLost(), out, writer);
            case NEW -> sendNew(nowNanos, out, writer, !remoteChanging);
        }
        return true;
    }

    /** {@return whether a zero-window probe is due; asking takes it} */
    boolean takeHeartbeat() {
        boolean wanted = heartbeatWanted;
        heartbeatWanted = false;
        return wanted;
    }

    boolean isHeartbeatWanted() {
        return heartbeatWanted;
    }

    /** "Immediately if the stream was idle when data was queued, else after RTO, then every 2 × RTO." */
    boolean onZeroWindowTimer(long nowNanos) {
        if (++unansweredProbes > FlowConstants.MAX_UNANSWERED_PROBES) {
            return false;
        }
        heartbeatWanted = true;
        timers.set(StreamTimer.ZERO_WINDOW, nowNanos + 2 * recovery.rtt().timeout());
        return true;
    }

    boolean onRetransmissionTimer(long nowNanos) {
        boolean goOn = recovery.onTimeout(nowNanos, heardSinceTimeout && window.isClosed());
        heardSinceTimeout = false;
        updatePacing();
        return goOn;
    }

    /** Drops all bytes and packets: the stream is over. */
    void clear() {
        buffer.clear();
        table.clear();
        heartbeatWanted = false;
    }

    private boolean isIdle() {
        return table.isEmpty() && !hasNewData();
    }

    private boolean hasNewData() {
        return buffer.backlog() > 0 || state == SendState.ENDING;
    }

    private int maxPayload() {
        return mtu.size() - path.overheadBytes();
    }

    private Action nextAction(long nowNanos) {
        if (path == null) {
            return Action.NOTHING;
        }
        if (recovery.isTailProbeWanted() && proof.isPathProven()) {
            return Action.TAIL_PROBE;
        }
        boolean lost = table.lostCount() > 0;
        long room = recovery.controller().window() - table.sentBytes();
        if (!lost && !hasNewData()) {
            windowLimited = false;
            pacer.release();
            if (room > 0) {
                recovery.onNothingToSend();
            }
            return Action.NOTHING;
        }
        if (!lost && (table.sentCount() >= window.packets(maxPayload()) || table.isFull())) {
            windowLimited = false;
            pacer.release();
            armZeroWindowProbe(nowNanos);
            return Action.NOTHING;
        }
        if (room <= 0 || (!lost && worthWaiting(room))) {
            windowLimited = true;
            pacer.release();
            return Action.NOTHING;
        }
        if ((lost ? routeOfLost(table.firstLost()) : routeOfNew()) == null) {
            pacer.release();
            countHeldBack();
            return Action.NOTHING; // until a packet comes from where they would go
        }
        if (!pacer.allows(nowNanos)) {
            timers.set(StreamTimer.PACING, pacer.nextAttempt(nowNanos));
            return Action.NOTHING;
        }
        return lost ? Action.REPEAT : Action.NEW;
    }

    private void countHeldBack() {
        counters.drop(DropReason.UNPROVEN_PATH, buffer.writtenPosition() - Math.max(heldBackTo, buffer.cutPosition()));
        heldBackTo = buffer.writtenPosition();
    }

    /** {@return where the next packet of new bytes goes; null if it must not go anywhere now} */
    private StreamPath routeOfNew() {
        return proof.route(path, HEADER_BYTES + Math.min(Math.min(buffer.backlog(), maxPayload()), SHORT_PAYLOAD_BYTES));
    }

    /** {@return where a packet goes once more; null if it must not go anywhere now} */
    private StreamPath routeOfLost(int seq) {
        int bytes = HEADER_BYTES + table.length(seq);
        // Twice nothing came back: the path that the packet was made for may be gone, any path leads to the peer.
        StreamPath present = recovery.consecutiveTimeouts() > 1 ? proof.route(path, bytes) : null;
        return present != null ? present : proof.route(table.path(seq), bytes);
    }

    /**
     * {@return whether to let a full window drain a little before it is filled again} Otherwise a receiver that acknowledges every
     * packet would wake the sending thread for every packet. What is in flight guarantees that another ACK or a timer follows.
     */
    private boolean worthWaiting(long room) {
        return windowLimited && room < Math.min((long) REFILL_PACKETS * mtu.size(), recovery.controller().window() / 4)
                && buffer.backlog() >= room;
    }

    private void armZeroWindowProbe(long nowNanos) {
        if (!window.isClosed() || !table.isEmpty() || timers.isSet(StreamTimer.ZERO_WINDOW)) {
            return;
        }
        if (wroteWhileIdle) {
            wroteWhileIdle = false;
            onZeroWindowTimer(nowNanos);
        } else {
            timers.set(StreamTimer.ZERO_WINDOW, nowNanos + recovery.rtt().timeout());
        }
    }

    private void sendNew(long nowNanos, ByteBuffer out, PacketWriter writer, boolean mayProbe) {
        StreamPath to = routeOfNew();
        int limit = Math.min(maxPayload(), proof.room(to.address()) - HEADER_BYTES);
        int length = Math.min(buffer.backlog(), limit);
        // "If END is queued right behind data that fits, one packet carries DATA|END; if the data fills the packet exactly, END
        // follows alone."
        boolean end = state == SendState.ENDING && length == buffer.backlog() && length < limit;
        int flags = (length > 0 ? PacketFlags.DATA : 0) | (end ? PacketFlags.END : 0);
        int padding = mayProbe && length > 0 && proof.isPathProven() ? mtu.padding(length + path.overheadBytes()) : 0;
        long position = buffer.cutPosition();
        writer.begin(out, flags, padding, to, table.next());
        buffer.copyTo(position, length, out);
        buffer.cut(length);
        counters.bytesSent += length;
        recovery.onSending(nowNanos, table.next(), length + path.overheadBytes());
        updatePacing(); // a restart from idle may have changed the rate
        table.add(nowNanos, flags, position, length, to, padding > 0);
        if (padding > 0) {
            mtu.onProbeSent();
            counters.mtuProbes++;
        }
        if (end) {
            state = SendState.END_SENT;
        }
        proof.onSent(to.address(), HEADER_BYTES + padding + length);
        wroteWhileIdle = false;
        pacer.onSent(length + padding + path.overheadBytes());
        recovery.onNewPacket(nowNanos);
    }

    /** "Retransmission MUST carry the same bytes; it refreshes only rwnd and ack (and drops probe padding)." */
    private void repeat(long nowNanos, int seq, ByteBuffer out, PacketWriter writer) {
        if (table.isProbe(seq)) {
            mtu.onProbeLost();
        }
        StreamPath to = routeOfLost(seq);
        table.movePath(seq, to);
        writer.begin(out, table.flags(seq), 0, to, seq);
        buffer.copyTo(table.position(seq), table.length(seq), out);
        recovery.onSending(nowNanos, seq, table.bytes(seq));
        table.resent(seq, nowNanos);
        counters.retransmissions++;
        proof.onSent(to.address(), HEADER_BYTES + table.length(seq));
        pacer.onSent(table.length(seq) + path.overheadBytes());
        recovery.onRetransmission(nowNanos);
    }

    /** Takes what is before {@code ack} out of the table. One packet can do that to all there are, so what can wait is done once. */
    private void takeAcknowledged(long nowNanos, int ack) {
        int last = ack - 1;
        long released = table.position(last) + table.length(last);
        if ((table.flags(last) & PacketFlags.END) != 0) { // nothing has a number behind it
            state = SendState.ENDED;
        }
        for (int seq = table.first(); seq != ack; seq++) {
            proof.onAcknowledged(table.path(seq));
            if (table.state(seq) != InFlight.SACKED) {
                recovery.onDelivered(nowNanos, seq);
            }
            table.acknowledgeFirst();
        }
        buffer.release(released);
    }

    private void updatePacing() {
        pacer.rate(recovery.controller().pacingRate());
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.MAX_INBOUND_MESSAGES;
import static omega.flock.transport.flow.FlowConstants.MTU_MAX;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import omega.flock.runtime.TimerTable;

/** The receiving half of a stream: bytes in order, messages, and what the peer has to be told about both. */
final class Receiver {
    private final ReassemblyBuffer buffer;
    private final TimerTable<StreamTimer> timers; // an ACK that waits has a timer
    private final FlowCounters counters;
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>(0);
    private final int leastWindow;
    private long advertised;
    private boolean ackOwed;

    Receiver(StreamConfig config, TimerTable<StreamTimer> timers, FlowCounters counters) {
        this.buffer = new ReassemblyBuffer(config.receiveWindowBytes(), config.initialAck(), config.chunks());
        this.timers = timers;
        this.counters = counters;
        // Below this a window would draw tiny packets (silly window syndrome, RFC 9293 §3.8.6.2).
        this.leastWindow = Math.min(config.receiveWindowBytes() / 2, MTU_MAX);
        this.advertised = config.receiveWindowBytes();
    }

    ReassemblyBuffer buffer() {
        return buffer;
    }

    int expected() {
        return buffer.expected();
    }

    ReceiveState state() {
        return buffer.state();
    }

    /** A DATA or END packet: "send an ACK immediately, also for duplicates"; one that was deferred waits no longer. */
    void onReliable(int seq, ByteBuffer payload, boolean end) {
        oweAck();
        switch (buffer.accept(seq, payload, end)) {
            case ACCEPTED -> { }
            case DUPLICATE -> counters.drop(DropReason.DUPLICATE);
            case AFTER_END -> counters.drop(DropReason.AFTER_END);
            case OUT_OF_WINDOW -> counters.drop(DropReason.OUT_OF_WINDOW);
            case NO_MEMORY -> counters.drop(DropReason.NO_MEMORY);
        }
    }

    void onMessage(ByteBuffer payload) {
        if (messages.size() >= MAX_INBOUND_MESSAGES) {
            counters.drop(DropReason.MESSAGE_OVERFLOW);
            return;
        }
        byte[] message = new byte[payload.remaining()];
        payload.get(message);
        messages.add(message);
    }

    boolean hasMessages() {
        return !messages.isEmpty();
    }

    Optional<byte[]> pollMessage() {
        return Optional.ofNullable(messages.poll());
    }

    int read(byte[] target, int offset, int length) {
        int count = buffer.read(target, offset, length);
        announceReopening();
        return count;
    }

    void discard() {
        buffer.discard();
        announceReopening();
    }

    void oweAck() {
        ackOwed = true;
        releaseAck();
    }

    /** Lets an ACK that is owed wait until then for data to carry it. None waits while there is a gap. */
    void deferAck(long untilNanos) {
        if (ackOwed && buffer.outOfOrder().isEmpty()) {
            timers.set(StreamTimer.DEFERRED_ACK, untilNanos);
        }
    }

    /** {@return whether an ACK had waited, which is due now} */
    boolean releaseAck() {
        boolean waited = timers.isSet(StreamTimer.DEFERRED_ACK);
        timers.clear(StreamTimer.DEFERRED_ACK);
        return waited;
    }

    boolean isAckDue() {
        return ackOwed && !timers.isSet(StreamTimer.DEFERRED_ACK);
    }

    boolean isAckOwed() {
        return ackOwed;
    }

    void ackSent() {
        ackOwed = false;
        releaseAck();
    }

    /** {@return the window for the header being written; remembered, to notice when the peer should hear of a larger one} */
    long advertise() {
        int free = buffer.free();
        advertised = free < leastWindow ? 0 : free;
        return advertised;
    }

    /** "libudx never announces a re-opened window by itself", and asks for it only every 2 s: an ACK tells it at once. */
    private void announceReopening() {
        int free = buffer.free();
        int quarter = buffer.window() / 4;
        boolean widened = advertised < 2L * quarter && free - advertised >= quarter && free >= leastWindow;
        if (widened && !buffer.state().hasEnded()) {
            oweAck();
        }
    }
}

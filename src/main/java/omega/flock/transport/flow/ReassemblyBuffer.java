package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.MIN_REASSEMBLY_SPAN;
import static omega.flock.transport.flow.FlowConstants.WINDOW_TOLERANCE_BYTES;
import static omega.flock.transport.flow.SequenceNumbers.before;
import static omega.flock.transport.flow.SequenceNumbers.distance;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Puts arriving packets into order and keeps their bytes for the reader.
 *
 * <p>Numbers count packets, so the byte position of a packet behind a gap is unknown: it waits in a slot of its own and is
 * appended to the stream once the gap is closed. What was accepted is never dropped again, because it may have been
 * SACKed and then the peer has freed it.
 *
 * <p>Bound: in-order bytes up to the window, out-of-order bytes while both together stay within the window, each with a tolerance of
 * one packet; and a fixed span of packet numbers.
 */
final class ReassemblyBuffer {
    /** What became of a packet. */
    enum Verdict { ACCEPTED, DUPLICATE, AFTER_END, OUT_OF_WINDOW }

    private static final byte EMPTY = 0;
    private static final byte STORED = 1;
    private static final byte STORED_WITH_END = 2;
    private static final byte[] NO_BYTES = {};

    private final int capacity;
    private final int maxSpan;
    private final ByteQueue ready;
    private final AckRanges outOfOrder = new AckRanges();
    private byte[][] slots = new byte[1][]; // most streams never see a gap
    private byte[] slotStates = new byte[1];
    private int storedBytes;
    private int expected;
    private int endSeq;
    private ReceiveState state = ReceiveState.OPEN;
    private long delivered;
    private boolean discarding;

    ReassemblyBuffer(int capacity, int initialSeq, ChunkSource chunks) {
        this.ready = new ByteQueue(chunks);
        this.capacity = capacity;
        this.expected = initialSeq;
        // Twice what a sender may have in flight by our window, in the smallest full packets there are.
        this.maxSpan = Math.max(MIN_REASSEMBLY_SPAN, Integer.highestOneBit(capacity / 1024) * 4);
    }

    /** {@return the next packet number expected: the ack field} */
    int expected() {
        return expected;
    }

    ReceiveState state() {
        return state;
    }

    AckRanges outOfOrder() {
        return outOfOrder;
    }

    /** {@return bytes that can be read now} */
    int readable() {
        return ready.size();
    }

    /** {@return stream bytes that arrived in order so far} */
    long delivered() {
        return delivered;
    }

    /** {@return bytes that may still arrive; not negative} */
    int free() {
        return Math.max(0, capacity - ready.size() - storedBytes);
    }

    int capacity() {
        return capacity;
    }

    /** Takes a packet with number {@code seq}; {@code payload} is consumed if it is accepted. */
    Verdict accept(int seq, ByteBuffer payload, boolean end) {
        int ahead = distance(expected, seq);
        if (ahead < 0) {
            return Verdict.DUPLICATE;
        }
        if (state != ReceiveState.OPEN && (state.hasEnded() || before(endSeq, seq))) {
            return Verdict.AFTER_END;
        }
        return ahead == 0 ? acceptInOrder(payload, end) : acceptAhead(seq, ahead, payload, end);
    }

    int read(byte[] target, int offset, int length) {
        int count = ready.read(target, offset, length);
        noticeDrained();
        return count;
    }

    /** From now on in-order bytes are counted and forgotten: nobody will read them. */
    void discard() {
        discarding = true;
        ready.clear();
        noticeDrained();
    }

    /** Drops what waits behind a gap; in-order bytes stay readable. */
    void dropOutOfOrder() {
        Arrays.fill(slots, null);
        Arrays.fill(slotStates, EMPTY);
        outOfOrder.clear();
        storedBytes = 0;
    }

    private Verdict acceptInOrder(ByteBuffer payload, boolean end) {
        if (ready.size() > capacity || payload.remaining() > capacity - ready.size() + WINDOW_TOLERANCE_BYTES) {
            return Verdict.OUT_OF_WINDOW;
        }
        deliver(payload, end);
        if (!outOfOrder.isEmpty()) {
            drainSlots();
        }
        noticeDrained();
        return Verdict.ACCEPTED;
    }

    private Verdict acceptAhead(int seq, int ahead, ByteBuffer payload, boolean end) {
        int length = payload.remaining();
        if (ahead >= maxSpan || ready.size() + storedBytes + length > capacity + WINDOW_TOLERANCE_BYTES) {
            return Verdict.OUT_OF_WINDOW;
        }
        if (ahead >= slots.length) {
            growSlots(ahead);
        }
        int index = seq & slots.length - 1;
        if (slotStates[index] != EMPTY) {
            return Verdict.DUPLICATE;
        }
        byte[] copy = length == 0 ? NO_BYTES : new byte[length];
        payload.get(copy);
        slots[index] = copy;
        slotStates[index] = end ? STORED_WITH_END : STORED;
        storedBytes += length;
        outOfOrder.add(seq);
        if (end && state == ReceiveState.OPEN) {
            state = ReceiveState.END_KNOWN;
            endSeq = seq;
        }
        return Verdict.ACCEPTED;
    }

    private void deliver(ByteBuffer payload, boolean end) {
        delivered += payload.remaining();
        if (discarding) {
            payload.position(payload.limit());
        } else {
            ready.append(payload);
        }
        expected++;
        if (end) {
            state = ReceiveState.ENDED;
        }
    }

    private void drainSlots() {
        int index = expected & slots.length - 1;
        while (slotStates[index] != EMPTY && !state.hasEnded()) {
            byte[] bytes = slots[index];
            boolean end = slotStates[index] == STORED_WITH_END;
            slots[index] = null;
            slotStates[index] = EMPTY;
            storedBytes -= bytes.length;
            delivered += bytes.length;
            if (!discarding) {
                ready.append(bytes, 0, bytes.length);
            }
            expected++;
            if (end) {
                state = ReceiveState.ENDED;
            }
            index = expected & slots.length - 1;
        }
        outOfOrder.advanceTo(expected);
        if (state.hasEnded()) {
            // A peer that numbered data behind its END broke the protocol; that data belongs to nothing.
            dropOutOfOrder();
        }
    }

    private void noticeDrained() {
        if (state == ReceiveState.ENDED && ready.size() == 0) {
            state = ReceiveState.DRAINED;
        }
    }

    private void growSlots(int ahead) {
        int size = Integer.highestOneBit(ahead) << 1;
        byte[][] largerSlots = new byte[size][];
        byte[] largerStates = new byte[size];
        for (int i = 0; i < slots.length; i++) {
            // The span from expected on is shorter than either table, so every number has its own place in both.
            int seq = expected + i;
            largerSlots[seq & size - 1] = slots[seq & slots.length - 1];
            largerStates[seq & size - 1] = slotStates[seq & slots.length - 1];
        }
        slots = largerSlots;
        slotStates = largerStates;
    }
}

package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.EMPTY_BUFFER_SLOTS;
import static omega.flock.transport.flow.FlowConstants.GUARANTEED_BYTES;
import static omega.flock.transport.flow.FlowConstants.MIN_REASSEMBLY_SPAN;
import static omega.flock.transport.flow.FlowConstants.SLOT_BYTES;
import static omega.flock.transport.flow.FlowConstants.STORED_PACKET_BYTES;
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
 * one packet, hence twice the window where a peer fills a gap with as much as waited behind it; and a fixed span of packet numbers. Where
 * the owner has less memory for the stream, that is the bound, but for a few in-order bytes: a gap can always be closed and the reader gets
 * on.
 */
final class ReassemblyBuffer {
    /** What became of a packet. */
    enum Verdict { ACCEPTED, DUPLICATE, AFTER_END, OUT_OF_WINDOW, NO_MEMORY }

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
    private int storedPackets;
    private long memory = Long.MAX_VALUE;
    private long offered = Long.MAX_VALUE;
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
        return Math.max(0, window() - ready.size() - storedBytes);
    }

    /** {@return bytes that may arrive before the first is read} */
    int window() {
        return (int) Math.min(capacity, offered);
    }

    /** Sets how much heap there is for what arrives, and how many bytes the peer may count on. */
    void memory(long heapBytes, long offeredBytes) {
        memory = heapBytes;
        offered = offeredBytes;
    }

    /** {@return heap that is taken for what has arrived} */
    int heldBytes() {
        return ready.size() + storedBytes + storedPackets * STORED_PACKET_BYTES + tableBytes(slots.length);
    }

    /** {@return heap that would be taken if a packet of so many bytes were accepted} */
    int heldWith(int seq, int bytes) {
        int ahead = distance(expected, seq);
        if (ahead <= 0) {
            return heldBytes() + bytes;
        }
        int table = ahead >= slots.length && ahead < maxSpan ? tableBytes(sizeFor(ahead)) - tableBytes(slots.length) : 0;
        return heldBytes() + bytes + STORED_PACKET_BYTES + table;
    }

    private static int tableBytes(int slots) {
        return slots > EMPTY_BUFFER_SLOTS ? slots * SLOT_BYTES : 0;
    }

    private static int sizeFor(int ahead) {
        return Integer.highestOneBit(ahead) << 1;
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
        if (heldWith(seq, payload.remaining()) > memory && (ahead > 0 || ready.size() + payload.remaining() > GUARANTEED_BYTES)) {
            return Verdict.NO_MEMORY;
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
        storedPackets = 0;
        shrinkSlots();
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
        storedPackets++;
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
            storedPackets--;
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
        if (storedPackets == 0) {
            shrinkSlots();
        }
    }

    /** A buffer in which no packet waits keeps few places: most streams are idle. */
    private void shrinkSlots() {
        if (slots.length > EMPTY_BUFFER_SLOTS) {
            slots = new byte[1][];
            slotStates = new byte[1];
        }
    }

    private void noticeDrained() {
        if (state == ReceiveState.ENDED && ready.size() == 0) {
            state = ReceiveState.DRAINED;
        }
    }

    private void growSlots(int ahead) {
        int size = sizeFor(ahead);
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

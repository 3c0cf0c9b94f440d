package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.EMPTY_TABLE_PACKETS;
import static omega.flock.transport.flow.FlowConstants.IN_FLIGHT_BYTES;
import static omega.flock.transport.flow.FlowConstants.MAX_IN_FLIGHT;
import static omega.flock.transport.flow.SequenceNumbers.before;

/**
 * The table of packets that have a number and are not cumulatively acknowledged, indexed by number.
 *
 * <pre>
 *          ┌───────────── SENT ◄────────┐ resent
 *   add ──►│ sent        │  │           │
 *          └──────lost───┼──▼── LOST ───┘        acknowledged from any state: the slot is free again
 *                        ▼
 *                      SACKED
 * </pre>
 *
 * <p>Packets in state SENT hang in a list in the order of their last transmission: RACK walks it from the oldest on. Columns are
 * primitive arrays that double as the window grows; nothing is allocated for a packet.
 */
final class InFlight {
    static final byte FREE = 0;
    static final byte SENT = 1;
    static final byte LOST = 2;
    static final byte SACKED = 3;

    /** End of the list of sent packets. */
    static final int NONE = -1;

    private static final int INITIAL_CAPACITY = 8; // an idle stream has one packet in flight now and then

    private int mask = INITIAL_CAPACITY - 1;
    private boolean mayGrow = true;
    private byte[] states = new byte[INITIAL_CAPACITY];
    private byte[] flags = new byte[INITIAL_CAPACITY];
    private byte[] transmissions = new byte[INITIAL_CAPACITY]; // saturates
    private boolean[] probes = new boolean[INITIAL_CAPACITY]; // the last transmission was an MTU probe
    private int[] sackedUpTo = new int[INITIAL_CAPACITY]; // of a SACKED packet: all up to there are SACKED, too
    private int[] lengths = new int[INITIAL_CAPACITY];
    private long[] positions = new long[INITIAL_CAPACITY];
    private long[] sentAt = new long[INITIAL_CAPACITY];
    private StreamPath[] paths = new StreamPath[INITIAL_CAPACITY];
    private int[] newer = new int[INITIAL_CAPACITY]; // slot numbers
    private int[] older = new int[INITIAL_CAPACITY];
    private int oldestSent = NONE;
    private int newestSent = NONE;

    private int first;
    private int next;
    private int sent;
    private long sentBytes;
    private int lost;
    private int sacked;
    private int lostHint; // no LOST packet has a smaller number

    InFlight(int initialSeq) {
        first = initialSeq;
        next = initialSeq;
        lostHint = initialSeq;
    }

    /** {@return the oldest number that is not cumulatively acknowledged} */
    int first() {
        return first;
    }

    /** {@return the number of the next new packet} */
    int next() {
        return next;
    }

    /** {@return packets believed to be in the network} */
    int sentCount() {
        return sent;
    }

    /** {@return bytes of the packets believed to be in the network} */
    long sentBytes() {
        return sentBytes;
    }

    /** {@return packets that wait to be repeated} */
    int lostCount() {
        return lost;
    }

    int sackedCount() {
        return sacked;
    }

    boolean isEmpty() {
        return first == next;
    }

    /** {@return heap of a large table} */
    int heldBytes() {
        return heapOf(mask + 1);
    }

    /** {@return heap that so many packets more may make the table take} */
    int growth(int packets) {
        int wanted = span() + packets;
        return wanted <= mask + 1 ? 0 : heapOf(Integer.highestOneBit(wanted - 1) << 1) - heldBytes();
    }

    /** Sets whether the table may get larger. */
    void mayGrow(boolean granted) {
        mayGrow = granted;
    }

    /**
     * {@return whether there is no place for another packet, nor may be one} What the peer has acknowledged selectively is neither in the
     * network nor released: one that never fills the hole before it would have us keep whatever we send.
     */
    boolean isFull() {
        return span() >= (mayGrow ? MAX_IN_FLIGHT : mask + 1);
    }

    private static int heapOf(int places) {
        return places > EMPTY_TABLE_PACKETS ? places * IN_FLIGHT_BYTES : 0;
    }

    /** {@return packets with a number, in whatever state} */
    int span() {
        return next - first;
    }

    /** Gives a new packet its number and counts it as sent. */
    int add(long nowNanos, int packetFlags, long position, int length, StreamPath path, boolean probe) {
        if (span() > mask) {
            resize((mask + 1) * 2);
        }
        int seq = next++;
        int slot = seq & mask;
        flags[slot] = (byte) packetFlags;
        positions[slot] = position;
        lengths[slot] = length;
        paths[slot] = path;
        transmissions[slot] = 1;
        probes[slot] = probe;
        enterSent(slot, nowNanos);
        return seq;
    }

    /** A LOST or SENT packet was transmitted once more. */
    void resent(int seq, long nowNanos) {
        int slot = slot(seq);
        switch (states[slot]) {
            case LOST -> lost--;
            case SENT -> leaveSent(slot);
            default -> throw new IllegalStateException("packet " + seq + " is in state " + states[slot]);
        }
        transmissions[slot] = (byte) Math.min(Byte.MAX_VALUE, transmissions[slot] + 1);
        probes[slot] = false;
        enterSent(slot, nowNanos);
    }

    void markLost(int seq) {
        int slot = slot(seq);
        if (states[slot] != SENT) {
            throw new IllegalStateException("packet " + seq + " is in state " + states[slot]);
        }
        leaveSent(slot);
        states[slot] = LOST;
        probes[slot] = false;
        lost++;
        if (before(seq, lostHint)) {
            lostHint = seq;
        }
    }

    void markSacked(int seq) {
        int slot = slot(seq);
        leaveState(slot);
        states[slot] = SACKED;
        sackedUpTo[slot] = seq + 1;
        sacked++;
    }

    /** {@return a number behind this SACKED one; all between are SACKED too, and perhaps some behind} */
    int endOfSackedRun(int seq) {
        return sackedUpTo[slot(seq)];
    }

    /** Everything from {@code start} to {@code end} is SACKED: whoever enters that again, wherever, leaves it in one step. */
    void joinSackedRuns(int start, int end) {
        for (int seq = start; before(seq, end); ) {
            int slot = slot(seq);
            int next = sackedUpTo[slot];
            sackedUpTo[slot] = end;
            seq = next;
        }
    }

    /** Frees the first packet. */
    void acknowledgeFirst() {
        int slot = slot(first);
        leaveState(slot);
        states[slot] = FREE;
        first++;
        if (before(lostHint, first)) {
            lostHint = first;
        }
    }

    /** Nothing has been under way for a while: an empty table keeps few places, since most streams are idle. */
    void rest() {
        if (isEmpty() && mask >= EMPTY_TABLE_PACKETS) {
            resize(INITIAL_CAPACITY);
        }
    }

    /** {@return the smallest number in state LOST; only while {@link #lostCount} is not 0} */
    int firstLost() {
        while (states[slot(lostHint)] != LOST) {
            lostHint++;
        }
        return lostHint;
    }

    /** {@return the number of the packet whose last transmission is the oldest, as a slot, or {@link #NONE}} */
    int oldestSentSlot() {
        return oldestSent;
    }

    /** {@return the slot transmitted right after this one, or {@link #NONE}} */
    int newerSlot(int slot) {
        return newer[slot];
    }

    /** {@return the number of the packet in a slot that is in use} */
    int seqOf(int slot) {
        return first + (slot - first & mask);
    }

    boolean contains(int seq) {
        return !before(seq, first) && before(seq, next);
    }

    byte state(int seq) {
        return states[slot(seq)];
    }

    int flags(int seq) {
        return flags[slot(seq)];
    }

    long position(int seq) {
        return positions[slot(seq)];
    }

    int length(int seq) {
        return lengths[slot(seq)];
    }

    /** {@return bytes of a packet on the network; 20 more on IPv6 do not matter here, and padding is no part of it} */
    int bytes(int seq) {
        return lengths[slot(seq)] + FlowConstants.IPV4_OVERHEAD_BYTES;
    }

    long sentAt(int seq) {
        return sentAt[slot(seq)];
    }

    StreamPath path(int seq) {
        return paths[slot(seq)];
    }

    void movePath(int seq, StreamPath path) {
        paths[slot(seq)] = path;
    }

    boolean wasRetransmitted(int seq) {
        return transmissions[slot(seq)] > 1;
    }

    boolean isProbe(int seq) {
        return probes[slot(seq)];
    }

    /** The path changed: what comes of probes of the old one says nothing about the new one. */
    void forgetProbes() {
        for (int seq = first; seq != next; seq++) {
            probes[seq & mask] = false;
        }
    }

    /** Forgets all packets; numbers go on. */
    void clear() {
        while (first != next) {
            acknowledgeFirst();
        }
    }

    private int slot(int seq) {
        if (!contains(seq)) {
            throw new IllegalStateException("packet " + seq + " is not within " + first + ".." + next);
        }
        return seq & mask;
    }

    private void leaveState(int slot) {
        switch (states[slot]) {
            case SENT -> leaveSent(slot);
            case LOST -> lost--;
            case SACKED -> sacked--;
            default -> throw new IllegalStateException("slot " + slot + " is free");
        }
    }

    private void enterSent(int slot, long nowNanos) {
        states[slot] = SENT;
        sentAt[slot] = nowNanos;
        sent++;
        sentBytes += lengths[slot] + FlowConstants.IPV4_OVERHEAD_BYTES;
        newer[slot] = NONE;
        older[slot] = newestSent;
        if (newestSent == NONE) {
            oldestSent = slot;
        } else {
            newer[newestSent] = slot;
        }
        newestSent = slot;
    }

    private void leaveSent(int slot) {
        sent--;
        sentBytes -= lengths[slot] + FlowConstants.IPV4_OVERHEAD_BYTES;
        if (older[slot] == NONE) {
            oldestSent = newer[slot];
        } else {
            newer[older[slot]] = newer[slot];
        }
        if (newer[slot] == NONE) {
            newestSent = older[slot];
        } else {
            older[newer[slot]] = older[slot];
        }
    }

    private void resize(int size) {
        int[] seqOfSlot = new int[mask + 1];
        for (int seq = first; seq != next; seq++) {
            seqOfSlot[seq & mask] = seq;
        }
        int newMask = size - 1;
        byte[] oldStates = states;
        states = new byte[size];
        byte[] newFlags = new byte[size];
        byte[] newTransmissions = new byte[size];
        boolean[] newProbes = new boolean[size];
        int[] newSackedUpTo = new int[size];
        int[] newLengths = new int[size];
        long[] newPositions = new long[size];
        long[] newSentAt = new long[size];
        StreamPath[] newPaths = new StreamPath[size];
        int[] newNewer = new int[size];
        int[] newOlder = new int[size];
        for (int seq = first; seq != next; seq++) {
            int from = seq & mask;
            int to = seq & newMask;
            states[to] = oldStates[from];
            newFlags[to] = flags[from];
            newTransmissions[to] = transmissions[from];
            newProbes[to] = probes[from];
            newSackedUpTo[to] = sackedUpTo[from];
            newLengths[to] = lengths[from];
            newPositions[to] = positions[from];
            newSentAt[to] = sentAt[from];
            newPaths[to] = paths[from];
            if (oldStates[from] == SENT) {
                newNewer[to] = newer[from] == NONE ? NONE : seqOfSlot[newer[from]] & newMask;
                newOlder[to] = older[from] == NONE ? NONE : seqOfSlot[older[from]] & newMask;
            }
        }
        oldestSent = oldestSent == NONE ? NONE : seqOfSlot[oldestSent] & newMask;
        newestSent = newestSent == NONE ? NONE : seqOfSlot[newestSent] & newMask;
        flags = newFlags;
        transmissions = newTransmissions;
        probes = newProbes;
        sackedUpTo = newSackedUpTo;
        lengths = newLengths;
        positions = newPositions;
        sentAt = newSentAt;
        paths = newPaths;
        newer = newNewer;
        older = newOlder;
        mask = newMask;
    }
}

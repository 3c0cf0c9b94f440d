package omega.flock.transport.flow;

import omega.flock.transport.packet.PacketConstants;

/** Constants of the stream machine; times in nanoseconds, sizes in bytes. */
public final class FlowConstants {

    // Protocol facts: a peer would notice a change.

    /** What a sender assumes the window to be before the first packet arrives (libudx UDX_DEFAULT_RWND_MAX). */
    public static final int INITIAL_PEER_WINDOW_BYTES = 4_194_304;
    /** IPv4, UDP and UDX headers. */
    public static final int IPV4_OVERHEAD_BYTES = 20 + 8 + PacketConstants.HEADER_BYTES;
    /** IPv6, UDP and UDX headers. */
    public static final int IPV6_OVERHEAD_BYTES = 40 + 8 + PacketConstants.HEADER_BYTES;
    /** Retransmission timeout without a sample, and its lower bound (udx.c, UDX_RTO_MIN). */
    public static final long RTO_MIN_NANOS = 1_000_000_000L;
    /** Upper bound of the retransmission timeout and of a first sample. */
    public static final long RTO_MAX_NANOS = 30_000_000_000L;
    /** Samples above this are clamped once there is an estimate. */
    public static final long RTT_SUSPICIOUS_NANOS = 5_000_000_000L;
    /** "7th consecutive RTO of the stream" without cumulative progress: 13 × RTO after the first transmission. */
    public static final int MAX_CONSECUTIVE_TIMEOUTS = 7;
    /** Size that every path is taken to carry (RFC 8899 BASE_PLPMTU; UDX_MTU_BASE). */
    public static final int MTU_BASE = 1200;
    /** Largest size that is looked for: Ethernet, and what a JavaScript peer accepts. */
    public static final int MTU_MAX = 1500;
    /** A size that failed so often is given up (RFC 8899 MAX_PROBES). */
    public static final int MTU_MAX_PROBES = 3;
    /** Largest unreliable message: a datagram of 1472 bytes less the header. */
    public static final int MAX_MESSAGE_BYTES = PacketConstants.MAX_DATAGRAM_BYTES - PacketConstants.HEADER_BYTES;

    // Tuning: local choices.

    /** Receive window: twice that of libudx, which would hold a line of 200 Mbit/s and 200 ms below its rate. */
    public static final int DEFAULT_WINDOW_BYTES = 8 << 20;
    /** Smallest configurable receive window: one packet. */
    public static final int MIN_WINDOW_BYTES = 2_000;
    /** Largest configurable receive window. */
    public static final int MAX_WINDOW_BYTES = 64 << 20;
    /** In-order bytes for which a stream has room whatever memory there is, and unacknowledged ones of its own: no stream stands still. */
    public static final int GUARANTEED_BYTES = 4_096;
    /** Heap of a packet behind a gap, beside its bytes. */
    static final int STORED_PACKET_BYTES = 48;
    /** Heap of a place for such a packet. */
    static final int SLOT_BYTES = 5;
    /** Places that an empty reassembly buffer keeps at most. */
    static final int EMPTY_BUFFER_SLOTS = 64;
    /** Heap of a packet in the table of those in flight. */
    static final int IN_FLIGHT_BYTES = 40;
    /** Places that an empty table of packets in flight keeps at most. */
    static final int EMPTY_TABLE_PACKETS = 128;
    /** A receiver tolerates one packet beyond its window. */
    static final int WINDOW_TOLERANCE_BYTES = 2_048;
    /** Uncut bytes above which a writer has to wait (libudx high-water mark). */
    public static final int SEND_HIGH_WATER_BYTES = 262_144;
    /** Uncut bytes at which a waiting writer goes on. */
    public static final int SEND_LOW_WATER_BYTES = 131_072;
    /** Unit in which buffered stream bytes are held. */
    public static final int CHUNK_BYTES = 8_192;
    /** Smallest such unit, and all that an empty buffer keeps: a keep-alive takes 20 bytes, and thousands of streams may be idle. */
    static final int SMALL_CHUNK_BYTES = 256;
    /** Places for chunks that an empty queue keeps at most. */
    static final int EMPTY_QUEUE_CHUNKS = 16;
    /** Bound of the out-of-order span in packets, at least; libudx keeps up to 3705 packets in flight. */
    static final int MIN_REASSEMBLY_SPAN = 8_192;
    /** Received messages that wait for somebody to take them. */
    static final int MAX_INBOUND_MESSAGES = 64;
    /** Messages that wait to be sent. */
    static final int MAX_OUTBOUND_MESSAGES = 256;
    /**
     * Packets that wait for the cumulative ack, at most: 8 MiB of full ones, which is our default window, or as many small ones. One packet of
     * the peer can acknowledge them all, for which the reader takes 10 to 25 ns each.
     */
    static final int MAX_IN_FLIGHT = 6_144;
    /** On a path that has not proven itself a packet of new bytes has so many of them, if there are, or waits. */
    static final int SHORT_PAYLOAD_BYTES = 128;

    /** First congestion window in packets (RFC 6928; libudx the same). */
    static final int INITIAL_CWND_PACKETS = 10;
    /** Smallest congestion window in packets, except right after a timeout. */
    static final int MIN_CWND_PACKETS = 4;

    /** A congestion window that was full is filled again when so many packets fit, or a quarter of it. */
    static final int REFILL_PACKETS = 8;

    /** Window over which the smallest round trip is remembered (libudx). */
    static final long MIN_RTT_WINDOW_NANOS = 300_000_000_000L;
    /** Reordering tolerance once reordering was seen, at least; below it a timer is not worth its cost. */
    static final long MIN_REORDER_WINDOW_NANOS = 250_000L;
    /** Widest reordering tolerance, in quarters of the smallest round trip; the smoothed round trip bounds it too. */
    static final int MAX_REORDER_STEPS = 32;
    /** RFC 8985 §6.2: DupThresh. */
    static final int DUPLICATE_THRESHOLD = 3;
    /** Tail loss probe: allowance for a delayed ACK of a single packet (UDX_TLP_MAX_ACK_DELAY). */
    static final long TLP_ACK_DELAY_NANOS = 2_000_000L;
    /** Tail loss probe: floor, so that a busy peer's scheduler is not taken for loss. */
    static final long TLP_MIN_NANOS = 10_000_000L;

    /** Slots of the pacing burst, in packets, at least. */
    static final int PACING_BURST_PACKETS = 16;
    /** Longest burst in time at the pacing rate; also the least pause, since timers of a thread are not finer. */
    static final long PACING_QUANTUM_NANOS = 1_000_000L;
    /** Lateness of a thread that was to go on with sending which is made up for, at most. */
    static final long MAX_PACING_DELAY_NANOS = 10_000_000L;

    /** MTU sizes are searched in steps of this. */
    static final int MTU_STEP = 16;

    /** Unanswered zero-window probes after which the peer is taken for dead. */
    static final int MAX_UNANSWERED_PROBES = 7;

    /** How long a graceful close may take altogether. */
    public static final long LINGER_NANOS = 30_000_000_000L;
    /** How long a graceful close waits for the peer's END once ours is acknowledged. */
    public static final long LINGER_PEER_END_NANOS = 3_000_000_000L;

    private FlowConstants() {}
}

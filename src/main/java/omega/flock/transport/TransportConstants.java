package omega.flock.transport;

import java.time.Duration;

/** Constants of the blocking shell. All of them are tuning; what a peer could notice is in the packages below. */
final class TransportConstants {
    /** Packets that are polled on one visit, at most: as many as the kernel takes in one piece (UDP_MAX_SEGMENTS of old kernels). */
    static final int BATCH_PACKETS = 64;
    /** Memory for the packets of one visit, in bytes: 44 of full size, which is what one piece of 65,507 bytes holds. */
    static final int BATCH_BYTES = 64 << 10;
    /** Batches kept for the next driver: 64 KiB each. */
    static final int IDLE_BATCHES = 32;
    /** Buffers of 8 KiB kept for the next stream that needs one. */
    static final int IDLE_CHUNKS = 256;
    /** A packet is a lone one if none came before it for so long, or if our user has written since: then it is a reply. */
    static final long LONE_PACKET_NANOS = 50_000;
    /**
     * How long a driver without work stays: longer than the pauses of a transfer, in which it would be started for each burst, and
     * than most round trips that a lone message takes.
     */
    static final long DRIVER_PATIENCE_NANOS = 20_000_000;
    /**
     * How long the ACK of a lone packet that wakes a user waits for what that one writes; libudx allows its peers 2 ms for this
     * (UDX_TLP_MAX_ACK_DELAY).
     */
    static final long ACK_PATIENCE_NANOS = 1_000_000;
    /** How long a user reads a port at most, see {@link omega.flock.net.UdpPort#readInTurn}. */
    static final long PORT_READING_NANOS = 1_000_000;
    /** Unit in which a stream takes memory that it shares with others. */
    static final int MEMORY_STEP_BYTES = 64 << 10;
    /** The part of the free memory that one stream offers its peer in its window, one in so many. */
    static final int OFFER_SHARE = 4;
    /** What it offers in any case, unless it was refused memory: who holds much gives way for who holds little. */
    static final int LEAST_OFFER_BYTES = 256 << 10;
    /** Buckets of the stream table, a power of two. */
    static final int TABLE_BUCKETS = 1_024;
    /**
     * How long a closed id is remembered: a JavaScript peer whose final ACK was lost repeats its END for 13 s.
     */
    static final Duration CLOSED_MEMORY = Duration.ofSeconds(15);
    /** Closed ids that are remembered at most; the oldest go first. */
    static final int MAX_CLOSED = 16_384;
    /** How long {@code close()} waits for drivers to say goodbye before it interrupts them. */
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private TransportConstants() {}
}

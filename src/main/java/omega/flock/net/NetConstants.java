package omega.flock.net;

/** Sizes of sockets and datagrams, from dht-rpc 6.27.0 {@code lib/io.js} and libudx {@code udx.h}. */
final class NetConstants {

    // Tuning.

    /** Largest datagram that is read whole, in bytes; libudx reads 2048, and every datagram of the protocol fits that. */
    static final int LARGEST_DATAGRAM_BYTES = 4096;

    /** Datagrams that are read before any of them is handed up; more would only let the first ones wait. */
    static final int RECEIVE_BATCH_DATAGRAMS = 16;

    /** Memory for so many datagrams, in bytes. */
    static final int RECEIVE_BATCH_BYTES = RECEIVE_BATCH_DATAGRAMS * LARGEST_DATAGRAM_BYTES;

    /** Socket receive buffers to ask for in turn, in bytes, until the system grants one (libudx begins with 1 MiB). */
    static final int[] SOCKET_RECEIVE_BYTES = {4 << 20, 1 << 20, 512 << 10, 256 << 10, 208 << 10};

    /** Socket send buffer to ask for, in bytes. */
    static final int SOCKET_SEND_BYTES = 1 << 20;

    /** How often a send is tried again while the kernel's buffer is full. */
    static final int SEND_RETRIES = 20;

    /** Pause between two such tries, in nanoseconds. */
    static final long SEND_RETRY_NANOS = 50_000;

    /** Structures of a send call that a port keeps for the next sender: as many as may send at the same time, or nearly. */
    static final int IDLE_SEND_FRAMES = 8;

    /** How long {@code close()} waits, in milliseconds, for calls under way; none of them blocks by then. */
    static final long CLOSE_PATIENCE_MILLIS = 1_000;

    /** A batch of so many datagrams counts as a part of a bulk transfer, if they are long. */
    static final int BULK_BATCH = 4;

    /** Mean length from which datagrams are long. A full packet of a stream is; answers to a query, which come together too, are not. */
    static final int BULK_BYTES = 1_000;

    /** For so many datagrams counts one in such a batch: after 64 of those it is clear that more will follow. */
    static final int BULK_WEIGHT = 64;

    /**
     * After so many datagrams a port turns to the kernel's own calls, if it may. Preparing those costs a process a tenth of a second,
     * which a few messages are not worth: for a lone datagram they save two system calls out of three.
     */
    static final int TURNING_DATAGRAMS = 4_096;

    /** After so many lone datagrams in a row for a user who waited for each, the port is left to that one: nothing else goes on there. */
    static final int LONE_DATAGRAMS_IN_A_ROW = 16;

    /** How long a user waits for a datagram when it reads the port, in milliseconds: what takes longer can bear one more wake-up. */
    static final int USER_WAIT_MILLIS = 1;

    /** How often the reader looks, in nanoseconds, whether a port that is left to a user is still read. */
    static final long VACANCY_NANOS = 1_000_000;

    /** After so many reads a virtual thread lets others have its carrier. */
    static final int READS_BEFORE_YIELD = 16;

    /** How long somebody waits for the shared reader of ports to let go of them, at most. */
    static final long RELEASE_NANOS = 1_000_000_000;

    /** After so many receive errors in a row the port gives up and closes: the socket is beyond repair. */
    static final int MAX_RECEIVE_ERRORS_IN_A_ROW = 1_000;

    private NetConstants() {}
}

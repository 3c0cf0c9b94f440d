package omega.flock.secret;

import java.time.Duration;

/** Facts and tuning of the encrypted stream, from @hyperswarm/secret-stream 6.9.2 and hyperdht 6.34.0. */
final class SecretConstants {

    // Protocol facts.

    /** Bytes of the length before each frame, little-endian (secret-stream index.js). */
    static final int LENGTH_BYTES = 3;

    /** Bytes that one message grows by when it is encrypted: tag byte and Poly1305 tag (secretstream ABYTES). */
    static final int MESSAGE_OVERHEAD = 17;

    /** Largest body that three length bytes can announce. */
    static final int MAX_BODY = 0xFFFFFF;

    /** Largest plaintext of one message: "Message is too large for an atomic write" above it. */
    static final int MAX_MESSAGE = MAX_BODY - MESSAGE_OVERHEAD;

    /** Bytes of the stream id, a BLAKE2b-256 keyed with the handshake hash. */
    static final int ID_BYTES = 32;

    /** Bytes of the secretstream header. */
    static final int HEADER_BYTES = 24;

    /** Bytes of the body of the first frame of each direction: id and header. */
    static final int OPENING_BODY = ID_BYTES + HEADER_BYTES;

    /** Bytes of the first frame of each direction. */
    static final int OPENING_FRAME = LENGTH_BYTES + OPENING_BODY;

    /** Bytes of the tag of XSalsa20-Poly1305. */
    static final int BOX_TAG_BYTES = 16;

    /** Bytes of the counter before each datagram, which is also the start of its nonce. */
    static final int COUNTER_BYTES = 8;

    /** Bytes that a datagram grows by: counter and tag. */
    static final int DATAGRAM_OVERHEAD = COUNTER_BYTES + BOX_TAG_BYTES;

    /** Bytes of an XSalsa20 nonce. */
    static final int BOX_NONCE_BYTES = 24;

    /** Default of hyperdht's connectionKeepAlive (hyperdht index.js). */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    // Tuning.

    /** Largest plaintext of the frames that write(bytes, offset, length) cuts, in bytes (flock-semantics: 64 KiB). */
    static final int WRITE_FRAME = 64 << 10;

    /** Smallest receive buffer, in bytes, and the largest that is kept while a reader waits; most connections are idle. */
    static final int SMALL_READ_BUFFER = 256;

    /** Size up to which the receive buffer follows what is there to be read, in bytes; only one larger frame makes it larger. */
    static final int READ_BUFFER = 256 << 10;

    /** How long a reader waits before it lets large buffers go: long enough that no transfer allocates them again and again. */
    static final Duration BUFFER_PATIENCE = Duration.ofSeconds(1);

    /** Largest scratch array that a stream keeps between frames, in bytes. */
    static final int LARGEST_KEPT_FRAME = 2 * WRITE_FRAME;

    /** Ciphers that wait for a message in one direction: as many as threads are inside of one at once, which takes microseconds. */
    static final int IDLE_CIPHERS = 16;

    /** Datagrams that wait for a reader; the oldest are dropped beyond it, as a network would. */
    static final int DATAGRAM_INBOX = 256;

    /** Heap of a datagram that waits, beside its bytes. */
    static final int DATAGRAM_HEAP = 32;

    /** What may wait whatever memory there is, in bytes: one datagram of the largest size, at least. */
    static final int DATAGRAMS_GUARANTEED = 2_048;

    /** Unit in which an inbox takes memory that it shares with others. */
    static final int DATAGRAMS_STEP = 32 << 10;

    /** Datagrams back from the newest one up to which it is known which of them were here (RFC 4303 §3.4.3). A power of two. */
    static final int REPLAY_WINDOW = 1024;

    /** Parts of the interval in which keep-alives are sent together: 313 ms of 5 s, and 625 of 10,000 at a time. */
    static final int KEEP_ALIVE_SLOTS = 16;

    /** How often a stream looks for keep-alive at the most, so that a caller cannot make it a spinning timer. */
    static final Duration SHORTEST_KEEP_ALIVE = Duration.ofMillis(10);

    private SecretConstants() {}
}

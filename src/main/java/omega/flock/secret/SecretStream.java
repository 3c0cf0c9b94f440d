package omega.flock.secret;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PublicKey;
import omega.flock.noise.NoiseResult;
import omega.flock.runtime.Nanos;
import omega.flock.secret.PullSide.ProtocolViolation;
import omega.flock.transport.RawStream;
import omega.flock.transport.StreamStats;

/**
 * One encrypted stream to one peer. It has no thread of its own: what is read is decrypted on the thread that reads, what
 * is written is encrypted on the thread that writes; only keep-alives go out on a virtual thread that all streams of the node share.
 *
 * <pre>
 *             start()               peer's END         close(), abort(), reset, time out, violation
 *   CREATED ──────────► OPEN ──────────────────► HALF OPEN ──────┐
 *                        │  └─shutdownOutput()─────▲             ▼
 *                        └────────────────────────────────────► CLOSED        absorbing
 * </pre>
 *
 * <p>One reader and one writer at a time make progress; others wait in line. A wait ends when the stream closes, whoever
 * closed it. An interrupt ends the wait with an {@link InterruptedIOException}, leaves the flag set and the stream usable.
 * Behaviour: @hyperswarm/secret-stream 6.9.2 with an external handshake.
 */
public final class SecretStream implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final RawStream raw;
    private final PublicKey publicKey;
    private final PublicKey remotePublicKey;
    private final boolean initiator;
    private final SecretStreamOptions options;
    private final StreamKeys keys;
    private final PushSide push;
    private final PullSide pull;
    private final DatagramSide datagrams;
    private final KeepAlive keepAlive;
    private final long openedMillis;
    private volatile long readTimeoutNanos;
    private volatile long writeTimeoutNanos;
    private volatile PathTaken path;
    private final AtomicReference<CloseReason> closing = new AtomicReference<>(); // why this side may use it no more, though it may linger

    /**
     * Creates a stream over a UDX stream.
     *
     * @param keys what the Noise handshake yielded
     * @param initiator whether this side initiated that handshake, whoever opened the path
     * @param local our key in that handshake
     */
    public SecretStream(RawStream raw, NoiseResult keys, boolean initiator, PublicKey local, SecretStreamOptions options) {
        this.raw = raw;
        this.publicKey = local;
        this.remotePublicKey = keys.remotePublicKey();
        this.initiator = initiator;
        this.options = options;
        this.keys = new StreamKeys(keys.handshakeHash(), initiator);
        byte[] header = new byte[SecretConstants.HEADER_BYTES];
        RANDOM.nextBytes(header);
        this.push = new PushSide(raw, options.ticker(), keys.transmitKey(), header, this.keys.localId());
        FrameMemory memory = new FrameMemory(options.memory(), raw, () -> abort(FrameMemory.NEEDED));
        this.pull = new PullSide(raw, options.ticker(), memory, keys.receiveKey(), this.keys.remoteId());
        DatagramKeys datagramKeys = options.secretDatagrams() ? DatagramKeys.secret(keys) : DatagramKeys.ofHandshakeHash(this.keys);
        this.datagrams = new DatagramSide(raw, memory::resize, new DatagramBox(datagramKeys, RANDOM.nextLong()));
        this.keepAlive = new KeepAlive(options, this::keepAliveDue);
        this.openedMillis = options.ticker().wallMillis();
        this.path = new PathTaken(false, openedMillis);
    }

    /** Sends the opening frame, which is also what tells the peer that a path was found, and starts the keep-alive. */
    public void start() throws IOException {
        raw.onClose(reason -> {
            keepAlive.stop();
            datagrams.close();
            pull.ended();
        });
        datagrams.start();
        try {
            push.open();
        } catch (IOException e) {
            throw closed(e);
        }
        keepAlive.set(options.keepAlive());
    }

    /**
     * Waits for the peer's opening frame, which proves that the path works both ways and that the peer holds this
     * handshake. Nothing is consumed that a reader would miss.
     *
     * @throws SocketTimeoutException if it has not come by then; the stream stays usable
     * @throws IOException if the stream was closed, or the frame was wrong, which closes it
     */
    public void awaitPeer(Duration timeout) throws IOException {
        boolean opened = guarded(() -> pull.awaitOpening(Math.max(1, Nanos.of(timeout))));
        if (!opened) {
            throw new EOFException("the peer ended before it began");
        }
    }

    /**
     * Reads plaintext, at least one byte and at most the rest of one frame; blocks until there is some.
     *
     * @return how many bytes, -1 at the end of the peer's stream
     * @throws SocketTimeoutException after the read timeout; the stream stays usable
     */
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        return length == 0 ? 0 : guarded(() -> pull.read(into, offset, length, readTimeoutNanos));
    }

    /** Returns how many bytes {@link #read} gives without asking the transport: the rest of a frame that was begun. */
    public int available() {
        return pull.available();
    }

    /**
     * Reads one frame as the peer wrote it, or the rest of it when {@link #read} took a part; blocks until it is whole.
     *
     * @return empty at the end of the peer's stream
     */
    public Optional<byte[]> readMessage() throws IOException {
        return guarded(() -> pull.readMessage(readTimeoutNanos));
    }

    /** Writes bytes, as frames of at most 64 KiB; blocks while the transport is full. Nothing is kept here. */
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (length > 0) {
            send(() -> push.write(from, offset, length, SecretConstants.WRITE_FRAME, writeTimeoutNanos));
        }
    }

    /**
     * Writes one frame, which the peer reads as one message.
     *
     * @throws IllegalArgumentException if it is empty, since an empty frame is a keep-alive, or longer than 16,777,198
     */
    public void writeMessage(byte[] message) throws IOException {
        if (message.length == 0 || message.length > SecretConstants.MAX_MESSAGE) {
            throw new IllegalArgumentException("a message of " + message.length + " bytes: 1 to " + SecretConstants.MAX_MESSAGE + " fit a frame");
        }
        send(() -> push.write(message, 0, message.length, message.length, writeTimeoutNanos));
    }

    /** Sends an empty frame, unless somebody is writing just now or the transport is full. Never blocks. */
    public void sendKeepAlive() throws IOException {
        send(push::writeKeepAlive);
    }

    /** Ends our direction; the peer reads the end of the stream and may still write. Idempotent. */
    public void shutdownOutput() throws IOException {
        send(() -> push.end(writeTimeoutNanos));
        keepAlive.stop(); // behind it: until then a keep-alive takes the rest of a frame along that was cut
    }

    /** Waits until the peer's transport has everything that was written. {@return false if not within the timeout} */
    public boolean awaitAcknowledged(Duration timeout) throws IOException, InterruptedException {
        return raw.awaitAcknowledged(timeout);
    }

    /** {@return whether only the peer can read and make datagrams; otherwise so can whoever saw the handshake} */
    public boolean hasSecretDatagrams() {
        return options.secretDatagrams();
    }

    /** {@return the length of the largest datagram that fits a packet, in bytes} */
    public int maxDatagramSize() {
        return datagrams.largest();
    }

    /**
     * Sends one datagram: unordered, unreliable, and sealed with {@link DatagramKeys}.
     *
     * @throws IllegalArgumentException if it cannot fit a packet
     */
    public void sendDatagram(byte[] datagram) throws IOException {
        send(() -> datagrams.send(datagram));
    }

    /**
     * Waits for a datagram that was sealed with that key and was not here before; when nobody takes them, the oldest are dropped.
     *
     * @throws IOException once the stream is closed and none is left, or as SocketTimeoutException after the read timeout
     */
    public byte[] receiveDatagram() throws IOException, InterruptedException {
        return datagrams.receive(readTimeoutNanos).orElseThrow(() -> closed(null));
    }

    /** Returns our key. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** Returns the peer's key, which the handshake proved. */
    public PublicKey remotePublicKey() {
        return remotePublicKey;
    }

    /** Returns the hash that both sides of the handshake share, 64 bytes. */
    public byte[] handshakeHash() {
        return keys.handshakeHash();
    }

    /** Tells whether this side initiated the handshake. */
    public boolean isInitiator() {
        return initiator;
    }

    /** Returns where the stream sends to. */
    public InetSocketAddress remoteAddress() {
        return raw.remoteAddress().orElseThrow(() -> new IllegalStateException("the stream has no path yet"));
    }

    /** Notes that another kind of path carries the stream from now on; a direct one gets an empty frame to prove itself by. */
    public void tookPath(boolean throughRelay) {
        path = new PathTaken(throughRelay, options.ticker().wallMillis());
        keepAlive.tookPath(throughRelay);
    }

    /** Tells whether a relay carries the stream. */
    public boolean isRelayed() {
        return path.relayed();
    }

    /** Returns since when the present kind of path carries the stream, in milliseconds since 1970. */
    public long pathSinceMillis() {
        return path.sinceMillis();
    }

    /** Returns when the stream was made, in milliseconds since 1970. */
    public long openedMillis() {
        return openedMillis;
    }

    /** Returns the figures of the transport below. */
    public StreamStats stats() {
        return raw.stats();
    }

    /** Returns how many frames were written, keep-alives included, the opening frame not. */
    public long framesSent() {
        return push.framesSent();
    }

    /** Returns how many frames were read, keep-alives included; at least 1 as soon as bytes behind the opening frame have arrived. */
    public long framesReceived() {
        return Math.max(pull.framesReceived(), raw.bytesReceived() > SecretConstants.OPENING_FRAME ? 1 : 0);
    }

    /** Tells whether the stream has been closed neither here nor by the peer. */
    public boolean isOpen() {
        return closeReason().isEmpty();
    }

    /** Returns why the stream is closed, once it is. */
    public Optional<CloseReason> closeReason() {
        return Optional.ofNullable(closing.get()).or(raw::closeReason);
    }

    /** Runs a listener exactly once, when the transport has let go of the stream, or at once if it has. Must not block. */
    public void onClose(Consumer<CloseReason> listener) {
        raw.onClose(reason -> listener.accept(Optional.ofNullable(closing.get()).orElse(reason)));
    }

    /** Limits how long a read waits; zero for ever. */
    public void setReadTimeout(Duration timeout) {
        readTimeoutNanos = nanos(timeout);
    }

    /** Limits how long a write or the end of the output takes in all; zero for ever. */
    public void setWriteTimeout(Duration timeout) {
        writeTimeoutNanos = nanos(timeout);
    }

    /**
     * Limits the messages of the peer to so many bytes, from the next one that is read: a longer one is refused as a protocol error as soon
     * as its length has arrived.
     */
    public void limitMessages(int bytes) {
        pull.limit(bytes);
    }

    /** Sets after how much silence of ours an empty frame is sent; zero turns it off. Replaces what was set before. */
    public void setKeepAlive(Duration interval) {
        keepAlive.set(interval);
    }

    /** Ends the stream after what was written, in the background; readers and writers fail at once. Never blocks. */
    @Override
    public void close() {
        letGo(CloseReason.closedLocally("closed"));
        keepAlive.stop();
        datagrams.close();
        pull.abandon();
        if (push.hasUnsentRest()) {
            raw.destroy(CloseReason.closedLocally("closed inside a frame that an interrupt had cut"));
        } else {
            raw.closeGracefully();
        }
    }

    /** Resets the stream: what was not acknowledged is lost, readers and writers fail on both sides. Never blocks. */
    public void abort(CloseReason reason) {
        letGo(reason);
        keepAlive.stop();
        datagrams.close();
        raw.destroy(reason);
        pull.abandon(); // last: whoever reads is awake now, and lets go of its buffers
    }

    @Override
    public String toString() {
        return "SecretStream[" + remotePublicKey + ", " + closeReason().map(CloseReason::toString).orElse("open") + "]";
    }

    /** The first reason stays: of a stream that has ended, a close behind that tells nothing new. */
    private void letGo(CloseReason reason) {
        closing.compareAndSet(null, raw.closeReason().orElse(reason));
    }

    private static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout is negative: " + timeout);
        }
        return Nanos.of(timeout);
    }

    private void keepAliveDue() {
        try {
            push.writeKeepAlive();
        } catch (IOException e) {
            keepAlive.stop(); // the stream has closed; whoever owns it hears that from onClose
        }
    }

    private void send(Sending sending) throws IOException {
        requireOpen();
        try {
            sending.run();
        } catch (IOException e) {
            throw closed(e);
        }
        keepAlive.sent();
    }

    private <T> T guarded(Reading<T> reading) throws IOException {
        requireOpen();
        try {
            return reading.run();
        } catch (ProtocolViolation e) {
            abort(CloseReason.protocolError(e.getMessage()));
            throw new FlockException(Code.PROTOCOL_ERROR, e.getMessage());
        } catch (EOFException e) {
            abort(CloseReason.protocolError(e.getMessage()));
            throw e;
        } catch (IOException e) {
            throw closed(e);
        }
    }

    private void requireOpen() throws IOException {
        if (closing.get() != null) {
            throw closing.get().toException();
        }
    }

    /** What a caller sees: an interrupt or timeout as it is, otherwise the reason why this side closed the stream. */
    private IOException closed(IOException failure) {
        if (failure instanceof InterruptedIOException) {
            return failure; // also a SocketTimeoutException
        }
        if (closing.get() != null) {
            return closing.get().toException();
        }
        return failure != null ? failure : raw.closeReason().orElse(CloseReason.closedLocally("closed")).toException();
    }

    private record PathTaken(boolean relayed, long sinceMillis) {}

    @FunctionalInterface
    private interface Sending {
        void run() throws IOException;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T run() throws IOException, ProtocolViolation;
    }
}

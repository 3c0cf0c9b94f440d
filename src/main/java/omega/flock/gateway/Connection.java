package omega.flock.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.base.Subscription;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.PromptListener;
import omega.flock.secret.SecretStream;

/**
 * An end-to-end encrypted stream of bytes to one peer, in both directions, over UDP.
 *
 * <p>Safe for use by several threads: one reader and one writer at a time go on side by side, further ones wait. Both
 * directions are back-pressured: a writer blocks while the peer does not read, and what nobody reads here holds the peer
 * up.
 *
 * <pre>
 *             shutdownOutput()              peer ended too
 *   OPEN ─────────────────────► HALF OPEN ────────────────► CLOSED
 *     └──────── close(), abort(), reset by peer, time-out ─────►┘
 * </pre>
 *
 * <p><b>What holds against strangers.</b> Bytes and messages are secret, authentic and in order, from everybody on the way, relays
 * included; {@link #remotePublicKey()} is who sends them. So are datagrams between two peers of this library, and
 * with others they are not, see {@link #sendDatagram}. Nor is an end: END and DESTROY travel in clear beside the encryption. Whoever sees
 * the packets of a connection, or guesses its stream's 32-bit id and a fitting number, can reset it
 * ({@link CloseReason.Kind#RESET_BY_PEER}), and whoever is on the path can end a direction <em>between two messages</em>, which reads as
 * the clean end of the stream; an end inside a message is an {@link java.io.EOFException}. The protocol is so in both stacks. A protocol
 * whose meaning depends on its end therefore says so itself, by a length, a count or a last message, and takes an end without that for an
 * error. What observers see at any rate is who talks to whom, when and how much. {@code SECURITY.md} has all of it.
 *
 * <p><b>Time-outs.</b> Reads and writes wait for ever unless {@link #setReadTimeout} and {@link #setWriteTimeout} say otherwise. A peer
 * that no longer answers is noticed because an idle connection sends a keep-alive every 5 seconds ({@link #setKeepAlive}); about 13
 * seconds after one stays unanswered the connection ends with {@link CloseReason.Kind#TIMED_OUT}.
 *
 * <p><b>Interrupts.</b> A thread that is interrupted in a read or write gets an {@link java.io.InterruptedIOException}; its
 * interrupt flag stays set and the connection stays open.
 *
 * <p><b>Writes that were cut.</b> How much of a write that was interrupted or timed out has been taken is in
 * {@link java.io.InterruptedIOException#bytesTransferred}; going on behind that loses nothing. Of a message it is all or nothing: 0 if the
 * peer will not see it, its length if it is on its way and must not be written again. What was taken and has not left does so ahead of the
 * next write, the next keep-alive or {@link #shutdownOutput()}. A {@link #close()} before that resets the connection, as the peer would
 * otherwise take half a message for the end.
 *
 * <p><b>Afterwards.</b> Reads and writes of a connection that has ended throw an {@link IOException} that says why, as those of
 * a {@link java.net.Socket} do: {@link java.net.SocketException} after {@link #close()}, {@link #abort()} and a reset, otherwise
 * a {@link omega.flock.base.FlockException} with a code such as {@code ETIMEDOUT} or {@code SHUT_DOWN}.
 */
public final class Connection implements AutoCloseable {

    private static final Logger LOG = System.getLogger("omega.flock.gateway");

    /** Of no gateway: the end of one is what its connections tell of. A thread is there only while a listener runs. */
    private static final TaskScope CLOSE_LISTENERS = new TaskScope("close listeners");

    private final SecretStream stream;
    private final InputStream input;
    private final OutputStream output;

    Connection(SecretStream stream) {
        this.stream = stream;
        this.input = new ConnectionInput(stream);
        this.output = new ConnectionOutput(stream);
    }

    /** Returns the bytes that the peer writes; closing it closes the connection. */
    public InputStream getInputStream() {
        return input;
    }

    /**
     * Returns where bytes for the peer go; closing it ends this side's half as {@link #shutdownOutput()} does. Buffered by
     * nobody: a {@code write} has left for the transport when it returns. Wrap it to write many small pieces.
     */
    public OutputStream getOutputStream() {
        return output;
    }

    /**
     * Ends this side's half behind what was written: the peer reads the end of the stream and may still write. Waits only for
     * a write that another thread is in, and for the rest of one that was cut. Idempotent.
     *
     * @throws java.net.SocketTimeoutException after the write timeout; it may be tried again
     */
    public void shutdownOutput() throws IOException {
        stream.shutdownOutput();
    }

    /**
     * Blocks for the next message, exactly as the peer wrote it.
     *
     * @return the message, or {@code null} at the end of the stream, as {@link java.io.BufferedReader#readLine()} has it
     */
    public byte[] readMessage() throws IOException {
        return stream.readMessage().orElse(null);
    }

    /**
     * Writes one message, which the peer reads as one. Blocks while the peer does not keep up.
     *
     * @param message 1 to 16,777,198 bytes; the peer would take an empty one for a keep-alive
     * @throws IllegalArgumentException if it is empty or longer
     * @throws java.net.SocketTimeoutException after the write timeout, with {@code bytesTransferred} 0 or the length of the message
     */
    public void writeMessage(byte[] message) throws IOException {
        stream.writeMessage(Objects.requireNonNull(message, "message"));
    }

    /**
     * Sends a datagram, which may get lost or be overtaken. Does not block: 256 wait to be sent at most, and one that finds no room
     * among them is lost, which the gateway counts as {@code transport.MESSAGE_UNSENT}.
     *
     * <p><b>Datagrams are secret and authentic only if {@link #hasSecretDatagrams} says so</b>, which it does between two peers of this
     * library. With a peer of the JavaScript stack they are sealed with keys that are made of the handshake's hash alone, and all that
     * the hash is made of passes the node that relays the handshake in clear. That node, and whoever watched on the way, can read all
     * datagrams of such a connection and forge ones that the peer accepts. What must be secret or true belongs into
     * {@link #writeMessage messages}, which are safe from everybody; a key for datagrams can be agreed upon there. See
     * {@code SECURITY.md}.
     *
     * @param datagram up to {@link #maxDatagramSize()} bytes; 1,128 get through every path; larger ones are not cut to pieces and
     *     so are lost where a link carries packets of less than 1,500 bytes
     * @throws IllegalArgumentException if it is longer
     */
    public void sendDatagram(byte[] datagram) throws IOException {
        stream.sendDatagram(Objects.requireNonNull(datagram, "datagram"));
    }

    /**
     * {@return whether the datagrams of this connection are secret and authentic from everybody, as its messages are} True if the peer
     * runs this library, too, in a version that knows of it; what both said of that is part of the handshake, which nobody can change.
     */
    public boolean hasSecretDatagrams() {
        return stream.hasSecretDatagrams();
    }

    /** Returns the length of the longest datagram that {@link #sendDatagram} takes: 1,428 bytes. */
    public int maxDatagramSize() {
        return stream.maxDatagramSize();
    }

    /**
     * Blocks for the next datagram, as long as {@link #setReadTimeout} allows. Each arrives once at most, in the order in which they
     * came in; a copy is not taken, nor one that 1,024 newer ones have overtaken. For what that is worth against whom, see
     * {@link #sendDatagram}.
     *
     * <p>256 wait here. When one more comes the oldest is dropped ({@code transport.MESSAGE_UNREAD} in the gateway's figures). Copies
     * count as {@code transport.MESSAGE_REPLAYED}, what was not sealed for this connection as {@code transport.MESSAGE_FORGED}.
     *
     * @throws java.net.SocketTimeoutException after the read timeout
     */
    public byte[] receiveDatagram() throws IOException, InterruptedException {
        return stream.receiveDatagram();
    }

    /** Returns this side's key. */
    public PublicKey publicKey() {
        return stream.publicKey();
    }

    /** Returns the peer's key, which the handshake has proven. */
    public PublicKey remotePublicKey() {
        return stream.remotePublicKey();
    }

    /**
     * Returns the 64 bytes that identify this very connection, the same on both sides: to bind something to it, by a signature for
     * instance. They are no secret: the node that relayed the handshake knows them too, so no key may be made of them.
     */
    public byte[] handshakeHash() {
        return stream.handshakeHash();
    }

    /** Tells whether this side dialled. */
    public boolean isInitiator() {
        return stream.isInitiator();
    }

    /** Returns where datagrams for the peer go now. */
    public InetSocketAddress remoteAddress() {
        return stream.remoteAddress();
    }

    /** Returns how the connection reaches its peer now; one that begins on a relay may find a direct path later. */
    public PathInfo path() {
        return new PathInfo(stream);
    }

    /** Returns the figures of the moment: bytes, packets, losses, windows, times. Does not block. */
    public ConnectionStats stats() {
        return new ConnectionStats(stream);
    }

    /** Tells whether the connection has not ended. */
    public boolean isOpen() {
        return stream.isOpen();
    }

    /**
     * Returns why the connection ended; empty while it is open. The first reason stays: a {@link #close} behind a reset changes nothing.
     */
    public Optional<CloseReason> closeReason() {
        return stream.closeReason();
    }

    /**
     * Runs a listener once when the connection has ended and its last bytes have left, or at once if that is so, on a virtual thread of its
     * own; what it throws is logged.
     */
    public Subscription onClose(Consumer<CloseReason> listener) {
        AtomicReference<Consumer<CloseReason>> waiting = new AtomicReference<>(Objects.requireNonNull(listener, "listener"));
        stream.onClose(reason -> Optional.ofNullable(waiting.getAndSet(null)).ifPresent(each -> tell(each, reason)));
        return () -> waiting.set(null);
    }

    private static void tell(Consumer<CloseReason> listener, CloseReason reason) {
        if (listener instanceof PromptListener) {
            listener.accept(reason);
            return;
        }
        CLOSE_LISTENERS.fork("flock-close", () -> {
            try {
                listener.accept(reason);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "connection.close.listener.failed", e);
            }
        });
    }

    /**
     * Limits how long a read waits; it then throws {@link java.net.SocketTimeoutException} and may be tried again.
     *
     * @param timeout zero for no limit, which is the default
     * @throws IllegalArgumentException if it is negative
     */
    public void setReadTimeout(Duration timeout) {
        stream.setReadTimeout(Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Limits how long a write takes, one that waits behind another included: a peer that does not read holds nobody up for longer. It then
     * throws {@link java.net.SocketTimeoutException}, whose {@code bytesTransferred} says how much was taken, see above; the connection
     * stays open and usable. Holds from the next write on.
     *
     * <p><b>One message to many peers.</b> Who writes it to one after the other sets a short timeout, and closes, skips or tries again whom
     * it has hit. The shortest, a nanosecond, makes a write take what there is room for (256 KiB wait to be sent at most) and never wait.
     * Or each connection has a virtual thread of its own that writes, and a queue as long as the program bears.
     *
     * @param timeout zero for no limit, which is the default
     * @throws IllegalArgumentException if it is negative
     */
    public void setWriteTimeout(Duration timeout) {
        stream.setWriteTimeout(Objects.requireNonNull(timeout, "timeout"));
    }

    /** Sets after how much idle time a keep-alive is sent; zero turns it off. Default: 5 seconds. */
    public void setKeepAlive(Duration interval) {
        stream.setKeepAlive(Objects.requireNonNull(interval, "interval"));
    }

    /** Sends a keep-alive now, so that a path that died shows within seconds. */
    public void sendKeepAlive() throws IOException {
        stream.sendKeepAlive();
    }

    /** Returns how many messages this side has sent, keep-alives included. */
    public long messagesSent() {
        return stream.framesSent();
    }

    /** Returns how many messages have been received, keep-alives included. */
    public long messagesReceived() {
        return stream.framesReceived();
    }

    /**
     * Ends the connection: what was written is still delivered, in the background and for a bounded time. Readers and
     * writers of this side are released at once. Idempotent.
     *
     * <p>The peer reads the end of the stream, behind which it cannot tell a close from what somebody on the path made of it, see
     * above; an observer sees that the connection ends. Whether the peer has everything only an answer of its own says.
     */
    @Override
    public void close() {
        stream.close();
    }

    /**
     * Resets the connection: what was not acknowledged is lost, and the peer's reads fail. Idempotent. The one packet that says so may
     * get lost: then the peer notices by silence, after about 16 seconds.
     */
    public void abort() {
        abort(CloseReason.closedLocally("aborted"));
    }

    /** Resets the connection for a reason that readers and writers of this side see. Idempotent. */
    public void abort(CloseReason reason) {
        stream.abort(Objects.requireNonNull(reason, "reason"));
    }

    @Override
    public String toString() {
        return "Connection[" + remotePublicKey() + ", " + closeReason().map(CloseReason::toString).orElse("open") + "]";
    }
}

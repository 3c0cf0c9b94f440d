package omega.flock.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.transport.flow.DropReason;

/**
 * What the encrypted stream needs from the reliable stream below it. {@link UdxStream} is the real one; a test may take any
 * pair of byte streams.
 */
public interface RawStream {

    /** Reads what is there, without blocking: 0 if that is nothing, -1 at the end of the peer's stream. Fails if it was closed. */
    int poll(byte[] into, int offset, int length) throws IOException;

    /**
     * Blocks until there is something to read, until the peer has ended, or until the timeout. Takes nothing, so that nobody
     * needs a buffer to wait.
     *
     * @param timeoutNanos how long to wait, or 0 for ever
     * @return bytes that can be read, 0 at the end of the timeout, -1 at the end of the peer's stream
     * @throws java.io.InterruptedIOException if the thread was interrupted, with the flag still set
     * @throws IOException if the stream was closed
     */
    int awaitReadable(long timeoutNanos) throws IOException;

    /**
     * Hands bytes to the transport in order; blocks while its buffer is full.
     *
     * @param timeoutNanos how long to block in all, or 0 for ever
     * @throws java.io.InterruptedIOException if the thread was interrupted, with the flag still set, or, as a
     *     {@link java.net.SocketTimeoutException}, at the end of the timeout; its {@code bytesTransferred} says how many bytes were taken
     * @throws IOException if the stream was closed
     */
    void write(byte[] bytes, int offset, int length, long timeoutNanos) throws IOException;

    /** Hands over as many of the bytes as the transport takes without blocking. {@return how many} Fails if it was closed. */
    int offer(byte[] bytes, int offset, int length) throws IOException;

    /** Ends this direction after everything that was written. Does not block. */
    void end() throws IOException;

    /** Ends this direction and lets the stream go once everything was acknowledged, in the background. */
    void closeGracefully();

    /** Resets the stream; blocked readers and writers fail with the reason. Idempotent. */
    void destroy(CloseReason reason);

    /** Returns the length of the largest datagram, in bytes. */
    int largestMessage();

    /** Sends one unreliable datagram along the stream's path. */
    void sendMessage(byte[] message) throws IOException;

    /** Sets who takes datagrams; runs on a reader thread and must not block. */
    void onMessage(Consumer<byte[]> handler);

    /** Counts a datagram that the handler took and ignored. */
    void countDrop(DropReason reason);

    /** Adds a listener that runs exactly once, also when the stream has been closed already. */
    void onClose(Consumer<CloseReason> listener);

    /** Returns why the stream was closed, once it was. */
    Optional<CloseReason> closeReason();

    /** Waits until the peer has everything that was written. */
    boolean awaitAcknowledged(Duration timeout) throws IOException, InterruptedException;

    /** Returns how many bytes were received in order so far. */
    long bytesReceived();

    /** Returns where the stream sends to now; empty before it has a path. */
    Optional<InetSocketAddress> remoteAddress();

    /** Returns the figures of the moment. */
    StreamStats stats();
}

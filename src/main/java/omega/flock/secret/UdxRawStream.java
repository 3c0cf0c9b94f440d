package omega.flock.secret;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.transport.StreamStats;
import omega.flock.transport.UdxStream;
import omega.flock.transport.flow.DropReason;

/** A UDX stream as the encrypted stream sees it. Adds no thread and no lock. */
final class UdxRawStream implements RawStream {

    private final UdxStream stream;

    UdxRawStream(UdxStream stream) {
        this.stream = stream;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return stream.poll(into, offset, length);
    }

    @Override
    public int awaitReadable(long timeoutNanos) throws IOException {
        return stream.awaitReadable(timeoutNanos);
    }

    @Override
    public void write(byte[] bytes, int offset, int length, long timeoutNanos) throws IOException {
        stream.write(bytes, offset, length, timeoutNanos);
    }

    @Override
    public int offer(byte[] bytes, int offset, int length) throws IOException {
        return stream.offer(bytes, offset, length);
    }

    @Override
    public void end() {
        stream.end();
    }

    @Override
    public void closeGracefully() {
        stream.closeGracefully();
    }

    @Override
    public void destroy(CloseReason reason) {
        stream.destroy(reason);
    }

    @Override
    public int largestMessage() {
        return UdxStream.MAX_MESSAGE_BYTES;
    }

    @Override
    public void sendMessage(byte[] message) throws IOException {
        stream.sendMessage(message);
    }

    @Override
    public void onMessage(Consumer<byte[]> handler) {
        stream.onMessage(handler);
    }

    @Override
    public void countDrop(DropReason reason) {
        stream.countDrop(reason);
    }

    @Override
    public void onClose(Consumer<CloseReason> listener) {
        stream.onClose(listener);
    }

    @Override
    public Optional<CloseReason> closeReason() {
        return stream.closeReason();
    }

    @Override
    public boolean awaitAcknowledged(Duration timeout) throws IOException, InterruptedException {
        return stream.awaitAcknowledged(timeout);
    }

    @Override
    public long bytesReceived() {
        return stream.bytesReceived();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return stream.remoteAddress().orElseThrow(() -> new IllegalStateException("the stream has no path yet"));
    }

    @Override
    public StreamStats stats() {
        return stream.stats();
    }
}

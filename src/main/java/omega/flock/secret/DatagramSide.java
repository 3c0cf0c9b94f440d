package omega.flock.secret;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import omega.flock.base.CloseReason;
import omega.flock.runtime.Ticker;

/**
 * Both directions of datagrams. What arrives is put away on the port's reader and opened on the thread of whoever takes it,
 * so that strangers who know a stream's id cannot make the reader work.
 */
final class DatagramSide {

    private final RawStream raw;
    private final Ticker ticker;
    private final DatagramBox box;
    private final DatagramInbox inbox = new DatagramInbox();

    DatagramSide(RawStream raw, Ticker ticker, DatagramBox box) {
        this.raw = raw;
        this.ticker = ticker;
        this.box = box;
    }

    /** Begins to take what arrives. */
    void start() {
        raw.onMessage(inbox::put);
    }

    /**
     * Seals and sends one.
     *
     * @throws IllegalArgumentException if it cannot fit a packet
     */
    void send(byte[] datagram) throws IOException {
        int largest = raw.largestMessage() - SecretConstants.DATAGRAM_OVERHEAD;
        if (datagram.length > largest) {
            throw new IllegalArgumentException("a datagram of " + datagram.length + " bytes: at most " + largest + " fit");
        }
        Optional<byte[]> envelope = box.seal(datagram);
        if (envelope.isEmpty()) {
            // "when it returns to the initial value the stream is destroyed"
            raw.destroy(CloseReason.closedLocally("every datagram counter was used"));
            throw new IOException("every datagram counter was used");
        }
        raw.sendMessage(envelope.get());
    }

    /**
     * Waits for one that the peer sealed.
     *
     * @param timeoutNanos how long, or 0 for ever
     * @return empty once the stream is closed and none is left
     * @throws SocketTimeoutException at the end of the time
     */
    Optional<byte[]> receive(long timeoutNanos) throws SocketTimeoutException, InterruptedException {
        long deadline = ticker.nanoTime() + timeoutNanos;
        while (true) {
            long left = timeoutNanos == 0 ? 0 : Math.max(1, deadline - ticker.nanoTime());
            Optional<byte[]> envelope = inbox.take(left);
            if (envelope.isEmpty()) {
                if (inbox.isClosed()) {
                    return Optional.empty();
                }
                throw new SocketTimeoutException("no datagram within the timeout");
            }
            // "wrong MAC: silently ignored"
            Optional<byte[]> datagram = box.open(envelope.get());
            if (datagram.isPresent()) {
                return datagram;
            }
        }
    }

    void close() {
        inbox.close();
    }
}

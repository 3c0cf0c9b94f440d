package omega.flock.secret;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import omega.flock.transport.RawStream;
import omega.flock.transport.flow.DropReason;

/**
 * Both directions of datagrams. What arrives is opened on the port's reader, so that only what the peer's key sealed, and only once,
 * takes a place in front of the user: strangers who know the stream's id fill nothing. The tag is checked before anything is
 * decrypted, so that one of theirs costs the reader 5 us.
 */
final class DatagramSide {

    private final RawStream raw;
    private final DatagramBox box;
    private final DatagramInbox inbox;

    DatagramSide(RawStream raw, FrameBuffer.Memory memory, DatagramBox box) {
        this.raw = raw;
        this.box = box;
        this.inbox = new DatagramInbox(memory);
    }

    /** Begins to take what arrives. */
    void start() {
        raw.onMessage(this::arrived);
    }

    /** {@return the length of the largest datagram that fits a packet, in bytes} */
    int largest() {
        return raw.largestMessage() - SecretConstants.DATAGRAM_OVERHEAD;
    }

    /**
     * Seals and sends one.
     *
     * @throws IllegalArgumentException if it cannot fit a packet
     */
    void send(byte[] datagram) throws IOException {
        if (datagram.length > largest()) {
            throw new IllegalArgumentException("a datagram of " + datagram.length + " bytes: at most " + largest() + " fit");
        }
        raw.sendMessage(box.seal(datagram));
    }

    /**
     * Waits for one that the peer sealed.
     *
     * @param timeoutNanos how long, or 0 for ever
     * @return empty once the stream is closed and none is left
     * @throws SocketTimeoutException at the end of the time
     */
    Optional<byte[]> receive(long timeoutNanos) throws SocketTimeoutException, InterruptedException {
        Optional<byte[]> datagram = inbox.take(timeoutNanos);
        if (datagram.isEmpty() && !inbox.isClosed()) {
            throw new SocketTimeoutException("no datagram within the timeout");
        }
        return datagram;
    }

    void close() {
        inbox.close();
    }

    private void arrived(byte[] envelope) {
        if (envelope.length == 0) {
            return; // "a zero-length raw UDX MESSAGE to confirm a direct path"
        }
        // "wrong MAC: silently ignored"
        Optional<byte[]> datagram = box.open(envelope);
        Optional<DropReason> dropped = datagram.isEmpty()
                ? Optional.of(DropReason.MESSAGE_FORGED)
                : inbox.put(DatagramBox.number(envelope), datagram.get());
        dropped.ifPresent(raw::countDrop);
    }
}

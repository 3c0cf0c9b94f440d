package omega.flock.peer.relay;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.wire.MalformedMessageException;

/**
 * A connection to a blind relay on which one pairing is asked for. One thread runs it: it asks, waits for the answer, and
 * then stays to take what the relay says for as long as the pairing is wanted. {@link #close} comes from any thread.
 *
 * <p>The relay is a stranger, named by the peer perhaps: its messages are limited in size, and nothing of them is kept.
 */
public final class RelaySession implements AutoCloseable {

    private final SecretStream relay;
    private final ReentrantLock lock = new ReentrantLock();
    private final RelayChannel channel; // guarded by lock

    /**
     * Takes a connection over that nobody has used yet.
     *
     * @param initiator our role; the peer takes the other one
     * @param token what both name, 32 bytes
     * @param streamId the stream of ours that is to be tied to one of the peer
     */
    public RelaySession(SecretStream relay, boolean initiator, byte[] token, int streamId) {
        this.relay = Objects.requireNonNull(relay, "relay");
        this.channel = new RelayChannel(relay.publicKey(),
                new RelayMessage.Pair(initiator, token.clone(), Integer.toUnsignedLong(streamId)));
        relay.limitMessages(RelayConstants.MAX_MESSAGE_BYTES);
        relay.setKeepAlive(RelayConstants.KEEP_ALIVE);
    }

    /**
     * Asks for the pairing and waits until the relay has done it, for which the peer has to ask too.
     *
     * @return the id of the relay's stream that is tied to ours
     * @throws FlockException RELAY_ABORTED if the relay refuses, ends, breaks the protocol or lets the time pass
     */
    public int pair(Duration timeout, Ticker ticker) throws FlockException {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        try {
            write(locked(channel::opening));
            Optional<Long> streamId = Optional.empty();
            while (streamId.isEmpty()) {
                long left = deadline - ticker.nanoTime();
                if (left <= 0) {
                    throw new SocketTimeoutException("the relay talks and does not pair"); // a read takes what is there
                }
                relay.setReadTimeout(Duration.ofNanos(left));
                takeMessage();
                streamId = locked(channel::paired);
            }
            relay.setReadTimeout(Duration.ZERO);
            return (int) (long) streamId.get();
        } catch (SocketTimeoutException e) {
            giveUp(e);
            throw new FlockException(Code.RELAY_ABORTED, "the relay has not paired us within " + timeout, e);
        } catch (IOException e) {
            throw new FlockException(Code.RELAY_ABORTED, "the relay does not pair us: " + e.getMessage(), e);
        }
    }

    /**
     * Takes what the relay sends until the connection ends, however it does.
     *
     * @throws IOException with the reason
     */
    public void awaitEnd() throws IOException {
        while (true) {
            takeMessage();
        }
    }

    /** Lets the connection go in the background, which ends the pairing. Never blocks, idempotent. */
    @Override
    public void close() {
        relay.close();
    }

    private void giveUp(SocketTimeoutException why) {
        try {
            write(locked(channel::closing));
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** Blocks for one message. */
    private void takeMessage() throws IOException {
        byte[] message = relay.readMessage().orElseThrow(() -> new EOFException("the relay has ended the connection"));
        List<byte[]> answers;
        boolean closed;
        lock.lock();
        try {
            answers = channel.onMessage(message);
            closed = channel.isClosed();
        } catch (MalformedMessageException e) {
            throw new FlockException(Code.PROTOCOL_ERROR, e.getMessage(), e);
        } finally {
            lock.unlock();
        }
        write(answers);
        if (closed) {
            throw new EOFException("the relay has closed the channel");
        }
    }

    private void write(List<byte[]> messages) throws IOException {
        for (byte[] message : messages) {
            relay.writeMessage(message);
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}

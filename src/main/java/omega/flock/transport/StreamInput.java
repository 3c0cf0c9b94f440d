package omega.flock.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.ReceiveState;
import omega.flock.transport.flow.StreamView;

/** Runs on the threads of users: the blocking read side of a stream. */
final class StreamInput {
    private final StreamState state;
    private final PacketPump pump;

    StreamInput(StreamState state, PacketPump pump) {
        this.state = state;
        this.pump = pump;
    }

    /** {@return bytes taken, without waiting: −1 at the end of the stream, 0 if there are none now} */
    int poll(byte[] target, int offset, int length) throws IOException {
        state.lock.lock();
        try {
            return readyLocked() == 0 ? 0 : takeLocked(target, offset, length);
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Waits for something to read, and takes nothing.
     *
     * @param nanos how long, or 0 for ever
     * @return bytes that can be read now, 0 if the time passed first, −1 at the end of the stream
     */
    int awaitReadable(long nanos) throws IOException {
        state.lock.lock();
        try {
            return awaitReadyLocked(nanos);
        } finally {
            state.lock.unlock();
        }
    }

    private int awaitReadyLocked(long nanos) throws IOException {
        long left = nanos == 0 ? Long.MAX_VALUE : nanos;
        int ready = readyLocked();
        while (ready == 0 && left > 0) {
            if (sentDeferredAckLocked()) {
                ready = readyLocked();
                continue;
            }
            state.readersWaiting++;
            try {
                if (mayReadPortLocked(left)) {
                    left -= readPortLocked(nanos != 0);
                } else if (nanos == 0) {
                    state.readable.await(); // cheaper than the longest of limits
                } else {
                    left = state.readable.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while reading");
            } finally {
                state.readersWaiting--;
            }
            ready = readyLocked();
        }
        return ready;
    }

    /** {@return whether this thread reads the port itself, and has to, instead of waiting until the port's reader wakes it} */
    private boolean mayReadPortLocked(long left) {
        return state.port != null && left >= TransportConstants.PORT_READING_NANOS && !Thread.currentThread().isInterrupted()
                && state.port.beginReading(state, state.replyExpected);
    }

    /**
     * Releases the lock meanwhile. Whoever else changes the stream, another port or a close, is heard a millisecond later at most.
     *
     * @return how long that took, in nanoseconds, if it matters
     */
    private long readPortLocked(boolean timed) {
        UdpPort port = state.port;
        long began = timed ? state.ticker.nanoTime() : 0;
        state.lock.unlock();
        try {
            port.readInTurn();
        } finally {
            state.lock.lock();
        }
        return timed ? state.ticker.nanoTime() - began : 0;
    }

    /**
     * The user has written nothing that the ACK could have gone with, and waits for more.
     *
     * @return whether the lock was released meanwhile
     */
    private boolean sentDeferredAckLocked() {
        long now = state.ticker.nanoTime();
        if (!state.machine.releaseAck()) {
            return false;
        }
        state.replyExpected = false;
        if (!state.maySendForDriverLocked(now)) {
            state.wakeDriverLocked(now);
            return false;
        }
        PacketBatch batch = pump.pollLocked(now);
        state.lock.unlock();
        try {
            pump.send(batch, true);
        } finally {
            state.lock.lock();
        }
        return true;
    }

    /** {@return bytes that can be read, −1 at the end of the stream, 0 if the reader has to wait} */
    private int readyLocked() throws IOException {
        if (state.localCloseLocked().isPresent()) {
            throw state.localCloseLocked().get().toException();
        }
        StreamView view = state.machine.view();
        if (view.receiveState() == ReceiveState.DRAINED) {
            return -1;
        }
        int readable = view.readableBytes();
        if (readable == 0 && state.machine.isOver()) {
            throw state.closeReasonLocked().orElseThrow().toException();
        }
        return readable;
    }

    private int takeLocked(byte[] target, int offset, int length) {
        int count = state.machine.read(target, offset, length);
        state.memory.settleLocked();
        // Reading may have re-opened the window.
        state.wakeDriverLocked(state.ticker.nanoTime());
        return count;
    }
}

package omega.flock.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import omega.flock.transport.flow.StreamMachine;

/** Runs on the threads of users: the blocking read side of a stream. */
final class StreamInput {
    private final StreamState state;
    private long timeoutNanos; // guarded by state.lock; 0 = wait for ever

    StreamInput(StreamState state) {
        this.state = state;
    }

    void timeout(long nanos) {
        state.lock.lock();
        try {
            timeoutNanos = nanos;
        } finally {
            state.lock.unlock();
        }
    }

    int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        state.lock.lock();
        try {
            int count = takeLocked(target, offset, length);
            if (count == 0) {
                count = awaitBytesLocked(target, offset, length);
            }
            // Reading may have re-opened the window.
            state.wakeDriverLocked(state.ticker.nanoTime());
            return count;
        } finally {
            state.lock.unlock();
        }
    }

    private int awaitBytesLocked(byte[] target, int offset, int length) throws IOException {
        long left = timeoutNanos;
        boolean limited = left > 0;
        int count = 0;
        while (count == 0) {
            if (limited && left <= 0) {
                throw new SocketTimeoutException("nothing to read within the timeout");
            }
            try {
                if (limited) {
                    left = state.readable.awaitNanos(left);
                } else {
                    state.readable.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while reading");
            }
            count = takeLocked(target, offset, length);
        }
        return count;
    }

    /** {@return bytes taken, −1 at the end of the stream, 0 if the reader has to wait} */
    private int takeLocked(byte[] target, int offset, int length) throws IOException {
        if (state.localCloseLocked().isPresent()) {
            throw state.localCloseLocked().get().toException();
        }
        StreamMachine machine = state.machine;
        int count = machine.read(target, offset, length);
        if (count == 0 && machine.isOver()) {
            throw state.closeReasonLocked().orElseThrow().toException();
        }
        return count;
    }
}

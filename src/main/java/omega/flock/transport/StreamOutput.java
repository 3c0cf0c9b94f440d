package omega.flock.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import omega.flock.base.CloseReason;
import omega.flock.transport.flow.SendState;
import omega.flock.transport.flow.StreamView;

/** Runs on the threads of users: the blocking write side of a stream. */
final class StreamOutput {
    private final StreamState state;
    private final PacketPump pump;

    StreamOutput(StreamState state, PacketPump pump) {
        this.state = state;
        this.pump = pump;
    }

    void write(byte[] source, int offset, int length, long timeoutNanos) throws IOException {
        PacketBatch batch = null;
        long left = timeoutNanos;
        state.lock.lock();
        try {
            for (int done = 0; done < length; ) {
                requireWritableLocked();
                state.memory.wantLocked(length - done);
                int accepted = state.machine.write(source, offset + done, length - done);
                done += accepted;
                batch = sendOrWakeLocked(accepted > 0, done == length);
                if (done < length) {
                    left = awaitRoomLocked(done, length, left);
                }
            }
        } finally {
            state.lock.unlock();
        }
        if (batch != null) {
            pump.send(batch, true);
        }
    }

    /** {@return how many bytes were accepted, without waiting} */
    int offer(byte[] source, int offset, int length) throws IOException {
        PacketBatch batch;
        int accepted;
        state.lock.lock();
        try {
            requireWritableLocked();
            state.memory.wantLocked(length);
            accepted = state.machine.write(source, offset, length);
            batch = sendOrWakeLocked(accepted > 0, accepted > 0);
        } finally {
            state.lock.unlock();
        }
        if (batch != null) {
            pump.send(batch, true);
        }
        return accepted;
    }

    /** {@return what this thread has to send; null if the driver does it, or nobody} */
    private PacketBatch sendOrWakeLocked(boolean accepted, boolean last) {
        long now = state.ticker.nanoTime();
        // Who takes longer than an ACK may wait would only have the peer measure too long a round trip.
        state.replyExpected = now - state.arrivedAt <= TransportConstants.ACK_PATIENCE_NANOS;
        state.wroteSince = true;
        if (last && state.maySendForDriverLocked(now)) {
            return pump.pollLocked(now);
        }
        if (accepted) {
            state.wakeDriverLocked(now);
        }
        return null;
    }

    void end() {
        state.lock.lock();
        try {
            state.machine.endOutput();
            state.wakeDriverLocked(state.ticker.nanoTime());
        } finally {
            state.lock.unlock();
        }
    }

    /** Waits until everything written before the call, and the END if there was one, is acknowledged. */
    boolean awaitAcknowledged(Duration timeout) throws IOException, InterruptedException {
        state.lock.lock();
        try {
            StreamView view = state.machine.view();
            long written = view.writtenBytes();
            boolean ended = view.sendState().isClosedForWriting();
            return awaitProgressLocked(timeout, () ->
                    ended ? view.sendState() == SendState.ENDED : view.acknowledgedBytes() >= written);
        } finally {
            state.lock.unlock();
        }
    }

    boolean awaitRemoteChanged(Duration timeout) throws IOException, InterruptedException {
        state.lock.lock();
        try {
            return awaitProgressLocked(timeout, () -> !state.machine.view().isRemoteChanging());
        } finally {
            state.lock.unlock();
        }
    }

    private boolean awaitProgressLocked(Duration timeout, BooleanSupplier reached) throws IOException, InterruptedException {
        long left = timeout.toNanos();
        state.progressWaiting++;
        try {
            while (true) {
                if (state.machine.isOver()) {
                    CloseReason reason = state.closeReasonLocked().orElseThrow();
                    if (reason.kind() == CloseReason.Kind.FINISHED) {
                        return true;
                    }
                    throw reason.toException();
                }
                if (reached.getAsBoolean()) {
                    return true;
                }
                if (left <= 0) {
                    return false;
                }
                left = state.progress.awaitNanos(left);
            }
        } finally {
            state.progressWaiting--;
        }
    }

    private void requireWritableLocked() throws IOException {
        if (state.localCloseLocked().isPresent()) {
            throw state.localCloseLocked().get().toException();
        }
        if (state.machine.isOver()) {
            throw state.closeReasonLocked().orElseThrow().toException();
        }
        if (state.machine.view().sendState().isClosedForWriting()) {
            throw new SocketException("the output was ended");
        }
    }

    /** {@return what is left of {@code nanos}; 0 is for ever} */
    private long awaitRoomLocked(int done, int length, long nanos) throws InterruptedIOException {
        state.writersWaiting++;
        try {
            if (nanos == 0) {
                state.writable.await();
                return 0;
            }
            long left = state.writable.awaitNanos(nanos);
            if (left > 0) {
                return left;
            }
            throw cut(new SocketTimeoutException("timed out with " + (length - done) + " bytes not written"), done);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cut(new InterruptedIOException("interrupted with " + (length - done) + " bytes not written"), done);
        } finally {
            state.writersWaiting--;
        }
    }

    private static InterruptedIOException cut(InterruptedIOException failure, int done) {
        failure.bytesTransferred = done;
        return failure;
    }
}

package omega.flock.transport;

import omega.flock.base.CloseReason;
import omega.flock.transport.flow.StreamMachine;

/**
 * A virtual thread of its own, named {@code flock-udx ID}: sends the packets of a stream. It waits until there is something to send
 * or a deadline passes, polls a batch under the lock and sends it outside.
 */
final class StreamDriver {
    private final StreamState state;
    private final PacketPump pump;

    StreamDriver(StreamState state, PacketPump pump) {
        this.state = state;
        this.pump = pump;
    }

    /** Runs until the stream is over and its last packet was sent; an interrupt destroys the stream. */
    void run() {
        boolean interrupted = false;
        boolean goesOn = true;
        try {
            while (goesOn) {
                try {
                    goesOn = driveOnce();
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is over; what is left to do does not wait
                    destroyIfAlive("the scope of the stream was cancelled");
                }
            }
        } finally {
            // Whatever ended the driver, no stream outlives it.
            destroyIfAlive("the driver of the stream failed");
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** {@return whether the stream goes on} */
    private boolean driveOnce() throws InterruptedException {
        PacketBatch batch;
        state.lock.lock();
        try {
            if (!awaitWorkLocked()) {
                return false;
            }
            batch = pump.pollLocked(state.ticker.nanoTime());
        } finally {
            state.lock.unlock();
        }
        pump.send(batch, true);
        return true;
    }

    /** {@return whether there is something to send; false when the stream is over} */
    private boolean awaitWorkLocked() throws InterruptedException {
        StreamMachine machine = state.machine;
        while (true) {
            long now = state.ticker.nanoTime();
            machine.onDeadline(now);
            state.noticeEndLocked();
            if (state.maySendLocked(now)) {
                return true;
            }
            if (state.isDoneLocked()) {
                return false;
            }
            state.awaitOutputLocked(now);
        }
    }

    private void destroyIfAlive(String why) {
        state.lock.lock();
        try {
            if (!state.machine.isOver()) {
                state.closeLocallyLocked(CloseReason.shutDown(why));
                state.machine.destroy();
                state.noticeEndLocked();
            }
        } finally {
            state.lock.unlock();
        }
    }
}

package omega.flock.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import omega.flock.base.CloseReason;

/**
 * A virtual thread of its own, named {@code flock-udx ID}, that exists only while there is work: sends the packets of a stream. It
 * waits until there is something to send or a deadline passes, polls a batch under the lock and sends it outside. When it had
 * nothing to do for 20 ms it ends, and another one takes over when it is needed.
 */
final class StreamDriver {
    private static final Logger LOG = System.getLogger("omega.flock.transport");

    private final StreamState state;
    private final PacketPump pump;

    /** What the driver does next. */
    enum Duty {
        /** Packets are to be sent. */
        SEND,
        /** Nothing is to do just now. */
        WAIT,
        /** Nothing was to do for a while. */
        LEAVE,
        /** The stream is over, and its last packet was sent. */
        END
    }

    StreamDriver(StreamState state, PacketPump pump) {
        this.state = state;
        this.pump = pump;
    }

    /**
     * Runs until nothing has been to do for a while, or the stream is over and its last packet was sent; an interrupt destroys the
     * stream, and so does a failure, which ends no other.
     *
     * @return whether the stream is over
     */
    boolean run() {
        boolean interrupted = false;
        Duty duty = Duty.SEND;
        try {
            while (duty == Duty.SEND) {
                try {
                    duty = driveOnce();
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is over; what is left to do does not wait
                    state.destroy(CloseReason.shutDown("the scope of the stream was cancelled"));
                }
            }
            return duty == Duty.END;
        } catch (RuntimeException | Error e) {
            state.fail(e);
            state.endDriver();
            LOG.log(Level.ERROR, "stream.driver.failed", e);
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Duty driveOnce() throws InterruptedException {
        PacketBatch batch;
        state.lock.lock();
        try {
            Duty duty = awaitDutyLocked();
            if (duty != Duty.SEND) {
                return duty;
            }
            batch = pump.pollLocked(state.ticker.nanoTime());
        } finally {
            state.lock.unlock();
        }
        pump.send(batch, true);
        return Duty.SEND;
    }

    private Duty awaitDutyLocked() throws InterruptedException {
        long now = state.ticker.nanoTime();
        long idleUntil = now + TransportConstants.DRIVER_PATIENCE_NANOS;
        Duty duty = dutyLocked(now, idleUntil);
        while (duty == Duty.WAIT) {
            state.awaitOutputLocked(now, idleUntil - now);
            now = state.ticker.nanoTime();
            duty = dutyLocked(now, idleUntil);
        }
        return duty;
    }

    /** {@return what the driver has to do now; with LEAVE and END somebody else may be the driver from now on, or nobody} */
    Duty dutyLocked(long nowNanos, long idleUntilNanos) {
        state.machine.onDeadline(nowNanos);
        state.noticeEndLocked();
        if (state.maySendLocked(nowNanos)) {
            return Duty.SEND;
        }
        if (state.isDoneLocked()) {
            state.endDriverLocked();
            return Duty.END;
        }
        if (nowNanos >= idleUntilNanos) {
            state.leaveDriverLocked();
            return Duty.LEAVE;
        }
        return Duty.WAIT;
    }
}

package omega.flock.transport;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.CloseReason;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Ticker;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamEnd;
import omega.flock.transport.flow.StreamMachine;

/**
 * What the threads that meet at a stream share: the machine, the one lock, and the conditions they wait for. Runs on whichever
 * thread calls; methods whose name ends in {@code Locked} want the lock held.
 */
final class StreamState {
    final ReentrantLock lock = new ReentrantLock();
    /** Bytes, end of stream or end of everything: readers wait here. */
    final Condition readable = lock.newCondition();
    /** The backlog fell to the low-water mark: writers wait here. */
    final Condition writable = lock.newCondition();
    /** The peer acknowledged something: whoever waits for acknowledgement or for a changed remote waits here. */
    final Condition progress = lock.newCondition();
    /** There is something to send, or an earlier deadline: the driver waits here. */
    final Condition output = lock.newCondition();

    final Ticker ticker;
    final StreamMachine machine; // guarded by lock
    UdpPort port; // guarded by lock; null before connect
    int writersWaiting; // guarded by lock
    int progressWaiting; // guarded by lock
    private boolean sending; // guarded by lock; some thread polled packets and has not sent all of them yet
    private boolean driverWaiting; // guarded by lock
    private long driverDeadline; // guarded by lock; valid while the driver waits
    private CloseReason closeReason; // guarded by lock; null while the stream lives
    private CloseReason localClose; // guarded by lock; null while this side may read and write

    StreamState(Ticker ticker, StreamConfig config) {
        this.ticker = ticker;
        this.machine = new StreamMachine(config);
    }

    Optional<CloseReason> closeReasonLocked() {
        return Optional.ofNullable(closeReason);
    }

    /** {@return why this side may no longer read or write, though the stream may linger} */
    Optional<CloseReason> localCloseLocked() {
        return Optional.ofNullable(localClose);
    }

    /** This side is done with the stream: its readers and writers fail from now on. */
    void closeLocallyLocked(CloseReason reason) {
        if (localClose == null) {
            localClose = reason;
            wakeAllLocked();
        }
    }

    /** To be called after everything that may have ended the machine. */
    void noticeEndLocked() {
        if (closeReason != null || !machine.isOver()) {
            return;
        }
        closeReason = reasonOf(machine.end().orElseThrow());
        wakeAllLocked();
    }

    /** Wakes the driver if it sleeps although there is something to send or an earlier deadline. */
    void wakeDriverLocked(long nowNanos) {
        if (driverWaiting && !sending
                && (machine.isOver() || machine.nextDeadline() < driverDeadline || machine.wantsToSend(nowNanos))) {
            driverWaiting = false;
            output.signal();
        }
    }

    /** {@return whether the caller may poll packets and must send them: there are some, and nobody else sends} */
    boolean maySendLocked(long nowNanos) {
        return !sending && machine.wantsToSend(nowNanos);
    }

    /** {@return whether the caller may send in the driver's place, because the driver sleeps and would first have to be woken} */
    boolean maySendForDriverLocked(long nowNanos) {
        return driverWaiting && maySendLocked(nowNanos);
    }

    /** {@return whether the stream is over and nobody is still sending for it} */
    boolean isDoneLocked() {
        return machine.isOver() && !sending;
    }

    void beginSendLocked() {
        sending = true;
    }

    void endSendLocked() {
        sending = false;
    }

    /** On the driver: sleeps until there is something to do. */
    void awaitOutputLocked(long nowNanos) throws InterruptedException {
        driverDeadline = machine.nextDeadline();
        driverWaiting = true;
        try {
            if (driverDeadline == TimerTable.NEVER) {
                output.await();
            } else {
                output.awaitNanos(driverDeadline - nowNanos);
            }
        } finally {
            driverWaiting = false;
        }
    }

    /** After packets were polled: writers may have room now. */
    void wakeWritersLocked() {
        if (writersWaiting > 0 && machine.view().backlogBytes() <= FlowConstants.SEND_LOW_WATER_BYTES) {
            writable.signalAll();
        }
    }

    private void wakeAllLocked() {
        readable.signalAll();
        writable.signalAll();
        progress.signalAll();
        output.signalAll();
    }

    private CloseReason reasonOf(StreamEnd end) {
        return switch (end) {
            case FINISHED -> CloseReason.finished();
            case RESET_BY_PEER -> CloseReason.resetByPeer("the peer destroyed the stream");
            case TIMED_OUT -> CloseReason.timedOut("the peer acknowledges nothing any more");
            case LINGER_EXPIRED -> CloseReason.closedLocally("closed before the peer ended its side");
            case DESTROYED -> localClose != null ? localClose : CloseReason.closedLocally("destroyed");
        };
    }
}

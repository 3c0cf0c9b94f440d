package omega.flock.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.CloseReason;
import omega.flock.net.UdpPort;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Ticker;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamEnd;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;

/**
 * What the threads that meet at a stream share: the machine, the one lock, and the conditions they wait for. Runs on whichever
 * thread calls; methods whose name ends in {@code Locked} want the lock held.
 *
 * <pre>
 *   ABSENT ──something to send, the end, a deadline──► AT_WORK ◄────woken──── WAITING
 *     ▲                                                 │   └──nothing to do───►│
 *     │                                                 └──all is over──► GONE  │
 *     └────────────────────────nothing to do for 20 ms──────────────────────────┘
 * </pre>
 *
 * <p>A driver that waits watches the deadlines that it knew of when it began to wait. Others, and those of a stream without a driver, are
 * watched by its {@link DriverHost}, which tells {@link #alarm()}: deadlines come and go with each packet of a conversation, and a
 * wake-up costs more than the packet. Only the next step of a transfer wakes the driver itself. Every change of the machine ends in {@link #wakeDriverLocked}, under the lock; therefore no wake-up is lost.
 */
final class StreamState {
    /** What the driver of the stream does. */
    enum Driver {
        /** There is none: most streams are idle. */
        ABSENT,
        /** It has been started or woken, and looks at the machine before it waits or leaves. */
        AT_WORK,
        /** It waits for something to do. */
        WAITING,
        /** It has done the last that was to do. */
        GONE
    }

    private static final Logger LOG = System.getLogger("omega.flock.transport");
    private static final DriverHost.Alarm NO_ALARM = () -> { };

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
    final StreamMemory memory; // guarded by lock
    volatile UdpPort port; // written under lock; where packets leave; null before connect
    volatile InetSocketAddress awaited; // written under lock; where the path leads, while that is not proven
    int writersWaiting; // guarded by lock
    int progressWaiting; // guarded by lock
    int readersWaiting; // guarded by lock
    long arrivedAt; // guarded by lock; when the last packet came
    boolean wroteSince; // guarded by lock; the user has written since then
    boolean replyExpected; // guarded by lock; the user has lately written soon after an arrival
    private boolean sending; // guarded by lock; some thread polled packets and has not sent all of them yet
    private final DriverHost host;
    private final Runnable alarm = this::alarm;
    private Driver driver = Driver.ABSENT; // guarded by lock
    private long driverDeadline; // guarded by lock; until when the driver waits, while it does
    private long alarmAt = TimerTable.NEVER; // guarded by lock; when the host will call, at the latest
    private DriverHost.Alarm pendingAlarm = NO_ALARM; // guarded by lock
    private CloseReason closeReason; // guarded by lock; null while the stream lives
    private CloseReason localClose; // guarded by lock; null while this side may read and write

    StreamState(Ticker ticker, StreamConfig config, SharedMemory shared, DriverHost host) {
        this.ticker = ticker;
        this.host = host;
        this.machine = new StreamMachine(config);
        this.memory = new StreamMemory(shared, machine, host::evict);
    }

    /** To be called after everything that may have moved or proven the path. */
    void noticePathLocked() {
        awaited = machine.view().isPathProven() ? null : machine.view().path().map(StreamPath::address).orElse(null);
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
            dropUnreadLocked();
            wakeAllLocked();
        }
    }

    /** Once the stream is over, what has arrived is kept for as long as somebody may read it. */
    private void dropUnreadLocked() {
        if (machine.isOver() && localClose != null) {
            machine.heap().discardArrived();
        }
        memory.settleLocked();
    }

    /** Ends the stream if it lives. */
    void destroy(CloseReason reason) {
        lock.lock();
        try {
            destroyLocked(reason);
        } finally {
            lock.unlock();
        }
    }

    /** Something of ours failed while it worked for this stream: that ends this stream, and no other. */
    void fail(Throwable failure) {
        lock.lock();
        try {
            failLocked(failure);
        } finally {
            lock.unlock();
        }
    }

    void failLocked(Throwable failure) {
        destroyLocked(CloseReason.shutDown("the stream failed: " + failure));
    }

    private void destroyLocked(CloseReason reason) {
        if (!machine.isOver()) {
            closeLocallyLocked(reason);
            machine.destroy();
            noticeEndLocked();
            wakeDriverLocked(ticker.nanoTime());
        }
    }

    /** To be called after everything that may have ended the machine. */
    void noticeEndLocked() {
        if (closeReason != null || !machine.isOver()) {
            return;
        }
        closeReason = reasonOf(machine.end().orElseThrow());
        dropUnreadLocked();
        wakeAllLocked();
    }

    /**
     * To be called after everything that changed the machine, and after sending: sees to it that what there is to send is sent, by a
     * driver that is woken or started, and that somebody knows the next deadline.
     */
    void wakeDriverLocked(long nowNanos) {
        if (sending) {
            return; // whoever sends calls again
        }
        boolean work = machine.isConnected() && (machine.wantsToSend(nowNanos) || machine.isOver());
        if (work || driver == Driver.WAITING && machine.nextStep() < driverDeadline) {
            callDriverLocked();
        } else {
            setAlarmLocked();
        }
    }

    /** On the thread of the host, when an alarm was due: only a deadline that has not moved needs a driver. */
    void alarm() {
        try {
            onAlarm();
        } catch (RuntimeException | Error e) {
            fail(e);
            LOG.log(Level.ERROR, "stream.alarm.failed", e);
        }
    }

    private void onAlarm() {
        lock.lock();
        try {
            alarmAt = TimerTable.NEVER;
            pendingAlarm = NO_ALARM;
            if (sending) {
                return; // whoever sends calls again
            }
            if (machine.nextDeadline() <= ticker.nanoTime()) {
                callDriverLocked();
            } else {
                setAlarmLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the caller is the driver from now on: a connected stream had none} */
    boolean becomeDriver() {
        lock.lock();
        try {
            boolean vacant = driver == Driver.ABSENT && machine.isConnected();
            driver = vacant ? Driver.AT_WORK : driver;
            return vacant;
        } finally {
            lock.unlock();
        }
    }

    /** The driver has nothing to do: the host watches the deadlines from now on. */
    void leaveDriverLocked() {
        driver = Driver.ABSENT;
        memory.restLocked();
        setAlarmLocked();
    }

    /** The driver has failed. */
    void endDriver() {
        lock.lock();
        try {
            endDriverLocked();
        } finally {
            lock.unlock();
        }
    }

    /** All is over and done: nobody has to be told of a deadline any more. */
    void endDriverLocked() {
        driver = Driver.GONE;
        alarmAt = TimerTable.NEVER;
        pendingAlarm.cancel();
        pendingAlarm = NO_ALARM;
    }

    /** {@return whether the caller may poll packets and must send them: there are some, and nobody else sends} */
    boolean maySendLocked(long nowNanos) {
        return !sending && machine.wantsToSend(nowNanos);
    }

    /** {@return whether the caller may send in the driver's place, because that one would first have to be woken or started} */
    boolean maySendForDriverLocked(long nowNanos) {
        return (driver == Driver.WAITING || driver == Driver.ABSENT) && maySendLocked(nowNanos);
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

    /** On the driver: sleeps until there is something to do, or for {@code longestNanos}. */
    void awaitOutputLocked(long nowNanos, long longestNanos) throws InterruptedException {
        long wait = beginWaitLocked(nowNanos, longestNanos);
        try {
            output.awaitNanos(wait);
        } finally {
            endWaitLocked();
        }
    }

    /** {@return how long the driver has to wait if nobody wakes it} */
    long beginWaitLocked(long nowNanos, long longestNanos) {
        driverDeadline = Math.min(machine.nextDeadline(), nowNanos + longestNanos);
        driver = Driver.WAITING;
        return driverDeadline - nowNanos;
    }

    void endWaitLocked() {
        driver = Driver.AT_WORK;
    }

    Driver driverLocked() {
        return driver;
    }

    /** After packets were polled: writers may have room now. */
    void wakeWritersLocked() {
        if (writersWaiting > 0 && machine.view().backlogBytes() <= FlowConstants.SEND_LOW_WATER_BYTES) {
            writable.signalAll();
        }
    }

    private void callDriverLocked() {
        switch (driver) {
            case WAITING -> {
                driver = Driver.AT_WORK;
                output.signal();
            }
            case ABSENT -> {
                // If the scope was cancelled there is none, and the transport ends its streams itself.
                driver = host.startDriver() ? Driver.AT_WORK : Driver.ABSENT;
            }
            case AT_WORK, GONE -> { }
        }
    }

    /** A deadline that has moved away is found out when the old one is due: only one that has come nearer costs anything. */
    private void setAlarmLocked() {
        long next = machine.nextDeadline();
        boolean watched = switch (driver) {
            case ABSENT -> false;
            case WAITING -> next >= driverDeadline;
            case AT_WORK, GONE -> true;
        };
        if (!watched && next < alarmAt) {
            pendingAlarm.cancel();
            pendingAlarm = host.setAlarm(next, alarm);
            alarmAt = next;
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

package omega.flock.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.net.UdpPort;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Ticker;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.StreamConfig;

/**
 * One stream with its real shell, whose threads are steps that a test takes in whichever order it likes, by a clock that it turns:
 * the driver polls, sends, waits and leaves in steps of their own, and an alarm rings when the test lets it.
 */
final class SimulatedDriver {
    /** What the test sees of time. */
    static final class Clock implements Ticker {
        long now = 1_000_000_000_000L;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long wallMillis() {
            return now / 1_000_000;
        }
    }

    final UdxStream stream;
    final StreamState state;
    final PacketPump pump;
    final Port port;
    int driversStarted;
    int alarmsRung;
    int driverWakes;
    long alarmAt = TimerTable.NEVER;
    boolean refuseDrivers;
    boolean settled;
    private final Clock clock;
    private Runnable alarm = () -> { };
    private boolean driving;
    private long idleUntil;
    private long waitUntil;
    private Optional<PacketBatch> polled = Optional.empty();

    SimulatedDriver(int id, Clock clock, Consumer<byte[]> network) throws IOException {
        this.clock = clock;
        this.port = new Port(id, network);
        TransportCounters counters = new TransportCounters();
        state = new StreamState(clock, StreamConfig.of(1 << 20, false), new SharedMemory(1 << 30, Ticker.SYSTEM, Runnable::run), new Host());
        pump = new PacketPump(state, new BatchPool(), counters);
        stream = new UdxStream(id, StreamFirewall.DENY_ALL, new StreamOwner() {
            @Override
            public void forget(UdxStream ended) {
                settled = true;
            }

            @Override
            public void countDrop(DropReason reason) {
                counters.drop(reason);
            }
        }, state, pump);
    }

    /** {@return when something happens by itself: now while the driver is at work} */
    long nextEvent() {
        if (!driving) {
            return alarmAt;
        }
        return state.driverLocked() == StreamState.Driver.WAITING ? Math.min(waitUntil, alarmAt) : clock.now;
    }

    /** Rings the alarm if it is due. */
    boolean ring() {
        if (alarmAt > clock.now) {
            return false;
        }
        Runnable action = alarm;
        alarmAt = TimerTable.NEVER;
        alarmsRung++;
        action.run();
        checkNothingIsForgotten(false);
        return true;
    }

    /** Lets the driver, if there is one that does not wait, take one step. */
    boolean step() {
        if (!driving || state.driverLocked() == StreamState.Driver.WAITING && clock.now < waitUntil) {
            return false;
        }
        if (polled.isPresent()) {
            PacketBatch batch = polled.get();
            polled = Optional.empty();
            pump.send(batch, true);
            idleUntil = clock.now + TransportConstants.DRIVER_PATIENCE_NANOS;
            checkNothingIsForgotten(true);
            return true;
        }
        state.lock.lock();
        try {
            if (state.driverLocked() == StreamState.Driver.WAITING) {
                driverWakes++;
                state.endWaitLocked();
            }
            switch (new StreamDriver(state, pump).dutyLocked(clock.now, idleUntil)) {
                case SEND -> polled = Optional.of(pump.pollLocked(clock.now));
                case WAIT -> waitUntil = clock.now + state.beginWaitLocked(clock.now, idleUntil - clock.now);
                case LEAVE -> driving = false;
                case END -> {
                    driving = false;
                    settled = true;
                }
            }
        } finally {
            state.lock.unlock();
        }
        checkNothingIsForgotten(true);
        return true;
    }

    /**
     * However the threads met: whatever the machine wants, somebody is about to do it or will be told in time.
     *
     * @param touched whether the machine was changed or polled just now; between changes the pacer may allow earlier what its timer
     *     tells later, and an alarm that finds a driver changes nothing
     */
    void checkNothingIsForgotten(boolean touched) {
        state.lock.lock();
        try {
            StreamState.Driver driver = state.driverLocked();
            boolean sending = polled.isPresent();
            boolean callIsDue = alarmAt <= clock.now || driver == StreamState.Driver.WAITING && waitUntil <= clock.now;
            if (!stream.isConnected() || driver == StreamState.Driver.AT_WORK || sending || refuseDrivers || callIsDue) {
                return;
            }
            boolean work = touched && state.machine.wantsToSend(clock.now);
            long deadline = state.machine.nextDeadline();
            switch (driver) {
                case ABSENT -> {
                    assertFalse(work || state.machine.isOver(), "there is work, and nobody to do it");
                    assertTrue(alarmAt <= deadline, "no alarm before the deadline");
                    assertFalse(driving);
                }
                case WAITING -> {
                    assertFalse(work || state.machine.isOver(), "there is work, and the driver sleeps");
                    assertTrue(Math.min(waitUntil, alarmAt) <= deadline, "nobody watches the deadline");
                    assertTrue(waitUntil <= state.machine.nextStep(), "the driver sleeps beyond the next step");
                }
                case GONE -> assertTrue(state.machine.isOver() && !work);
                case AT_WORK -> throw new AssertionError("looked at above");
            }
        } finally {
            state.lock.unlock();
        }
    }

    boolean isDriving() {
        return driving;
    }

    private final class Host implements DriverHost {
        @Override
        public boolean startDriver() {
            if (refuseDrivers) {
                return false;
            }
            assertFalse(driving, "two drivers at once");
            assertTrue(state.machine.wantsToSend(clock.now) || state.machine.isOver() || state.machine.nextDeadline() <= clock.now,
                    "a driver without work");
            driving = true;
            driversStarted++;
            idleUntil = clock.now + TransportConstants.DRIVER_PATIENCE_NANOS;
            return true;
        }

        @Override
        public Alarm setAlarm(long deadlineNanos, Runnable action) {
            assertEquals(TimerTable.NEVER, alarmAt, "one alarm at a time");
            alarmAt = deadlineNanos;
            alarm = action;
            return () -> alarmAt = TimerTable.NEVER;
        }

        @Override
        public void evict() {
            throw new AssertionError("nobody else needs memory");
        }
    }

    /** Hands what is sent to the test. */
    static final class Port implements UdpPort {
        private final InetSocketAddress address;
        private final Consumer<byte[]> network;
        boolean broken;
        Optional<Runnable> reading = Optional.empty(); // what a user does who reads the port, when it is left to users
        boolean expectsReply; // the user who asked last

        Port(int number, Consumer<byte[]> network) throws IOException {
            this.address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 1000 + number);
            this.network = network;
        }

        @Override
        public InetSocketAddress localAddress() {
            return address;
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            if (broken) {
                throw new IllegalStateException("a bug of ours");
            }
            byte[] bytes = new byte[datagram.remaining()];
            datagram.get(bytes);
            network.accept(bytes);
        }

        @Override
        public boolean beginReading(Object conversation, boolean inConversation) {
            expectsReply = inConversation;
            return reading.isPresent();
        }

        @Override
        public void readInTurn() {
            reading.orElseThrow().run();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() { }
    }
}

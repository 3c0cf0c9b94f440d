package omega.flock.swarm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.Ticker;

/** A clock that the test turns, by monotonic and by wall time. Actions run on the thread that turns it. */
final class ManualAlarms implements Ticker, Alarms {

    private record Entry(long deadline, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Entry> entries = new ArrayList<>(); // guarded by lock
    private long nanos = 1_000_000_000L; // guarded by lock
    private long sleptMillis; // guarded by lock

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return nanos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long wallMillis() {
        lock.lock();
        try {
            return 1_700_000_000_000L + nanos / 1_000_000 + sleptMillis;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Alarm schedule(long deadlineNanos, Runnable action) {
        Entry entry = new Entry(deadlineNanos, action);
        lock.lock();
        try {
            entries.add(entry);
        } finally {
            lock.unlock();
        }
        return () -> {
            lock.lock();
            try {
                entries.removeIf(each -> each == entry);
            } finally {
                lock.unlock();
            }
        };
    }

    /** The machine sleeps: the wall clock goes on, the monotonic one does not. */
    void sleep(Duration duration) {
        lock.lock();
        try {
            sleptMillis += duration.toMillis();
        } finally {
            lock.unlock();
        }
    }

    /** Turns the clock to the next action within {@code limitNanos} and runs it; false if there is none until then. */
    boolean step(long limitNanos) {
        Optional<Entry> next;
        lock.lock();
        try {
            next = entries.stream().filter(entry -> entry.deadline() <= limitNanos).min(Comparator.comparingLong(Entry::deadline));
            next.ifPresent(entries::remove);
            nanos = Math.max(nanos, next.map(Entry::deadline).orElse(limitNanos));
        } finally {
            lock.unlock();
        }
        next.ifPresent(entry -> entry.action().run());
        return next.isPresent();
    }

    /** Returns how many actions wait. */
    int waiting() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }
}

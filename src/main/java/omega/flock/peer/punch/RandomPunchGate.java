package omega.flock.peer.punch;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;

/**
 * Lets one random punch at a time through, and the next only a while after the last has ended: each opens hundreds of
 * sockets and mappings in somebody's router. One per node, for both roles. Thread-safe; never blocks.
 *
 * <p>Those who are refused come again, and whoever's turn it is goes first: our own dials before strangers, and of strangers one who had no
 * turn yet before one who had, and one whose turn was earlier before one whose was later. So a stranger who comes again and again
 * has the gate to himself only while nobody else wants it.
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/connect.js}, {@code lib/holepuncher.js}: limit 1, interval 20 s.
 */
public final class RandomPunchGate {

    /** The right to one random punch; closing it gives it back. */
    public final class Permit implements AutoCloseable {

        private boolean used; // guarded by lock
        private boolean closed; // guarded by lock

        private Permit() {}

        /** Says that probes are being sent, so that the interval counts from the end of this punch. */
        void markUsed() {
            lock.lock();
            try {
                used = true;
            } finally {
                lock.unlock();
            }
        }

        /** Gives the right back. Idempotent. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    running--;
                    if (used) {
                        waiting = true;
                        notBeforeNanos = ticker.nanoTime() + interval.toNanos();
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private final Ticker ticker;
    private final Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<NetworkSource, Long> turns = new LinkedHashMap<>(); // guarded by lock; strangers let in; oldest first
    private final SequencedMap<Optional<NetworkSource>, Long> refused = new LinkedHashMap<>(); // guarded by lock; oldest first
    private int running; // guarded by lock
    private boolean waiting; // guarded by lock; whether notBefore counts
    private long notBeforeNanos; // guarded by lock

    /** Creates an open gate. */
    public RandomPunchGate(Ticker ticker, Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("interval " + interval);
        }
        this.ticker = ticker;
        this.interval = interval;
    }

    /**
     * Returns the right to start a random punch now, or empty if one is running or has only just ended, or it is the turn of somebody
     * who was refused.
     *
     * @param stranger where the client comes from that we punch for; empty for a dial of ours
     */
    public Optional<Permit> tryEnter(Optional<NetworkSource> stranger) {
        lock.lock();
        try {
            long now = ticker.nanoTime();
            forgetLocked(refused, now - PunchConstants.RANDOM_PUNCH_TURN_PATIENCE.toNanos());
            forgetLocked(turns, now - PunchConstants.RANDOM_PUNCH_TURN_MEMORY.toNanos());
            boolean shut = running >= PunchConstants.RANDOM_PUNCH_LIMIT || waiting && now - notBeforeNanos < 0;
            boolean mayEnter = !shut && refused.keySet().stream().noneMatch(other -> precedesLocked(other, stranger));
            refused.remove(stranger);
            if (!mayEnter) {
                refused.put(stranger, now);
                return Optional.empty();
            }
            running++;
            stranger.ifPresent(source -> {
                turns.remove(source);
                turns.put(source, now);
            });
            return Optional.of(new Permit());
        } finally {
            lock.unlock();
        }
    }

    private boolean precedesLocked(Optional<NetworkSource> other, Optional<NetworkSource> asking) {
        if (asking.isEmpty() || other.isEmpty()) {
            return asking.isPresent();
        }
        Long last = turns.get(asking.get());
        Long before = turns.get(other.get());
        return last != null && (before == null || before - last < 0);
    }

    /** Forgets what is older, and the oldest of too many. */
    private static <K> void forgetLocked(SequencedMap<K, Long> times, long beforeNanos) {
        while (!times.isEmpty() && (times.firstEntry().getValue() - beforeNanos < 0 || times.size() >= PunchConstants.MAX_TURNS)) {
            times.pollFirstEntry();
        }
    }

    /** Returns how many permits are out. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }
}

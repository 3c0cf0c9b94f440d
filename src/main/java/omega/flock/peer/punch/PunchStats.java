package omega.flock.peer.punch;

import java.util.concurrent.atomic.LongAdder;

/** Counts a node's punches by kind, as {@code dht.stats.punches} of hyperdht 6.34.0 does. Thread-safe. */
public final class PunchStats {

    /**
     * The counts so far.
     *
     * @param consistent punches between two consistent NATs
     * @param random punches with one random NAT
     * @param open connections that needed no punch because one side is open
     * @param tryLater times that the other side was told to come back later
     */
    public record Snapshot(long consistent, long random, long open, long tryLater) {}

    private final LongAdder consistent = new LongAdder();
    private final LongAdder random = new LongAdder();
    private final LongAdder open = new LongAdder();
    private final LongAdder tryLater = new LongAdder();

    void countConsistent() {
        consistent.increment();
    }

    void countRandom() {
        random.increment();
    }

    /** Counts a connection that needed no punch because one side is open. */
    public void countOpen() {
        open.increment();
    }

    /** Counts a round that was answered with TRY_LATER. */
    public void countTryLater() {
        tryLater.increment();
    }

    /** Returns the counts so far. */
    public Snapshot snapshot() {
        return new Snapshot(consistent.sum(), random.sum(), open.sum(), tryLater.sum());
    }
}

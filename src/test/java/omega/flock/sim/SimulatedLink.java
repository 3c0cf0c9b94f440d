package omega.flock.sim;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Predicate;

/**
 * One direction of a path, in simulated time: latency, jitter (and with it reordering), loss, duplication, a largest packet, and a
 * bottleneck with a finite queue. Every random choice comes from the seed.
 */
public final class SimulatedLink {
    private static final int IP_UDP_BYTES = 28;

    private record Arrival(long atNanos, long order, byte[] datagram) implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final long seed;
    private final Random random;
    private final PriorityQueue<Arrival> underWay = new PriorityQueue<>();
    private final List<Predicate<ByteBuffer>> dropRules = new ArrayList<>();
    private long latencyNanos = 1_000_000;
    private long jitterNanos;
    private double loss;
    private double duplication;
    private int mtu = Integer.MAX_VALUE;
    private double bytesPerNano = Double.POSITIVE_INFINITY;
    private int queueBytes = Integer.MAX_VALUE;
    private double bottleneckFreeAt;
    private long order;
    private int sent;
    private int dropped;

    public SimulatedLink(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    public SimulatedLink latency(Duration oneWay) {
        latencyNanos = oneWay.toNanos();
        return this;
    }

    /** Adds up to so much to the latency of each packet, which reorders them. */
    public SimulatedLink jitter(Duration upTo) {
        jitterNanos = upTo.toNanos();
        return this;
    }

    public SimulatedLink loss(double probability) {
        loss = probability;
        return this;
    }

    public SimulatedLink duplication(double probability) {
        duplication = probability;
        return this;
    }

    /** Drops packets whose size with IP and UDP headers is larger. */
    public SimulatedLink mtu(int bytes) {
        mtu = bytes;
        return this;
    }

    /** A bottleneck: packets beyond what its queue holds are dropped. */
    public SimulatedLink rate(double bytesPerSecond, int queueBytes) {
        bytesPerNano = bytesPerSecond / 1e9;
        this.queueBytes = queueBytes;
        return this;
    }

    /** Drops what the rule says; it sees each datagram from position to limit. */
    public SimulatedLink dropIf(Predicate<ByteBuffer> rule) {
        dropRules.add(rule);
        return this;
    }

    public SimulatedLink dropNothingMore() {
        dropRules.clear();
        loss = 0;
        return this;
    }

    public int sent() {
        return sent;
    }

    public int dropped() {
        return dropped;
    }

    void send(long nowNanos, ByteBuffer datagram) {
        sent++;
        boolean drop = datagram.remaining() + IP_UDP_BYTES > mtu;
        for (Predicate<ByteBuffer> rule : dropRules) {
            drop |= rule.test(datagram.duplicate());
        }
        drop |= loss > 0 && random.nextDouble() < loss;
        double backlog = Math.max(0, bottleneckFreeAt - nowNanos) * bytesPerNano;
        drop |= !Double.isNaN(backlog) && backlog + datagram.remaining() > queueBytes;
        if (drop) {
            dropped++;
            return;
        }
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        bottleneckFreeAt = Math.max(bottleneckFreeAt, nowNanos) + bytes.length / bytesPerNano;
        deliverLater(bytes);
        if (duplication > 0 && random.nextDouble() < duplication) {
            deliverLater(bytes);
        }
    }

    long nextArrival() {
        return underWay.isEmpty() ? Long.MAX_VALUE : underWay.peek().atNanos();
    }

    byte[] receive() {
        return underWay.remove().datagram();
    }

    private void deliverLater(byte[] bytes) {
        long jitter = jitterNanos > 0 ? random.nextLong(jitterNanos) : 0;
        underWay.add(new Arrival((long) bottleneckFreeAt + latencyNanos + jitter, order++, bytes));
    }

    @Override
    public String toString() {
        return "SimulatedLink[seed=" + seed + ", loss=" + loss + ", sent=" + sent + ", dropped=" + dropped + "]";
    }
}

package omega.flock.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowCounters;

/** Used by every thread of a transport: what happened outside of a machine, and the figures of streams that are over. */
final class TransportCounters {
    /** Sums of machines; confined to one thread, or guarded by whoever shares it. */
    static final class Totals {
        private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        private long packetsSent;
        private long packetsReceived;
        private long bytesSent;
        private long bytesReceived;
        private long retransmissions;
        private long timeouts;

        void add(FlowCounters flow, long receivedBytes) {
            packetsSent += flow.packetsSent();
            packetsReceived += flow.packetsReceived();
            bytesSent += flow.bytesSent();
            bytesReceived += receivedBytes;
            retransmissions += flow.retransmissions();
            timeouts += flow.timeouts();
            for (DropReason reason : DropReason.values()) {
                drop(reason, flow.drops(reason));
            }
        }

        void drop(DropReason reason, long count) {
            if (count > 0) {
                drops.merge(reason, count, Long::sum);
            }
        }

        void add(Totals other) {
            packetsSent += other.packetsSent;
            packetsReceived += other.packetsReceived;
            bytesSent += other.bytesSent;
            bytesReceived += other.bytesReceived;
            retransmissions += other.retransmissions;
            timeouts += other.timeouts;
            other.drops.forEach(this::drop);
        }
    }

    private final LongAdder streamsCreated = new LongAdder();
    private final LongAdder sendFailures = new LongAdder();
    private final AtomicLongArray drops = new AtomicLongArray(DropReason.values().length);
    private final ReentrantLock lock = new ReentrantLock();
    private final Totals ended = new Totals(); // guarded by lock

    void streamCreated() {
        streamsCreated.increment();
    }

    void sendFailures(int count) {
        sendFailures.add(count);
    }

    void drop(DropReason reason) {
        drops.incrementAndGet(reason.ordinal());
    }

    void streamEnded(Totals stream) {
        lock.lock();
        try {
            ended.add(stream);
        } finally {
            lock.unlock();
        }
    }

    TransportStats snapshot(int liveStreams, Totals living) {
        lock.lock();
        try {
            living.add(ended);
        } finally {
            lock.unlock();
        }
        for (DropReason reason : DropReason.values()) {
            living.drop(reason, drops.get(reason.ordinal()));
        }
        return new TransportStats(liveStreams, streamsCreated.sum(), living.packetsSent, living.packetsReceived, living.bytesSent,
                living.bytesReceived, living.retransmissions, living.timeouts, sendFailures.sum(), living.drops);
    }
}

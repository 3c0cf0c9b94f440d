package omega.flock.dht;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts drops by reason; any thread. */
final class DropCounters {

    private final Map<DhtDrop, LongAdder> counters = new EnumMap<>(DhtDrop.class);

    DropCounters() {
        for (DhtDrop reason : DhtDrop.values()) {
            counters.put(reason, new LongAdder());
        }
    }

    void count(DhtDrop reason) {
        counters.get(reason).increment();
    }

    void count(DhtDrop reason, long times) {
        counters.get(reason).add(times);
    }

    Map<DhtDrop, Long> snapshot() {
        Map<DhtDrop, Long> snapshot = new EnumMap<>(DhtDrop.class);
        counters.forEach((reason, counter) -> snapshot.put(reason, counter.sum()));
        return snapshot;
    }
}

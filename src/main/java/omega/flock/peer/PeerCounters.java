package omega.flock.peer;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a node counts. Thread-safe. */
final class PeerCounters {

    final AtomicInteger dials = new AtomicInteger();
    final AtomicInteger halfOpen = new AtomicInteger();
    final AtomicInteger relays = new AtomicInteger();
    final LongAdder relayAttempts = new LongAdder();
    final LongAdder relaySuccesses = new LongAdder();
    final LongAdder relayAborts = new LongAdder();
    final LongAdder dialled = new LongAdder();
    final LongAdder accepted = new LongAdder();
    private final Map<PeerDrop, LongAdder> drops = new EnumMap<>(PeerDrop.class); // filled once, then only read

    PeerCounters() {
        for (PeerDrop reason : PeerDrop.values()) {
            drops.put(reason, new LongAdder());
        }
    }

    void count(PeerDrop reason) {
        drops.get(reason).increment();
    }

    /** Returns the reasons that occurred, with how often. */
    Map<String, Long> drops() {
        Map<String, Long> snapshot = new LinkedHashMap<>();
        drops.forEach((reason, times) -> {
            if (times.sum() > 0) {
                snapshot.put(reason.name(), times.sum());
            }
        });
        return snapshot;
    }
}

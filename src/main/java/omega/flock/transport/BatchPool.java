package omega.flock.transport;

import java.util.concurrent.ArrayBlockingQueue;

/** Used by every thread that sends: batches that nobody fills now. A stream borrows one only while it sends, so few serve thousands. */
final class BatchPool {
    private final ArrayBlockingQueue<PacketBatch> idle = new ArrayBlockingQueue<>(TransportConstants.IDLE_BATCHES);

    PacketBatch take() {
        PacketBatch batch = idle.poll();
        return batch != null ? batch : new PacketBatch();
    }

    void release(PacketBatch batch) {
        idle.offer(batch); // beyond the bound it is left to the garbage collector
    }
}

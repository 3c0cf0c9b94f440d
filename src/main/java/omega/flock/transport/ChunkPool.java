package omega.flock.transport;

import java.util.concurrent.ArrayBlockingQueue;
import omega.flock.transport.flow.ChunkSource;

/**
 * Used by every thread of a transport: buffers of streams that hold nothing now. An idle stream keeps none, and a busy one would
 * otherwise have the garbage collector clear as many bytes as it moves.
 */
final class ChunkPool implements ChunkSource {
    private final ArrayBlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(TransportConstants.IDLE_CHUNKS);

    @Override
    public byte[] take() {
        byte[] chunk = idle.poll();
        return chunk != null ? chunk : HEAP.take();
    }

    @Override
    public void release(byte[] chunk) {
        idle.offer(chunk); // beyond the bound it is left to the garbage collector
    }
}

package omega.flock.transport;

import omega.flock.transport.flow.ChunkSource;

/** Memory for buffered bytes as streams have it on sockets. */
public final class Chunks {

    private Chunks() {}

    /** {@return a pool for some streams} */
    public static ChunkSource pool() {
        return new ChunkPool();
    }
}

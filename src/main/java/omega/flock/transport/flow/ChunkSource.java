package omega.flock.transport.flow;

/** Where the memory of buffered stream bytes comes from, and where it goes when it holds none any more. */
public interface ChunkSource {
    /** The heap and its garbage collector. */
    ChunkSource HEAP = new ChunkSource() {
        @Override
        public byte[] take() {
            return new byte[FlowConstants.CHUNK_BYTES];
        }

        @Override
        public void release(byte[] chunk) {
            // left to the garbage collector
        }
    };

    /** {@return an array of {@link FlowConstants#CHUNK_BYTES}, of whatever content} */
    byte[] take();

    /** Takes back an array that {@link #take} gave, or one like it. */
    void release(byte[] chunk);
}

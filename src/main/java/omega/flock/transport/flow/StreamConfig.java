package omega.flock.transport.flow;

/**
 * What a stream machine is made with.
 *
 * @param receiveWindowBytes bytes that are held for the reader at most, and advertised
 * @param probeMtu whether to look for packets above 1200 bytes
 * @param initialSeq number of the first packet sent; 0 in every stream of hyperdht
 * @param initialAck number of the first packet expected; 0 likewise
 * @param chunks memory for buffered bytes
 */
public record StreamConfig(int receiveWindowBytes, boolean probeMtu, int initialSeq, int initialAck, ChunkSource chunks) {
    /** A configuration whose buffers come from the heap. */
    public StreamConfig(int receiveWindowBytes, boolean probeMtu, int initialSeq, int initialAck) {
        this(receiveWindowBytes, probeMtu, initialSeq, initialAck, ChunkSource.HEAP);
    }

    /** {@return a configuration whose numbers start at 0, as every peer expects} */
    public static StreamConfig of(int receiveWindowBytes, boolean probeMtu) {
        return new StreamConfig(receiveWindowBytes, probeMtu, 0, 0);
    }

    /** {@return the same with other memory for buffered bytes} */
    public StreamConfig withChunks(ChunkSource other) {
        return new StreamConfig(receiveWindowBytes, probeMtu, initialSeq, initialAck, other);
    }
}

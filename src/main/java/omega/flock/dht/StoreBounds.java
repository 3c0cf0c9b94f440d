package omega.flock.dht;

/**
 * How much a node keeps for others, each store by itself: what fits into its part of the memory that the node has for its stores, and no
 * more than the bounds of {@link DhtConstants}. A store that is full evicts fairly, so one that strangers fill takes nothing from the others.
 *
 * @param records records of peers under topics
 * @param forwards servers that have announced themselves
 * @param notes bumps, refreshes and numbers of values that were evicted, of each kind so many
 * @param valueBytes bytes of mutable, and of immutable values, what surrounds each included
 */
record StoreBounds(int records, int forwards, int notes, long valueBytes) {

    /** What a value takes beside its bytes: key, source, its places in the maps. */
    static final int VALUE_OVERHEAD_BYTES = 450;

    private static final int LEAST_VALUE_BYTES = 4_096; // a cache holds one value at least

    /** The bounds of a node with memory to spare. */
    static final StoreBounds LARGEST = of(Long.MAX_VALUE);

    /** Heap of a record under a topic of its own, as measured; most are smaller. */
    private static final int RECORD_BYTES = 800;

    /** The same of a forward, a bump, a refresh or a number. */
    private static final int NOTE_BYTES = 400;

    private static final int PARTS = 16; // 5 each for values of both kinds, 3 for records, 3/4 each for forwards and three kinds of notes

    /** {@return what fits into so many bytes of heap} */
    static StoreBounds of(long bytes) {
        long part = bytes / PARTS;
        int notes = fitting(part * 3 / 4, NOTE_BYTES);
        return new StoreBounds(fitting(3 * part, RECORD_BYTES), notes, notes,
                Math.max(LEAST_VALUE_BYTES, Math.min(5 * part, DhtConstants.MAX_VALUE_BYTES_STORED)));
    }

    private static int fitting(long bytes, int each) {
        return Math.clamp(bytes / each, 1, DhtConstants.MAX_RECORDS);
    }
}

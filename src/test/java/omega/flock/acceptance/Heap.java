package omega.flock.acceptance;

/** What is on the heap of this process. */
final class Heap {

    private static final int ROUNDS = 20;
    private static final long STEADY_BYTES = 64 << 10;

    private Heap() {
    }

    /** Collects until the figure no longer falls. */
    static long usedAfterCollection() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            long used = runtime.totalMemory() - runtime.freeMemory();
            if (used > least - STEADY_BYTES && round > 2) {
                return Math.min(used, least);
            }
            least = Math.min(used, least);
        }
        return least;
    }
}

package omega.flock.crypto;

/** A point times 1 to 8, for digits from -8 to 8. Immutable. */
final class PointMultiples {

    private static final int MULTIPLES = 8;

    private final long[] table = new long[MULTIPLES * CachedPoint.LIMBS];

    PointMultiples(EdwardsPoint point) {
        CachedPoint single = new CachedPoint().set(point);
        single.store(table, 0);
        EdwardsPoint multiple = point.copy();
        CachedPoint cached = new CachedPoint();
        for (int i = 1; i < MULTIPLES; i++) {
            cached.set(multiple.plus(single)).store(table, i * CachedPoint.LIMBS);
        }
    }

    /** Picks multiples one after the other. Not thread-safe; wiped after use. */
    static final class Picker {

        private final CachedPoint picked = new CachedPoint();

        /**
         * Returns the digit's multiple, until the next call. Reads the whole table and decides nothing by the digit, so that
         * neither time nor cache tells it.
         */
        CachedPoint pick(PointMultiples multiples, int digit) {
            int negative = digit >> Integer.SIZE - 1;
            int magnitude = (digit ^ negative) - negative;
            picked.setIdentity(maskIfZero(magnitude));
            for (int i = 0; i < MULTIPLES; i++) {
                picked.load(multiples.table, i * CachedPoint.LIMBS, maskIfZero(magnitude ^ i + 1));
            }
            picked.negateIf(negative);
            return picked;
        }

        /** Forgets the last digit. */
        void wipe() {
            picked.setIdentity(0);
        }

        /** Returns -1 for 0 and 0 for small positive numbers. */
        private static long maskIfZero(int number) {
            return (long) number - 1 >> Long.SIZE - 1;
        }
    }
}

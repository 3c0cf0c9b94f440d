package omega.flock.crypto;

/**
 * A point in the coordinates that a sum wants of its second summand: Y + X, Y - X, 2Z, 2dT. Mutable and not thread-safe.
 */
final class CachedPoint {

    /** How many longs it takes in a table. */
    static final int LIMBS = 4 * Field25519.LIMBS;

    private static final Field25519 TWICE_D = EdwardsPoint.D.plus(EdwardsPoint.D);

    private final Field25519 yPlusX = new Field25519();
    private final Field25519 yMinusX = new Field25519();
    private final Field25519 twiceZ = new Field25519();
    private final Field25519 twiceDT = new Field25519();

    CachedPoint set(EdwardsPoint p) {
        yPlusX.setSum(p.y(), p.x());
        yMinusX.setDifference(p.y(), p.x());
        twiceZ.setSum(p.z(), p.z());
        twiceDT.setProduct(p.t(), TWICE_D);
        return this;
    }

    /** Sets the point (0, 1) if the mask is -1, and nothing but zeros if it is 0. */
    void setIdentity(long mask) {
        yPlusX.set(mask & 1);
        yMinusX.set(mask & 1);
        twiceZ.set(mask & 2);
        twiceDT.set(0);
    }

    /** Sets what {@link #store} left, over zeros, if the mask is -1, and does not if it is 0. */
    void load(long[] limbs, int offset, long mask) {
        yPlusX.load(limbs, offset, mask);
        yMinusX.load(limbs, offset + Field25519.LIMBS, mask);
        twiceZ.load(limbs, offset + 2 * Field25519.LIMBS, mask);
        twiceDT.load(limbs, offset + 3 * Field25519.LIMBS, mask);
    }

    void store(long[] limbs, int offset) {
        yPlusX.store(limbs, offset);
        yMinusX.store(limbs, offset + Field25519.LIMBS);
        twiceZ.store(limbs, offset + 2 * Field25519.LIMBS);
        twiceDT.store(limbs, offset + 3 * Field25519.LIMBS);
    }

    /** Negates this point, fresh from a table, if the mask is -1, and does not if it is 0. */
    void negateIf(long mask) {
        yPlusX.swapIf(mask, yMinusX);
        twiceDT.negateIf(mask);
    }

    Field25519 yPlusX() {
        return yPlusX;
    }

    Field25519 yMinusX() {
        return yMinusX;
    }

    Field25519 twiceZ() {
        return twiceZ;
    }

    Field25519 twiceDT() {
        return twiceDT;
    }
}

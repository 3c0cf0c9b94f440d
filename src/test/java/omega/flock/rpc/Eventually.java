package omega.flock.rpc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about: until one of them gives a sign, and looks again now and then if none does. */
final class Eventually {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition SIGN = LOCK.newCondition(); // what is waited for is guarded by its owner, not by LOCK

    private Eventually() {}

    /** Tells the test that something happened. */
    static void sign() {
        LOCK.lock();
        try {
            SIGN.signalAll();
        } finally {
            LOCK.unlock();
        }
    }

    /** Returns as soon as the condition holds; fails the test when that takes too long. */
    static void holds(String what, BooleanSupplier condition) {
        long left = RpcSwarm.PATIENCE.toNanos();
        LOCK.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("not within " + RpcSwarm.PATIENCE + ": " + what);
                }
                left -= LOOK_AGAIN_NANOS - Math.max(0, SIGN.awaitNanos(LOOK_AGAIN_NANOS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what, e);
        } finally {
            LOCK.unlock();
        }
    }
}

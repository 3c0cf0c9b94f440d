package omega.flock.rpc;

/**
 * Counts the ticks of a node and what is due in them. Pure; not thread-safe.
 *
 * <p>Nodes start at different counts, so that those of one swarm do not all act in the same second.
 */
final class TickCounter {

    /**
     * What is due.
     *
     * @param wokeUp whether the machine slept since the last tick
     * @param pingRound whether to check the oldest nodes
     * @param sparseCheck whether to refresh if the table has few nodes
     * @param refresh whether to refresh in any case
     * @param stable whether the node has been up for long enough to ask whether it can be persistent
     */
    record Due(boolean wokeUp, boolean pingRound, boolean sparseCheck, boolean refresh, boolean stable) {}

    private static final int FIRST_TICK = 100;

    private long tick;
    private int refreshIn;
    private int stableIn = RpcConstants.STABLE_TICKS;
    private long lastMillis;

    /**
     * Starts to count.
     *
     * @param random two numbers from 0 on, below 1
     */
    TickCounter(double random, double otherRandom, long nowMillis) {
        tick = FIRST_TICK - (int) (random * FIRST_TICK / 2);
        refreshIn = RpcConstants.REFRESH_TICKS - (int) (otherRandom * RpcConstants.REFRESH_TICKS / 2);
        lastMillis = nowMillis;
    }

    long tick() {
        return tick;
    }

    /**
     * Counts a tick.
     *
     * @param nowMillis wall clock, since the monotonic one may stand still while a machine sleeps
     * @param active false if the node has not bootstrapped, for which nothing is ever due
     * @param countStable whether the node is one that may become persistent
     */
    Due next(long nowMillis, boolean active, boolean countStable) {
        boolean wokeUp = nowMillis - lastMillis > RpcConstants.SLEEP_GAP_MILLIS;
        lastMillis = nowMillis;
        if (wokeUp) {
            wakeUp();
        } else {
            tick++;
        }
        if (!active) {
            return new Due(wokeUp, false, false, false, false);
        }
        boolean stable = countStable && --stableIn <= 0;
        boolean refresh = --refreshIn <= 0;
        return new Due(wokeUp, tick % RpcConstants.PING_ROUND_TICKS == 0, tick % RpcConstants.SPARSE_CHECK_TICKS == 0, refresh,
                stable);
    }

    /** Makes every node look old, two ticks ahead of a round of pings, and a refresh due in the next tick. */
    void wakeUp() {
        tick += 2L * RpcConstants.OLD_TICKS;
        tick += RpcConstants.PING_ROUND_TICKS - tick % RpcConstants.PING_ROUND_TICKS - 2;
        stableIn = RpcConstants.MORE_STABLE_TICKS;
        refreshIn = 1;
    }

    /** Notes when the clock goes on after a pause that is no sleep. */
    void restart(long nowMillis) {
        lastMillis = nowMillis;
    }

    /** A query keeps the table fresh as well as a refresh does. */
    void postponeRefresh() {
        refreshIn = RpcConstants.REFRESH_TICKS;
    }

    /** Waits longer for the next attempt to become persistent. */
    void postponeStable() {
        stableIn = RpcConstants.MORE_STABLE_TICKS;
    }
}

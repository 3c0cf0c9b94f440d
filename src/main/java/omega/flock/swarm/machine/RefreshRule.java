package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** When a topic is looked up and announced again. Pure. Rule: hyperswarm 4.17.2 lib/peer-discovery.js {@code _refreshLater}. */
final class RefreshRule {

    private RefreshRule() {}

    /** Returns how long after the end of a walk the next one begins. */
    static Duration interval(RandomGenerator random) {
        return SwarmConstants.REFRESH_INTERVAL.plus(jitter(random));
    }

    /** Returns how long to wait after the machine woke up: all machines of a region wake together and must not ask together. */
    static Duration afterSleep(RandomGenerator random) {
        return jitter(random);
    }

    /** Tells by the wall clock whether the machine slept through a delay. */
    static boolean slept(Duration delay, long startWallMillis, long nowWallMillis) {
        return nowWallMillis - startWallMillis > delay.plus(SwarmConstants.SLEEP_GRACE).toMillis();
    }

    private static Duration jitter(RandomGenerator random) {
        return Duration.ofNanos((long) (random.nextDouble() * SwarmConstants.REFRESH_JITTER.toNanos()));
    }
}

package omega.flock.swarm.machine;

import java.time.Duration;
import java.util.random.RandomGenerator;
import omega.flock.dht.DhtConstants;

/**
 * When a topic is looked up and announced again. Pure. Rule: hyperswarm 4.17.2 lib/peer-discovery.js {@code _refreshLater}; that a crowded
 * topic is looked at again soon, and one whose refresh has failed refreshed again, is ours.
 */
final class RefreshRule {

    private RefreshRule() {}

    /** Returns how long after the end of a walk the next one begins. */
    static Duration interval(RandomGenerator random) {
        return SwarmConstants.REFRESH_INTERVAL.plus(jitter(SwarmConstants.REFRESH_JITTER, random));
    }

    /** Returns how long to wait after the machine woke up: all machines of a region wake together and must not ask together. */
    static Duration afterSleep(RandomGenerator random) {
        return jitter(SwarmConstants.REFRESH_JITTER, random);
    }

    /** Returns how long after the end of a walk a topic is looked at again that is crowded or was not found, when so many such looks are left. */
    static Duration soon(int looksLeft, RandomGenerator random) {
        Duration pause = SwarmConstants.SOON_PAUSES.get(SwarmConstants.SOON_PAUSES.size() - looksLeft);
        return pause.plus(jitter(pause.dividedBy(SwarmConstants.SOON_JITTER_SHARE), random));
    }

    /** Tells whether a node that answers a lookup with so many peers may know more of them. */
    static boolean crowded(int peers) {
        return peers >= DhtConstants.MAX_LOOKUP_RECORDS;
    }

    /** Tells by the wall clock whether the machine slept through a delay. */
    static boolean slept(Duration delay, long startWallMillis, long nowWallMillis) {
        return nowWallMillis - startWallMillis > delay.plus(SwarmConstants.SLEEP_GRACE).toMillis();
    }

    private static Duration jitter(Duration most, RandomGenerator random) {
        return Duration.ofNanos((long) (random.nextDouble() * most.toNanos()));
    }
}

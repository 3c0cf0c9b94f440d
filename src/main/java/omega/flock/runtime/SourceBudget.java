package omega.flock.runtime;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What strangers may spend of one thing as time goes by (requests, bytes sent to where nobody has proven to be, log lines): a rate and
 * a burst for each source, four times as much for all sources of a /24, and a rate in all. Pure; not thread-safe; time is an argument.
 *
 * <p>A source that is refused costs the others nothing: what it asked for is not taken from the common bucket. A few thousand sources
 * are remembered, and the one that was silent for longest is forgotten first: whoever can send from more addresses than that has a new
 * one for each datagram anyway, and is held by the rate in all. On private networks, where addresses are free, a /24 is no bound of
 * its own.
 */
public final class SourceBudget {

    /** How many times the bound of one source all sources of a /24 may spend together. */
    private static final int SOURCES_IN_NETWORK = 4;

    /** Sources and networks that are remembered, about 100 bytes each. */
    private static final int REMEMBERED = 4096;

    private final double perSecond;
    private final double burst;
    private final double allBurst;
    private final TokenBucket all;
    private final SequencedMap<Object, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true); // longest silent first

    /**
     * Creates a budget of which nothing is spent.
     *
     * @param perSecond what a source may spend in a second, more than 0
     * @param burst what a source may spend at once, at least 1
     * @param allPerSecond what all of them together may spend in a second, and at once; at least {@code burst}
     * @param nowNanos the present
     * @throws IllegalArgumentException if all of them together may spend less at once than one source
     */
    public SourceBudget(double perSecond, double burst, double allPerSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.allBurst = allPerSecond;
        if (allPerSecond < burst) {
            throw new IllegalArgumentException("all together " + allPerSecond + " a second and at once, but a single source " + burst + " at once");
        }
        this.all = new TokenBucket(allBurst, allPerSecond, nowNanos);
    }

    /** {@return whether the source may spend so much now, in which case it is spent} */
    public boolean trySpend(NetworkSource source, double cost, long nowNanos) {
        TokenBucket own = bucket(source, 1, nowNanos);
        TokenBucket network = source.isPublic() ? bucket(source.network(), SOURCES_IN_NETWORK, nowNanos) : own;
        if (!own.has(cost, nowNanos) || !network.has(cost, nowNanos) || !all.tryTake(cost, nowNanos)) {
            return false;
        }
        own.tryTake(cost, nowNanos);
        if (network != own) {
            network.tryTake(cost, nowNanos);
        }
        return true;
    }

    /** Makes a source, and its /24, pay for what has been spent already, with debts if need be; the others and all together pay nothing. */
    public void charge(NetworkSource source, double cost, long nowNanos) {
        bucket(source, 1, nowNanos).charge(cost, nowNanos);
        if (source.isPublic()) {
            bucket(source.network(), SOURCES_IN_NETWORK, nowNanos).charge(cost, nowNanos);
        }
    }

    /** {@return whether less than a quarter of what all may spend at once is left: there are more who want it than there is of it} */
    public boolean isScarce(long nowNanos) {
        return !all.has(allBurst / 4, nowNanos);
    }

    /** {@return whether less than a quarter of what a source may spend at once is left to it} */
    public boolean isScarceFor(NetworkSource source, long nowNanos) {
        return !bucket(source, 1, nowNanos).has(burst / 4, nowNanos);
    }

    /** {@return how many sources and networks are remembered} */
    public int remembered() {
        return buckets.size();
    }

    private TokenBucket bucket(Object key, int share, long nowNanos) {
        TokenBucket bucket = buckets.get(key);
        if (bucket == null) {
            bucket = new TokenBucket(burst * share, perSecond * share, nowNanos);
            if (buckets.size() >= REMEMBERED) {
                buckets.pollFirstEntry();
            }
            buckets.put(key, bucket);
        }
        return bucket;
    }
}

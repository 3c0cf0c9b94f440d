package omega.flock.rpc;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import omega.flock.runtime.TokenBucket;

/**
 * Limits how many requests each source may send. Pure; not thread-safe.
 *
 * <p>A source is a host, since an attacker has 65535 ports for free; on loopback it is a host and a port, since a whole test
 * network may live there. The limits are far above what an honest node sends. Few sources are remembered; when too many are
 * busy at once, the others share a bucket.
 */
final class SourceLimiter {

    private final Map<Object, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true); // longest silent first
    private final TokenBucket others;

    SourceLimiter(long nowNanos) {
        others = newBucket(nowNanos);
    }

    /** Counts a request. Returns whether it is within the limit of its source. */
    boolean admits(InetSocketAddress source, long nowNanos) {
        Object key = source.getAddress().isLoopbackAddress() ? source : source.getAddress();
        TokenBucket bucket = buckets.get(key);
        if (bucket == null && (buckets.size() < RpcConstants.MAX_SOURCES || forgetQuietest(nowNanos))) {
            bucket = newBucket(nowNanos);
            buckets.put(key, bucket);
        }
        return (bucket == null ? others : bucket).tryTake(nowNanos);
    }

    /** Forgets the source that was silent for longest, if that makes no difference to it. */
    private boolean forgetQuietest(long nowNanos) {
        Iterator<TokenBucket> quietest = buckets.values().iterator();
        boolean forgettable = quietest.next().isFull(nowNanos);
        if (forgettable) {
            quietest.remove();
        }
        return forgettable;
    }

    private static TokenBucket newBucket(long nowNanos) {
        return new TokenBucket(RpcConstants.SOURCE_BURST, RpcConstants.SOURCE_PER_SECOND, nowNanos);
    }
}

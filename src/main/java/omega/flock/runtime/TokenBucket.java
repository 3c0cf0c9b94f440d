package omega.flock.runtime;

/** A pure token bucket: so many at once, so many a second on average. Not thread-safe; time is an argument. */
public final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double capacity;
    private final double perNano;
    private double tokens;
    private long updatedNanos;

    /**
     * Creates a full bucket.
     *
     * @param capacity the largest burst, at least 1
     * @param perSecond tokens that flow in a second, more than 0
     * @param nowNanos the present
     */
    public TokenBucket(double capacity, double perSecond, long nowNanos) {
        if (!(capacity >= 1) || !(perSecond > 0)) {
            throw new IllegalArgumentException("capacity " + capacity + ", per second " + perSecond);
        }
        this.capacity = capacity;
        this.perNano = perSecond / NANOS_PER_SECOND;
        this.tokens = capacity;
        this.updatedNanos = nowNanos;
    }

    /** Takes one token if there is one. */
    public boolean tryTake(long nowNanos) {
        return tryTake(1, nowNanos);
    }

    /** Takes so many tokens if they are there. */
    public boolean tryTake(double count, long nowNanos) {
        if (!has(count, nowNanos)) {
            return false;
        }
        tokens -= count;
        return true;
    }

    /** Takes so many tokens, be they there or not: what is missing, a full bucket at most, has to flow in first. */
    public void charge(double count, long nowNanos) {
        refill(nowNanos);
        tokens = Math.max(-capacity, tokens - count);
    }

    /** Tells whether so many tokens are there. */
    public boolean has(double count, long nowNanos) {
        refill(nowNanos);
        return tokens >= count;
    }

    /** Tells whether the bucket is full, so that whoever keeps one for each stranger may forget this one. */
    public boolean isFull(long nowNanos) {
        refill(nowNanos);
        return tokens >= capacity;
    }

    private void refill(long nowNanos) {
        long elapsed = nowNanos - updatedNanos;
        if (elapsed > 0) {
            tokens = Math.min(capacity, tokens + elapsed * perNano);
            updatedNanos = nowNanos;
        }
    }
}

package omega.flock.base;

/** A listener that was added somewhere; closing it removes the listener. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Removes the listener. Does not wait for calls that run. Idempotent; never throws. */
    @Override
    void close();
}

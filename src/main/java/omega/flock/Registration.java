package omega.flock;

/** A handler or listener that is registered; closing it ends that. */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /** Ends the registration. Does not wait for calls that run. Idempotent; never throws. */
    @Override
    void close();
}

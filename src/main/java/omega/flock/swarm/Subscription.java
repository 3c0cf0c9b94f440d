package omega.flock.swarm;

/** Ends a registration. */
@FunctionalInterface
public interface Subscription {

    /** Calls of the listener that run are not waited for. Idempotent. */
    void cancel();
}

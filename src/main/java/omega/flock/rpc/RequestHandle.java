package omega.flock.rpc;

import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/** A request under way. Thread-safe. */
public interface RequestHandle {

    /**
     * Ends the request with this failure, unless it has ended. The listener hears of it on the calling thread.
     *
     * @return whether it was still under way
     */
    boolean cancel(FlockException reason);

    /** Ends the request with the code {@code REQUEST_DESTROYED}, unless it has ended. */
    default boolean cancel() {
        return cancel(new FlockException(Code.REQUEST_DESTROYED, "the request was cancelled"));
    }
}

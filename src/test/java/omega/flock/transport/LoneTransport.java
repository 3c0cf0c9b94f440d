package omega.flock.transport;

import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** Makes transports that share neither deadlines nor memory with a node. */
public final class LoneTransport {

    private LoneTransport() {}

    /** Returns one whose threads live in the scope. */
    public static UdxTransport in(TaskScope scope) {
        return in(scope, TransportOptions.DEFAULT);
    }

    /** The same with other options. */
    public static UdxTransport in(TaskScope scope, TransportOptions options) {
        return new UdxTransport(Ticker.SYSTEM, scope, new DeadlineQueue("test-deadlines", Ticker.SYSTEM, scope),
                new SharedMemory(SharedMemory.defaultBytes(), Ticker.SYSTEM, scope), options);
    }
}

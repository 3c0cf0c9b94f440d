package omega.flock.rpc;

import java.time.Duration;
import java.util.Optional;

/** Looks up names. */
@FunctionalInterface
public interface HostResolver {

    /**
     * Returns a dotted IPv4 address of the host, or nothing if there is none or it was not found in time.
     *
     * @param host a name; never a numeric address
     * @param deadline how long this may block
     */
    Optional<String> resolve(String host, Duration deadline) throws InterruptedException;
}

package omega.flock.rpc;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import omega.flock.runtime.DaemonThreads;

/**
 * Asks the name service of the machine. Every lookup has a platform thread of its own named {@code flock-dns HOST}: the JDK's
 * lookup cannot be interrupted, may hang for half a minute, and would keep the carrier of a virtual thread all that time.
 */
final class SystemResolver implements HostResolver {

    static final SystemResolver INSTANCE = new SystemResolver();

    /** Lookups that hang are few, however many nodes want to look up. */
    private final Semaphore running = new Semaphore(RpcConstants.MAX_LOOKUPS);

    private SystemResolver() {}

    @Override
    public Optional<String> resolve(String host, Duration deadline) throws InterruptedException {
        if (!running.tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
            return Optional.empty();
        }
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        DaemonThreads.start("flock-dns " + host, () -> {
            try {
                answer.complete(lookUp(host));
            } finally {
                running.release();
                answer.complete(Optional.empty());
            }
        });
        try {
            return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> lookUp(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (address instanceof Inet4Address) {
                    return Optional.of(address.getHostAddress());
                }
            }
        } catch (UnknownHostException e) {
            // That there is no such host is an answer like any other.
            return Optional.empty();
        }
        return Optional.empty();
    }
}

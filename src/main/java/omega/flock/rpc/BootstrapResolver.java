package omega.flock.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/**
 * Finds the addresses of the configured bootstrap nodes. Blocks who has them resolved, at most for a lookup and a few pings; names are
 * looked up at the same time, each on a virtual thread named {@code rpc-bootstrap}. Thread-safe.
 *
 * <p>What is found is believed for a minute: in a small network every query begins at the bootstrap nodes.
 */
final class BootstrapResolver {

    /** Tells whether a node answers. */
    @FunctionalInterface
    interface Reachability {
        void ping(PeerAddress address) throws FlockException, InterruptedException;
    }

    /** How many nodes are named in a line of a log. */
    private static final int MOST_NAMED = 8;

    private record Found(List<RpcPeer> peers, long atNanos) {}

    private final List<BootstrapAddress> bootstrap;
    private final List<PeerAddress> nodes;
    private final HostResolver resolver;
    private final Reachability reachability;
    private final Ticker ticker;
    private final TaskScope scope;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Found> lastFound = Optional.empty(); // guarded by lock
    private final Set<BootstrapAddress> unknown = ConcurrentHashMap.newKeySet();

    BootstrapResolver(RpcConfig config, Reachability reachability, Ticker ticker, TaskScope scope) {
        this.bootstrap = config.bootstrap();
        this.nodes = config.nodes();
        this.resolver = config.resolver();
        this.reachability = reachability;
        this.ticker = ticker;
        this.scope = scope;
    }

    /** Returns the nodes in the order of the configuration; those that cannot be found are missing. */
    List<RpcPeer> resolve() throws InterruptedException {
        Optional<List<RpcPeer>> known = known();
        if (known.isPresent()) {
            return known.get();
        }
        List<Task<Optional<PeerAddress>>> tasks = bootstrap.stream()
                .map(address -> scope.forkCallable("rpc-bootstrap " + address.host(), () -> find(address))).toList();
        List<RpcPeer> peers = new ArrayList<>();
        for (Task<Optional<PeerAddress>> task : tasks) {
            try {
                // Ends within the deadline of the lookup and the timeouts of the ping.
                task.join().map(RpcPeer::of).ifPresent(peers::add);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InterruptedException) {
                    throw new InterruptedException("the node is closed");
                }
                throw new IllegalStateException("a resolver failed", e);
            }
        }
        if (!peers.isEmpty()) {
            // Also when some are missing, or every query would wait for them anew.
            remember(peers);
        }
        return peers;
    }

    /** Returns what was found within the last minute, if anything; does not block. */
    Optional<List<RpcPeer>> known() {
        lock.lock();
        try {
            return lastFound.filter(found -> ticker.nanoTime() - found.atNanos() < RpcConstants.BOOTSTRAP_CACHE_NANOS).map(Found::peers);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether the configuration names anybody; the first node of a network is alone, and not offline. */
    boolean expectsSomebody() {
        return !bootstrap.isEmpty() || !nodes.isEmpty();
    }

    /** {@return whom the configuration names, for a person, and whose name is unknown} */
    String describe() {
        return Stream.concat(
                bootstrap.stream().map(each -> each.host() + ":" + each.port() + (unknown.contains(each) ? " (unknown host)" : "")),
                nodes.stream().map(PeerAddress::toString)).limit(MOST_NAMED).collect(Collectors.joining(", "));
    }

    /** Forgets what was found, because the network is another one. */
    void forget() {
        lock.lock();
        try {
            lastFound = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Optional<PeerAddress> find(BootstrapAddress address) throws InterruptedException {
        if (address.suggestedIp().isPresent()) {
            PeerAddress suggested = new PeerAddress(address.suggestedIp().get(), address.port());
            try {
                reachability.ping(suggested);
                return Optional.of(suggested);
            } catch (FlockException e) {
                return lookUp(address);
            }
        }
        return lookUp(address);
    }

    private Optional<PeerAddress> lookUp(BootstrapAddress address) throws InterruptedException {
        PeerAddress literal = new PeerAddress(address.host(), address.port());
        if (literal.isIPv4()) {
            return Optional.of(literal);
        }
        Optional<PeerAddress> found = resolver.resolve(address.host(), RpcConstants.DNS_DEADLINE)
                .map(ip -> new PeerAddress(ip, address.port())).filter(PeerAddress::isIPv4);
        if (found.isEmpty()) {
            unknown.add(address);
        } else {
            unknown.remove(address);
        }
        return found;
    }

    private void remember(List<RpcPeer> peers) {
        lock.lock();
        try {
            lastFound = Optional.of(new Found(List.copyOf(peers), ticker.nanoTime()));
        } finally {
            lock.unlock();
        }
    }
}

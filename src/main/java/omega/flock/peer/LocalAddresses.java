package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.base.PeerAddress;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/**
 * Where this node can be reached from its own network: each interface with the server port. Thread-safe. What the interfaces
 * are, and which of them work, is found out once and again after a change of the network.
 */
final class LocalAddresses {

    private static final Logger LOG = System.getLogger("omega.flock.peer");
    private static final String LOOPBACK = "127.0.0.1";

    private final PortBinder binder;
    private final Supplier<UdpPort> serverPort;
    private final TaskScope scope;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Task<Boolean>> verdicts = new HashMap<>(); // guarded by lock
    private Optional<List<String>> interfaces = Optional.empty(); // guarded by lock

    LocalAddresses(PortBinder binder, Supplier<UdpPort> serverPort, TaskScope scope) {
        this.binder = binder;
        this.serverPort = serverPort;
        this.scope = scope;
    }

    /** Returns our addresses: that of the port if it is bound to one, else those of the interfaces, else loopback. */
    List<PeerAddress> all() {
        InetSocketAddress bound = serverPort.get().localAddress();
        if (!bound.getAddress().isAnyLocalAddress()) {
            return List.of(PeerAddress.of(bound));
        }
        List<String> hosts = interfaces();
        return (hosts.isEmpty() ? List.of(LOOPBACK) : hosts).stream()
                .map(host -> new PeerAddress(host, bound.getPort())).toList();
    }

    /**
     * Returns those at which this machine receives what it sends there itself; an interface may be listed and yet be down.
     * Waits half a second at most, the first time.
     */
    List<PeerAddress> validated() throws InterruptedException {
        Map<PeerAddress, Task<Boolean>> checks = new LinkedHashMap<>();
        for (PeerAddress address : all()) {
            checks.put(address, verdict(address.host()));
        }
        List<PeerAddress> valid = new ArrayList<>();
        for (Map.Entry<PeerAddress, Task<Boolean>> check : checks.entrySet()) {
            try {
                if (check.getValue().join()) {
                    valid.add(check.getKey());
                }
            } catch (ExecutionException e) {
                LOG.log(Level.DEBUG, "local.address.unusable host=" + check.getKey().host(), e);
            }
        }
        return valid;
    }

    /** Starts to find out, so that the first peer does not have to wait for it. */
    void warmUp() {
        try {
            all().forEach(address -> verdict(address.host()));
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "local.address.closing");
        }
    }

    /** Forgets everything, because the network has changed. */
    void networkChanged() {
        lock.lock();
        try {
            verdicts.clear();
            interfaces = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Task<Boolean> verdict(String host) {
        lock.lock();
        try {
            return verdicts.computeIfAbsent(host,
                    address -> scope.forkCallable("flock-local-address", () -> receivesItself(address)));
        } finally {
            lock.unlock();
        }
    }

    /** "Bind a socket to it, send itself one zero byte, 500 ms" (hyperdht 6.34.0 index.js validateLocalAddresses). */
    private boolean receivesItself(String host) throws InterruptedException {
        CountDownLatch received = new CountDownLatch(1);
        InetAddress address = new PeerAddress(host, 0).toSocketAddress().getAddress();
        try (UdpPort port = binder.bind(new InetSocketAddress(address, 0), (on, source, datagram) -> {
            received.countDown();
            return true;
        })) {
            port.send(ByteBuffer.allocate(1), port.localAddress());
            return received.await(PeerConstants.LOCAL_ADDRESS_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "local.address.unusable host={0} cause={1}", host, e.getMessage());
            return false;
        }
    }

    private List<String> interfaces() {
        lock.lock();
        try {
            if (interfaces.isPresent()) {
                return interfaces.get();
            }
        } finally {
            lock.unlock();
        }
        List<String> found = enumerate();
        lock.lock();
        try {
            interfaces = Optional.of(found);
            return found;
        } finally {
            lock.unlock();
        }
    }

    private static List<String> enumerate() {
        List<String> hosts = new ArrayList<>();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                if (each.isUp() && !each.isLoopback()) {
                    each.inetAddresses().filter(Inet4Address.class::isInstance).map(InetAddress::getHostAddress)
                            .forEach(hosts::add);
                }
            }
        } catch (SocketException e) {
            LOG.log(Level.DEBUG, "local.interfaces.unreadable", e);
        }
        return hosts.subList(0, Math.min(hosts.size(), PeerConstants.MAX_HINTS));
    }
}

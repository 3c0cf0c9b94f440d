package omega.flock.sim;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;

/**
 * A machine with one address, public or behind a {@link MemoryNat}. Binds ports like a real one: on its own address, on
 * the wildcard address, or on 127.0.0.1 (which here is the same as its own address). Thread-safe; the network's lock guards
 * everything.
 */
public final class MemoryHost implements PortBinder {

    private record Flow(int localPort, InetSocketAddress remote) {}

    private final MemoryNetwork network;
    private final InetAddress address;
    private final Optional<MemoryNat> nat;
    private final boolean firewalled;
    private final Map<Integer, MemoryPort> ports = new HashMap<>(); // guarded by the network's lock
    private final Set<Flow> flows = new HashSet<>(); // guarded by the network's lock; what the firewall lets in
    private Optional<Conditions> conditions = Optional.empty(); // guarded by the network's lock
    private boolean online = true; // guarded by the network's lock

    MemoryHost(MemoryNetwork network, InetAddress address, Optional<MemoryNat> nat, boolean firewalled) {
        this.network = network;
        this.address = address;
        this.nat = nat;
        this.firewalled = firewalled;
    }

    /** Returns the address of the host, private if it is behind a NAT. */
    public InetAddress address() {
        return address;
    }

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        InetAddress at = local.getAddress();
        if (!at.isAnyLocalAddress() && !at.isLoopbackAddress() && !at.equals(address)) {
            throw new BindException(at.getHostAddress() + " is not an address of " + address.getHostAddress());
        }
        return network.locked(() -> {
            int number = local.getPort() == 0 ? freePort() : local.getPort();
            MemoryPort port = new MemoryPort(this, new InetSocketAddress(at, number), handler);
            return ports.putIfAbsent(number, port) == null ? Optional.of(port) : Optional.<UdpPort>empty();
        }).orElseThrow(() -> new BindException(address.getHostAddress() + ":" + local.getPort() + " is taken"));
    }

    /** Replaces the network's conditions for what this host sends. */
    public void conditions(Conditions conditions) {
        network.lockedRun(() -> this.conditions = Optional.of(conditions));
    }

    /** Plugs the host off (it neither sends nor receives) or on again. */
    public void online(boolean online) {
        network.lockedRun(() -> this.online = online);
    }

    /** Returns how many ports are bound. */
    public int openPorts() {
        return network.lockedInt(ports::size);
    }

    MemoryNetwork network() {
        return network;
    }

    // What follows is called with the network's lock held, but for unbind.

    Optional<MemoryNat> nat() {
        return nat;
    }

    boolean isOnline() {
        return online;
    }

    Conditions conditionsOr(Conditions general) {
        return conditions.orElse(general);
    }

    void noteOutbound(int localPort, InetSocketAddress remote) {
        if (firewalled) {
            flows.add(new Flow(localPort, remote));
        }
    }

    boolean admits(InetSocketAddress source, int localPort) {
        return !firewalled || flows.contains(new Flow(localPort, source));
    }

    Optional<MemoryPort> port(int number) {
        return Optional.ofNullable(ports.get(number));
    }

    void unbind(MemoryPort port) {
        network.lockedRun(() -> ports.remove(port.localAddress().getPort(), port));
    }

    private int freePort() {
        return network.freePort(MemoryNetwork.EPHEMERAL_FROM, MemoryNetwork.EPHEMERAL_BOUND, ports::containsKey);
    }
}

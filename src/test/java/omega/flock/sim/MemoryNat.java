package omega.flock.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A router with one public address and a private network behind it. Filters inbound datagrams by remote address and port
 * for both types of mapping, as most home routers do. Thread-safe; the network's lock guards everything.
 */
public final class MemoryNat {

    /** What a mapping is found by from the inside; without a destination for a consistent NAT. */
    private record Inside(InetSocketAddress source, Optional<InetSocketAddress> destination) {}

    private record Mapping(InetSocketAddress inside, Set<InetSocketAddress> admitted) {}

    private final MemoryNetwork network;
    private final InetAddress address;
    private final NatType type;
    private final Map<InetAddress, MemoryHost> hosts = new HashMap<>(); // guarded by the network's lock
    private final Map<Inside, Integer> outsidePorts = new HashMap<>(); // guarded by the network's lock
    private final Map<Integer, Mapping> mappings = new HashMap<>(); // guarded by the network's lock
    private boolean hairpin; // guarded by the network's lock
    private int lowestPort = MemoryNetwork.EPHEMERAL_FROM; // guarded by the network's lock
    private int portBound = MemoryNetwork.EPHEMERAL_BOUND; // guarded by the network's lock

    MemoryNat(MemoryNetwork network, InetAddress address, NatType type) {
        this.network = network;
        this.address = address;
        this.type = type;
    }

    /** Returns the public address. */
    public InetAddress address() {
        return address;
    }

    /** Adds a host to the private network. Private networks of different NATs may use the same addresses. */
    public MemoryHost host(String privateAddress) {
        return add(privateAddress, false);
    }

    /** Adds a host that has a stateful firewall of its own: only answers come in, also from its neighbours. */
    public MemoryHost firewalledHost(String privateAddress) {
        return add(privateAddress, true);
    }

    private MemoryHost add(String privateAddress, boolean firewalled) {
        InetAddress at = MemoryNetwork.numeric(privateAddress);
        return network.locked(() -> {
            MemoryHost host = new MemoryHost(network, at, Optional.of(this), firewalled);
            if (hosts.putIfAbsent(at, host) != null) {
                throw new IllegalArgumentException(privateAddress + " is taken behind " + address.getHostAddress());
            }
            return host;
        });
    }

    /** Lets hosts of the private network reach each other by the public address as well; off at first. */
    public void hairpin(boolean on) {
        network.lockedRun(() -> hairpin = on);
    }

    /** Narrows the outside ports that are picked at random, so that guessing one does not take long. */
    public void randomPorts(int lowest, int bound) {
        network.lockedRun(() -> {
            lowestPort = lowest;
            portBound = bound;
        });
    }

    /** Forgets all mappings, as a router that restarts: the next datagram of each flow gets a new outside port. */
    public void forgetMappings() {
        network.lockedRun(() -> {
            outsidePorts.clear();
            mappings.clear();
        });
    }

    /** Returns how many outside ports are in use. */
    public int mappings() {
        return network.lockedInt(mappings::size);
    }

    // What follows is called with the network's lock held.

    Optional<MemoryHost> hostAt(InetAddress privateAddress) {
        return Optional.ofNullable(hosts.get(privateAddress));
    }

    boolean hasHairpin() {
        return hairpin;
    }

    /** Translates the source of a datagram on its way out. */
    InetSocketAddress outbound(InetSocketAddress source, InetSocketAddress destination) {
        Inside key = switch (type) {
            case CONSISTENT -> new Inside(source, Optional.empty());
            case RANDOM -> new Inside(source, Optional.of(destination));
        };
        int port = outsidePorts.computeIfAbsent(key, inside -> pickPort(source.getPort()));
        mappings.computeIfAbsent(port, number -> new Mapping(source, new HashSet<>())).admitted().add(destination);
        return new InetSocketAddress(address, port);
    }

    /** Translates the destination of a datagram on its way in; empty for one that nobody inside asked for. */
    Optional<InetSocketAddress> inbound(InetSocketAddress source, int outsidePort) {
        Mapping mapping = mappings.get(outsidePort);
        return mapping != null && mapping.admitted().contains(source) ? Optional.of(mapping.inside()) : Optional.empty();
    }

    private int pickPort(int insidePort) {
        // A consistent NAT keeps the inside port where it can, as Linux masquerading does.
        boolean keep = type == NatType.CONSISTENT && !mappings.containsKey(insidePort);
        return keep ? insidePort : network.freePort(lowestPort, portBound, mappings::containsKey);
    }
}

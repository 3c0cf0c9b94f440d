package omega.flock.rpc;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;

/**
 * The two ports of a node, as they are now. Thread-safe; binding and closing is for the one who holds the node's life.
 *
 * <p>Two, because only what arrives at a port that never sent anything proves that this port is open (dht-rpc 6.27.0
 * {@code lib/io.js}).
 */
final class NodePorts implements RequestPool.Sender {

    /** The ports between one binding and the next closing. */
    record Pair(UdpPort server, UdpPort client) {}

    private final RpcConfig config;
    private final PortBinder binder;
    private final DatagramHandler handler;
    private final NodeState state;
    private volatile Optional<Pair> pair = Optional.empty();
    private volatile int lastServerPort;
    private volatile int lastClientPort;

    NodePorts(RpcConfig config, PortBinder binder, DatagramHandler handler, NodeState state) {
        this.config = config;
        this.binder = binder;
        this.handler = handler;
        this.state = state;
    }

    /**
     * Binds both ports: those of the last time first, then the configured range, then any if that is allowed.
     *
     * @throws BindException if none is free, or the address is not one of this machine
     */
    void bind() throws IOException {
        UdpPort server = bindServer();
        UdpPort client;
        try {
            client = bindClient();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        lastServerPort = server.localAddress().getPort();
        lastClientPort = client.localAddress().getPort();
        pair = Optional.of(new Pair(server, client));
        if (!server.isOpen() || !client.isOpen()) {
            throw new IOException("a port of the node failed as soon as it was bound"); // before anybody knew it to be the node's
        }
    }

    /** Closes both ports; who looks for them meanwhile still finds them, closed. */
    void close() {
        pair.ifPresent(ports -> {
            ports.server().close();
            ports.client().close();
        });
    }

    Optional<Pair> pair() {
        return pair;
    }

    UdpPort server() {
        return bound().server();
    }

    UdpPort client() {
        return bound().client();
    }

    @Override
    public UdpPort defaultPort() {
        return state.firewalled() ? client() : server();
    }

    @Override
    public Optional<NodeId> idFor(UdpPort port) {
        // The id is the hash of the server port's address; from any other port it would be a lie.
        return isServer(port) ? state.publicId() : Optional.empty();
    }

    boolean isServer(UdpPort port) {
        return pair.isPresent() && pair.get().server() == port;
    }

    boolean isOurs(UdpPort port) {
        return pair.filter(ports -> ports.server() == port || ports.client() == port).isPresent();
    }

    boolean isDefault(UdpPort port) {
        return pair.isPresent() && defaultPort() == port;
    }

    private Pair bound() {
        return pair.orElseThrow(() -> new IllegalStateException("the node is not bound"));
    }

    private UdpPort bindServer() throws IOException {
        List<IOException> failures = new ArrayList<>();
        if (lastServerPort != 0) {
            Optional<UdpPort> port = tryBind(lastServerPort, failures);
            if (port.isPresent()) {
                return port.get();
            }
        }
        // Port 0 as the only configured port stands for any.
        for (int number = config.firstPort(); number > 0 && number < config.boundPort(); number++) {
            Optional<UdpPort> port = tryBind(number, failures);
            if (port.isPresent()) {
                return port.get();
            }
        }
        if (!config.anyPort() && config.firstPort() > 0) {
            int last = config.boundPort() - 1;
            throw notBound("UDP port " + new PeerAddress(config.host(), config.firstPort()) + (last > config.firstPort() ? " to " + last : ""), failures);
        }
        return bindAny();
    }

    private UdpPort bindClient() throws IOException {
        if (lastClientPort != 0) {
            Optional<UdpPort> port = tryBind(lastClientPort, new ArrayList<>());
            if (port.isPresent()) {
                return port.get();
            }
        }
        return bindAny();
    }

    private UdpPort bindAny() throws IOException {
        try {
            return binder.bind(local(0), handler);
        } catch (IOException e) {
            throw notBound("a UDP port of " + config.host(), List.of(e));
        }
    }

    /** What the system says names no address. */
    private static BindException notBound(String what, List<IOException> failures) {
        IOException last = failures.getLast();
        BindException failure = new BindException("cannot bind " + what + ": " + last.getMessage());
        failure.initCause(last);
        failures.forEach(failure::addSuppressed);
        return failure;
    }

    private Optional<UdpPort> tryBind(int number, List<IOException> failures) {
        try {
            return Optional.of(binder.bind(local(number), handler));
        } catch (IOException e) {
            failures.add(e);
            return Optional.empty();
        }
    }

    private InetSocketAddress local(int port) {
        return new PeerAddress(config.host(), port).toSocketAddress();
    }
}

package omega.flock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import omega.flock.base.KeyPair;
import omega.flock.dht.DhtConstants;
import omega.flock.net.MachinePorts;
import omega.flock.net.PortBinder;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Ticker;

/** What a builder has gathered; the defaults are those that its methods name. Not thread-safe. */
final class GatewaySettings {

    private final RpcConfig.Builder rpc =
            RpcConfig.builder().bootstrap(DhtConstants.PUBLIC_BOOTSTRAP);
    private int port = DhtConstants.DEFAULT_PORT;
    private boolean anyPort = true;
    private Optional<KeyPair> keyPair = Optional.empty();
    private Optional<KeyPair> derived = Optional.empty();
    private Optional<Duration> keepAlive = Optional.empty();
    private OptionalLong memoryBudget = OptionalLong.empty();
    private PortBinder ports = MachinePorts.MACHINE;

    /** The settings of the node below. */
    RpcConfig.Builder rpc() {
        return rpc;
    }

    void port(int number) {
        rpc.port(number); // checks it
        port = number;
    }

    void anyPort(boolean any) {
        anyPort = any;
    }

    void keyPair(KeyPair identity) {
        keyPair = Optional.of(identity);
    }

    void seed(byte[] seed) {
        derived = Optional.of(KeyPair.fromSeed(seed));
    }

    void keepAlive(Duration interval) {
        Objects.requireNonNull(interval, "interval");
        if (interval.isNegative()) {
            throw new IllegalArgumentException("a keep-alive interval must not be negative: " + interval);
        }
        keepAlive = Optional.of(interval);
    }

    /** Sets where ports are bound. */
    void ports(PortBinder binder) {
        ports = binder;
    }

    void memoryBudget(long bytes) {
        memoryBudget = OptionalLong.of(bytes);
    }

    /** Binds the ports; the network is joined in the background. */
    PeerNode open() {
        PeerNode.warmUp();
        rpc.port(port).anyPort(anyPort);
        if (!anyPort && port > 0) {
            rpc.portRange(port, port + 1);
        }
        try {
            PeerConfig config = PeerConfig.of(rpc, keyPair.or(() -> derived).orElseGet(KeyPair::generate));
            PeerConfig bounded = memoryBudget.isPresent() ? config.withMemoryBudget(memoryBudget.getAsLong()) : config;
            return PeerNode.open(keepAlive.map(bounded::withConnectionKeepAlive).orElse(bounded), ports, Ticker.SYSTEM);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Binds the ports of the first node of a network. */
    static PeerNode openBootstrapper(String host, int port, PortBinder ports) throws IOException {
        return PeerNode.open(PeerConfig.of(RpcConfig.bootstrapper(port, host).host(host), KeyPair.generate()), ports, Ticker.SYSTEM);
    }
}

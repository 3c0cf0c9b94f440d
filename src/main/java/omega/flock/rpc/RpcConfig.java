package omega.flock.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;

/** How a node is set up. Immutable; {@link #builder} begins with the defaults of dht-rpc 6.27.0. */
public final class RpcConfig {

    private final Builder values;
    private final List<BootstrapAddress> bootstrap;

    private RpcConfig(Builder values) {
        this.values = values;
        this.bootstrap = values.bootstrap.stream().map(BootstrapAddress::parse).toList();
    }

    /** Returns a builder with the defaults: no bootstrap nodes, any port, adaptive, firewalled until proved otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a builder for the first node of a network: persistent at once, at this address and no other port.
     *
     * @param port its port; 0 takes any that is free
     * @param host its IPv4 address as others see it
     * @throws IllegalArgumentException if the address is not one that others can use
     */
    public static Builder bootstrapper(int port, String host) {
        if (!new PeerAddress(host, port).isIPv4() || host.equals("0.0.0.0")) {
            throw new IllegalArgumentException("a bootstrap node needs an IPv4 address that others see, not " + host);
        }
        Builder builder = new Builder().portRange(port, port == 0 ? 0 : port + 1).anyPort(port == 0)
                .ephemeral(EphemeralMode.NEVER).firewalled(false);
        builder.assumedHost = Optional.of(host);
        return builder;
    }

    List<BootstrapAddress> bootstrap() {
        return bootstrap;
    }

    String host() {
        return values.host;
    }

    /** First port to try; 0 means any. */
    int firstPort() {
        return values.firstPort;
    }

    /** One more than the last port to try. */
    int boundPort() {
        return values.boundPort;
    }

    boolean anyPort() {
        return values.anyPort;
    }

    EphemeralMode ephemeral() {
        return values.ephemeral;
    }

    boolean firewalled() {
        return values.firewalled;
    }

    boolean quickFirewall() {
        return values.quickFirewall;
    }

    List<PeerAddress> nodes() {
        return values.nodes;
    }

    int maxWindow() {
        return values.maxWindow;
    }

    Duration requestTimeout() {
        return values.requestTimeout;
    }

    int downHintsPerTick() {
        return values.downHintsPerTick;
    }

    int maxPingDelay() {
        return values.maxPingDelay;
    }

    Predicate<RpcPeer> nodeFilter() {
        return values.nodeFilter;
    }

    HostResolver resolver() {
        return values.resolver;
    }

    /** Our host as others see it, if we are told; they see our server port too. */
    Optional<String> assumedHost() {
        return values.assumedHost;
    }

    /** Gathers the settings. Not thread-safe; a built configuration no longer changes with it. */
    public static final class Builder implements Cloneable {

        private List<String> bootstrap = List.of();
        private String host = "0.0.0.0";
        private int firstPort;
        private int boundPort;
        private boolean anyPort = true;
        private EphemeralMode ephemeral = EphemeralMode.ADAPTIVE;
        private boolean firewalled = true;
        private boolean quickFirewall = true;
        private List<PeerAddress> nodes = List.of();
        private int maxWindow = RpcConstants.DEFAULT_MAX_WINDOW;
        private Duration requestTimeout = RpcConstants.DEFAULT_TIMEOUT;
        private int downHintsPerTick = RpcConstants.DEFAULT_DOWN_HINTS_PER_TICK;
        private int maxPingDelay = RpcConstants.DEFAULT_MAX_PING_DELAY;
        private Predicate<RpcPeer> nodeFilter = node -> true;
        private HostResolver resolver = SystemResolver.INSTANCE;
        private Optional<String> assumedHost = Optional.empty();

        private Builder() {}

        /** Sets the nodes to begin with: {@code host:port}, or {@code ip@host:port} to try an address before the name. */
        public Builder bootstrap(List<String> addresses) {
            bootstrap = List.copyOf(addresses);
            return this;
        }

        /** Sets the numeric address to bind to; 0.0.0.0 means all. */
        public Builder host(String address) {
            if (!new PeerAddress(address, 0).isIPv4()) {
                throw new IllegalArgumentException("not an IPv4 address to bind to: " + address);
            }
            host = address;
            return this;
        }

        /** Sets the server port to try, with the four above it; 0 means any. */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port " + port + " is not in 0..65535");
            }
            return portRange(port, port == 0 ? 0 : Math.min(port + RpcConstants.PORT_RANGE, 65536));
        }

        /** Sets the server ports to try, the last one excluded. */
        public Builder portRange(int first, int bound) {
            if (first < 0 || bound < first || bound > 65536) {
                throw new IllegalArgumentException("ports from " + first + " to below " + bound);
            }
            firstPort = first;
            boundPort = bound;
            return this;
        }

        /** Sets whether any other server port will do when none of the configured ones is free. */
        public Builder anyPort(boolean any) {
            anyPort = any;
            return this;
        }

        /** Sets whether the node may become persistent. */
        public Builder ephemeral(EphemeralMode mode) {
            ephemeral = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /** Sets false if the server port is known to be reachable from everywhere. */
        public Builder firewalled(boolean assumed) {
            firewalled = assumed;
            return this;
        }

        /** Sets whether to find out during the first walk if the server port is open. */
        public Builder quickFirewall(boolean quick) {
            quickFirewall = quick;
            return this;
        }

        /** Sets nodes that are put into the routing table without being asked, best first. */
        public Builder nodes(List<PeerAddress> known) {
            nodes = List.copyOf(known);
            return this;
        }

        /** Sets how many requests may be sent in 750 ms; twice as many in 3 s. */
        public Builder maxWindow(int requests) {
            maxWindow = atLeast(1, requests, "maxWindow");
            return this;
        }

        /** Sets how long to wait for the answer to one transmission where a request does not say. */
        public Builder requestTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout " + timeout);
            }
            requestTimeout = timeout;
            return this;
        }

        /** Sets how many down hints are sent in a tick of 5 s at most; 0 means none, -1 any number. */
        public Builder downHintsPerTick(int hints) {
            downHintsPerTick = atLeast(-1, hints, "downHintsPerTick");
            return this;
        }

        /** Sets the longest delay, in milliseconds, of a delayed ping that is answered. */
        public Builder maxPingDelay(int millis) {
            maxPingDelay = atLeast(0, millis, "maxPingDelay");
            return this;
        }

        /** Sets which nodes may enter the routing table and be visited. The test runs on many threads and must be quick. */
        public Builder nodeFilter(Predicate<RpcPeer> filter) {
            nodeFilter = Objects.requireNonNull(filter, "filter");
            return this;
        }

        /** Sets who looks up the names of bootstrap hosts. */
        public Builder resolver(HostResolver hostResolver) {
            resolver = Objects.requireNonNull(hostResolver, "hostResolver");
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a bootstrap address cannot be read
         */
        public RpcConfig build() {
            try {
                return new RpcConfig((Builder) clone());
            } catch (CloneNotSupportedException e) {
                throw new AssertionError("a builder can be cloned", e);
            }
        }

        private static int atLeast(int least, int value, String what) {
            if (value < least) {
                throw new IllegalArgumentException(what + " " + value + " is less than " + least);
            }
            return value;
        }
    }
}

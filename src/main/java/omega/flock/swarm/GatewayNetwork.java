package omega.flock.swarm;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;
import omega.flock.gateway.ServerOptions;

/**
 * The network as a gateway gives it; methods run on their callers' threads. That somebody closes the gateway under the swarm
 * is a failure of the network to it, with code {@code SHUT_DOWN}.
 */
public final class GatewayNetwork implements Network {

    /** What is asked of the gateway. */
    @FunctionalInterface
    private interface Question<T, E extends Exception> {
        T ask() throws IOException, E;
    }

    private final Gateway gateway;

    /** Takes a gateway over, which is closed with the network. */
    public GatewayNetwork(Gateway gateway) {
        this.gateway = Objects.requireNonNull(gateway, "gateway");
    }

    @Override
    public GatewayLink dial(PublicKey remote, KeyPair identity, List<PeerAddress> relays, List<PublicKey> relayThrough,
            Duration limit) throws IOException, InterruptedException {
        ConnectOptions options = ConnectOptions.DEFAULT.withKeyPair(identity).withRelayAddresses(relays).withTimeout(limit)
                .withRelayThrough(relayThrough.toArray(PublicKey[]::new));
        return new GatewayLink(whileOpen(() -> gateway.connect(remote, options)));
    }

    @Override
    public Listener listen(KeyPair identity, Predicate<PublicKey> rejects, Supplier<List<PublicKey>> relayThrough)
            throws IOException, InterruptedException {
        ServerOptions options = ServerOptions.DEFAULT.withFirewall(rejects).withRelayThrough(relayThrough);
        return new ServerListener(whileOpen(() -> gateway.listen(identity, options)));
    }

    @Override
    public boolean online() {
        return gateway.online();
    }

    @Override
    public boolean randomized() {
        return gateway.randomized();
    }

    @Override
    public Query<LookupReply> lookup(Topic topic, List<PeerAddress> seeds) throws IOException {
        return whileOpen(() -> gateway.lookup(topic, seeds));
    }

    @Override
    public Query<LookupReply> announce(Topic topic, KeyPair identity, List<PeerAddress> relays, AnnounceOptions options)
            throws IOException {
        return whileOpen(() -> gateway.announce(topic, identity, relays, options));
    }

    @Override
    public Query<LookupReply> lookupAndUnannounce(Topic topic, KeyPair identity, List<PeerAddress> seeds) throws IOException {
        return whileOpen(() -> gateway.lookupAndUnannounce(topic, identity, seeds));
    }

    @Override
    public void unannounce(Topic topic, KeyPair identity, List<PeerAddress> nodes) throws IOException, InterruptedException {
        whileOpen(() -> {
            gateway.unannounce(topic, identity, nodes);
            return nodes;
        });
    }

    /** The listener lives as long as the gateway, which lives as long as this network. */
    @Override
    @SuppressWarnings("resource")
    public void onChange(Runnable listener) {
        gateway.onNetworkChange(listener);
        gateway.onOnline(listener);
    }

    @Override
    public void suspend() throws InterruptedException {
        gateway.suspend();
    }

    @Override
    public void resume() throws InterruptedException {
        gateway.resume();
    }

    @Override
    public void close() {
        gateway.close();
    }

    @Override
    public void closeNow() {
        gateway.closeNow();
    }

    private <T, E extends Exception> T whileOpen(Question<T, E> question) throws IOException, E {
        try {
            return question.ask();
        } catch (IllegalStateException e) {
            if (gateway.isOpen()) {
                throw e;
            }
            throw new FlockException(Code.SHUT_DOWN, "the gateway was closed under the flock", e);
        }
    }

    private record ServerListener(GatewayServer server) implements Listener {

        @Override
        public GatewayLink accept() throws IOException, InterruptedException {
            return new GatewayLink(server.accept());
        }

        @Override
        public List<PeerAddress> relayAddresses() {
            return server.relayAddresses();
        }

        @Override
        public void close() {
            server.close();
        }
    }
}

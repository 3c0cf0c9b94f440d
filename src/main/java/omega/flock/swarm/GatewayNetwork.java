package omega.flock.swarm;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.ServerOptions;

/** The network as a gateway gives it; methods run on their callers' threads. */
public final class GatewayNetwork implements Network<GatewayLink> {

    private final Gateway gateway;

    /** Takes a gateway over, which is closed with the network. */
    public GatewayNetwork(Gateway gateway) {
        this.gateway = Objects.requireNonNull(gateway, "gateway");
    }

    @Override
    public GatewayLink dial(PublicKey remote, KeyPair identity, List<PeerAddress> relays, Duration limit)
            throws IOException, InterruptedException {
        return new GatewayLink(gateway.connect(remote,
                ConnectOptions.DEFAULT.withKeyPair(identity).withRelayAddresses(relays).withTimeout(limit)));
    }

    @Override
    public Listener<GatewayLink> listen(KeyPair identity, Predicate<PublicKey> rejects) throws IOException, InterruptedException {
        return new ServerListener(gateway.listen(identity, ServerOptions.DEFAULT.withFirewall(rejects)));
    }

    @Override
    public Walk lookup(Topic topic, List<PeerAddress> seeds) {
        return new GatewayWalk(gateway.lookup(topic, seeds));
    }

    @Override
    public Walk announce(Topic topic, KeyPair identity, Announcement announcement) {
        AnnounceOptions options = AnnounceOptions.DEFAULT.withClear(announcement.clear()).withSeeds(announcement.seeds());
        return new GatewayWalk(gateway.announce(topic, identity, announcement.relays(), options));
    }

    @Override
    public Walk lookupAndUnannounce(Topic topic, KeyPair identity, List<PeerAddress> seeds) {
        return new GatewayWalk(gateway.lookupAndUnannounce(topic, identity, seeds));
    }

    @Override
    public void unannounce(Topic topic, KeyPair identity, List<PeerAddress> nodes) throws IOException, InterruptedException {
        gateway.unannounce(topic, identity, nodes);
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

    private record ServerListener(GatewayServer server) implements Listener<GatewayLink> {

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

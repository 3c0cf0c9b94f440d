package omega.flock.gateway;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import omega.flock.base.KeyPair;
import omega.flock.net.PortBinder;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Ticker;

/**
 * A gateway whose ports a test binds itself, to see what arrives at them or to cut them off.
 *
 * @param gateway the gateway
 * @param node what is below it
 */
public record TappedGateway(Gateway gateway, PeerNode node) implements AutoCloseable {

    /** Opens one on loopback; the settings are those of the node below. */
    public static TappedGateway open(List<String> bootstrap, PortBinder binder, UnaryOperator<RpcConfig.Builder> settings)
            throws IOException {
        return of(settings.apply(RpcConfig.builder().bootstrap(bootstrap).host("127.0.0.1").port(0)), binder);
    }

    /** Opens the first node of a network. */
    public static TappedGateway bootstrapper(PortBinder binder) throws IOException {
        return of(RpcConfig.bootstrapper(0, "127.0.0.1").host("127.0.0.1"), binder);
    }

    /** Opens one on loopback whose clock is a test's. */
    public static TappedGateway open(List<String> bootstrap, PortBinder binder, Ticker ticker) throws IOException {
        return of(RpcConfig.builder().bootstrap(bootstrap).host("127.0.0.1").port(0), binder, ticker);
    }

    private static TappedGateway of(RpcConfig.Builder rpc, PortBinder binder) throws IOException {
        return of(rpc, binder, Ticker.SYSTEM);
    }

    private static TappedGateway of(RpcConfig.Builder rpc, PortBinder binder, Ticker ticker) throws IOException {
        PeerNode node = PeerNode.open(PeerConfig.of(rpc, KeyPair.generate()), binder, ticker);
        return new TappedGateway(new Gateway(node), node);
    }

    @Override
    public void close() {
        gateway.closeNow();
    }
}

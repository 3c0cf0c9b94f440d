package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import omega.flock.base.KeyPair;
import omega.flock.runtime.TaskScope;

/** Two gateways on one network, a server at the first, and one connection between them seen from both its ends. */
final class Pair implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    final Gateway host;
    final Gateway guest;
    final GatewayServer server;
    final Connection client;
    final Connection accepted;
    /** Threads of the test; ended with the pair. */
    final TaskScope threads = new TaskScope("test");

    private Pair(Gateway host, Gateway guest) throws IOException, InterruptedException {
        this.host = host;
        this.guest = guest;
        this.server = host.listen(KeyPair.generate());
        this.client = guest.connect(server.publicKey());
        this.accepted = server.accept(PATIENCE).orElseThrow();
        // A test that waits in vain shall fail with the line that waited.
        client.setReadTimeout(PATIENCE);
        accepted.setReadTimeout(PATIENCE);
    }

    static Pair of(Testnet testnet) throws IOException, InterruptedException {
        Gateway host = testnet.createNode();
        Gateway guest = testnet.createNode();
        assertTrue(host.awaitReady(PATIENCE) && guest.awaitReady(PATIENCE));
        return new Pair(host, guest);
    }

    @Override
    public void close() {
        threads.cancel();
        client.abort();
        accepted.abort();
        server.closeNow();
        host.closeNow();
        guest.closeNow();
        threads.close();
    }
}

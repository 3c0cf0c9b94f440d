package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.peer.PeerStats;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that speak the protocol correctly up to a point and then do not: real nodes, each of which after so many datagrams, drawn at
 * random, begins to change, cut, repeat and swap what it sends ({@link DerailingPort}). They dial an honest host, talk to it, and are
 * dialled by it. Whatever they do, the host serves honest peers before, meanwhile and afterwards, and nothing is left of them.
 */
@Timeout(120)
class RandomPeerTest {

    private static final long SEED = 20261127;
    private static final int PEERS = 48;
    /** Up to so many datagrams a peer is honest: a dial takes about 20, what is said on the connection some more. */
    private static final int LAST_HONEST = 80;
    private static final int BOOTSTRAP_PORT = 49737;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final DialOptions QUICK = DialOptions.DEFAULT.withTimeout(SHORT);

    private final MemoryNetwork network = new MemoryNetwork(SEED).conditions(Conditions.PERFECT.withLatencyMillis(1));
    private final TaskScope scope = new TaskScope("random peers");
    private final List<PeerNode> honest = new ArrayList<>();
    private PeerNode host;
    private PeerServer server;

    @BeforeEach
    void start() throws Exception {
        join("5.5.5.1", RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1"));
        for (int i = 2; i < 5; i++) {
            join("5.5.5." + i, config().ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
        host = join("5.5.6.1", config());
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
        scope.fork("serve", this::serve);
    }

    @AfterEach
    void close() {
        scope.close();
        honest.reversed().forEach(PeerNode::close);
        network.close();
    }

    @Test
    void whoeverGoesWrongAtWhateverPointDisturbsNobody() throws Exception {
        assertServes("5.5.7.1");
        List<Task<Void>> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            int number = i;
            peers.add(scope.fork("random peer " + i, () -> misbehave(number)));
        }
        assertServes("5.5.7.2");
        for (Task<Void> peer : peers) {
            peer.join();
        }
        assertServes("5.5.7.3");
        assertTrue(host.stats().connectionsAccepted() > 3, "some of them came as far as a connection: " + host.stats());
        Eventually.holds("nothing is left of them", PATIENCE.multipliedBy(2), this::isAtRest, host::stats);
        assertFalse(host.isClosed());
    }

    private boolean isAtRest() {
        PeerStats stats = host.stats();
        return stats.dials() + stats.halfOpenHandshakes() + stats.punchers() + stats.poolSockets() + stats.streams() == 0;
    }

    /** Answers each message of each connection with itself, and each datagram too. */
    private void serve() throws InterruptedException {
        while (server.isOpen()) {
            try {
                SecretStream stream = server.accept();
                scope.fork("echo", () -> echo(stream));
            } catch (IOException e) {
                return; // the server was closed
            }
        }
    }

    private void echo(SecretStream stream) {
        try (stream) {
            stream.setReadTimeout(SHORT);
            Optional<byte[]> message = stream.readMessage();
            while (message.isPresent()) {
                stream.writeMessage(message.get());
                stream.sendDatagram(new byte[100]);
                message = stream.readMessage();
            }
        } catch (IOException e) {
            stream.abort(CloseReason.closedLocally("the peer went wrong"));
        }
    }

    /** The life of one peer, which gives up as soon as something fails. */
    private void misbehave(int number) throws InterruptedException, IOException {
        SplittableRandom random = new SplittableRandom(SEED + number);
        String address = "6.6." + number + ".1";
        DerailingPort.Binder ports = new DerailingPort.Binder(network.host(address), random.nextInt(LAST_HONEST), random.split());
        try (PeerNode peer = PeerNode.open(PeerConfig.of(config().host(address), KeyPair.generate()), ports, Ticker.SYSTEM)) {
            if ((number & 1) == 0) {
                dial(peer);
            } else {
                beDialled(peer);
            }
        }
    }

    private void dial(PeerNode peer) throws InterruptedException {
        try (SecretStream stream = peer.connect(server.publicKey(), QUICK)) {
            talk(stream);
        } catch (IOException e) {
            System.getLogger("test").log(System.Logger.Level.TRACE, "a peer that went wrong got nowhere", e);
        }
    }

    private void beDialled(PeerNode peer) throws InterruptedException {
        try (PeerServer own = peer.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
                SecretStream stream = host.connect(own.publicKey(), QUICK)) {
            talk(stream);
        } catch (IOException e) {
            System.getLogger("test").log(System.Logger.Level.TRACE, "a peer that went wrong was not reached", e);
        }
    }

    private static void talk(SecretStream stream) throws IOException {
        stream.setReadTimeout(Duration.ofMillis(500));
        for (int i = 1; i < 30; i++) {
            stream.writeMessage(new byte[i * 500]);
            stream.sendDatagram(new byte[i]);
            if (stream.readMessage().isEmpty()) {
                return;
            }
        }
    }

    private void assertServes(String address) throws Exception {
        byte[] message = new byte[100_000];
        PeerConfig config = PeerConfig.of(config().host(address), KeyPair.generate());
        try (PeerNode guest = PeerNode.open(config, network.host(address), Ticker.SYSTEM);
                SecretStream stream = guest.connect(server.publicKey(), DialOptions.DEFAULT)) {
            stream.setReadTimeout(PATIENCE);
            stream.writeMessage(message);
            assertArrayEquals(message, stream.readMessage().orElseThrow());
        }
    }

    private static RpcConfig.Builder config() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:" + BOOTSTRAP_PORT));
    }

    private PeerNode join(String address, RpcConfig.Builder config) throws IOException, InterruptedException {
        PeerNode node = PeerNode.open(PeerConfig.of(config.host(address), KeyPair.generate()), network.host(address), Ticker.SYSTEM);
        honest.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(PATIENCE));
        return node;
    }
}

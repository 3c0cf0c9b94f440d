package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Hosts with a key for each connection open them and leave them idle.
 *
 * <p>Before: 12 KiB of heap for each, without limit. Now as many as the node's memory has room for, here 32, and whoever has few is served all
 * the same: the host that has most loses its oldest.
 */
@Timeout(60)
class ManyConnectionsTest {

    private static final int BOOTSTRAP_PORT = 49737;
    private static final long MEMORY = 1 << 20;
    private static final Duration DIAL = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MemoryNetwork network = new MemoryNetwork(8).conditions(Conditions.PERFECT.withLatencyMillis(1));
    private final List<PeerNode> nodes = new ArrayList<>();
    private final List<SecretStream> opened = new ArrayList<>();
    private final List<SecretStream> accepted = new ArrayList<>();
    private PeerNode host;
    private PeerServer server;

    @BeforeEach
    void listen() throws Exception {
        open("5.5.5.1", PeerConfig.of(RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1"), KeyPair.generate()));
        for (int i = 2; i <= 4; i++) {
            open("5.5.5." + i, config(builder().ephemeral(EphemeralMode.NEVER).firewalled(false)));
        }
        host = open("7.7.7.1", config(builder().firewalled(false)).withMemoryBudget(MEMORY));
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        nodes.reversed().forEach(PeerNode::closeNow);
        network.close();
    }

    @Test
    void theSumStaysWithinTheMemoryAndWhoeverHasFewIsServed() throws Exception {
        PeerNode first = open("8.1.1.1", config(builder()));
        PeerNode second = open("8.2.1.1", config(builder()));
        for (int i = 0; i < 48; i++) {
            dialInVain(i < 33 ? first : second).ifPresent(opened::add);
        }
        SharedMemory.Snapshot full = host.memory();
        assertTrue(full.held() > full.capacity() * 3 / 4 && full.held() <= full.capacity(), full::toString);
        assertTrue(full.evictions() > 0 && host.stats().drops().get("MEMORY_SHORT") > 0, full::toString);
        Eventually.holds("the others were closed", PATIENCE, () -> accepted() == full.held() / (16 << 10), () -> accepted() + " " + full);

        PeerNode honest = open("6.6.6.1", config(builder()));
        for (int i = 0; i < 5; i++) {
            SecretStream client = dial(honest);
            opened.add(client);
            SecretStream served = server.accept(PATIENCE).orElseThrow();
            while (!served.remotePublicKey().equals(client.publicKey())) {
                served = server.accept(PATIENCE).orElseThrow();
            }
            client.writeMessage(new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {1, 2, 3}, served.readMessage().orElseThrow());
            accepted.add(served);
        }
        assertTrue(host.memory().held() <= full.capacity(), () -> host.memory().toString());
        opened.forEach(SecretStream::close);
        Eventually.holds("all is given back", PATIENCE, () -> host.memory().held() == 0, host::memory);
    }

    /** {@return how many connections the program has that are open} */
    private long accepted() {
        try {
            for (var next = server.accept(Duration.ofMillis(1)); next.isPresent(); next = server.accept(Duration.ofMillis(1))) {
                accepted.add(next.get());
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        return accepted.stream().filter(SecretStream::isOpen).count();
    }

    /** {@return the connection, if there was one to be had} */
    private Optional<SecretStream> dialInVain(PeerNode from) throws Exception {
        try {
            return Optional.of(dial(from));
        } catch (FlockException e) {
            assertEquals("DIAL_TIMEOUT", e.code());
            return Optional.empty();
        }
    }

    private SecretStream dial(PeerNode from) throws Exception {
        return from.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(KeyPair.generate()).withTimeout(DIAL));
    }

    private static RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:" + BOOTSTRAP_PORT));
    }

    private static PeerConfig config(RpcConfig.Builder builder) {
        return PeerConfig.of(builder, KeyPair.generate());
    }

    private PeerNode open(String address, PeerConfig config) throws Exception {
        config.rpc().host(address);
        PeerNode node = PeerNode.open(config, network, Ticker.SYSTEM);
        nodes.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(PATIENCE));
        return node;
    }
}

package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.UdxInfo;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.DialOptions;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.peer.PeerStats;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.Eventually;
import omega.flock.secret.SecretStream;
import omega.flock.sim.Conditions;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Row 3: "admission keyed by the datagram's source; a claimed address counts only when a node that may relay for us sent it; a share for
 * each source". Valid first messages, each claiming another client, at a server that has to punch for each.
 *
 * <p>From 30 of them a second, version 0.1 refused an honest client for 6 s. Now 20 of 20 come in while 1,000 a second arrive.
 */
@Timeout(120)
class HandshakeFloodTest {

    private static final int HONEST = 20;
    private static final int MESSAGES = 3_000;
    private static final int BOOTSTRAP_PORT = 49737;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MemoryNetwork network = new MemoryNetwork(3).conditions(Conditions.PERFECT.withLatencyMillis(2));
    private final List<PeerNode> nodes = new ArrayList<>();
    private final List<MemoryStranger> strangers = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(3);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger mostHalfOpen = new AtomicInteger();
    private final AtomicInteger mostSockets = new AtomicInteger();
    private PeerNode host;
    private PeerServer server;

    @BeforeEach
    void listen() throws Exception {
        open("5.5.5.1", RpcConfig.bootstrapper(BOOTSTRAP_PORT, "5.5.5.1"));
        for (int i = 2; i <= 6; i++) {
            open("5.5.5." + i, builder().ephemeral(EphemeralMode.NEVER).firewalled(false));
        }
        host = open("7.7.7.1", builder().quickFirewall(false));
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        clock.shutdownNow();
        strangers.forEach(MemoryStranger::close);
        nodes.reversed().forEach(PeerNode::closeNow);
        network.close();
    }

    @ParameterizedTest
    @CsvSource({"30, 1", "1000, 1", "1000, 1000"})
    void honestClientsConnectWhileStrangersSendHandshakes(int perSecond, int sources) throws Exception {
        for (int i = 0; i < sources; i++) {
            strangers.add(new MemoryStranger(network, "8." + (i >> 8) + "." + (i & 0xff) + ".7"));
        }
        PeerNode guest = open("6.6.6.1", builder().quickFirewall(false));
        long quiet = connectAll(guest);
        flood(perSecond);
        long flooded = connectAll(guest);
        clock.shutdown();
        assertTrue(clock.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        System.out.println(perSecond + " a second from " + sources + ": " + HONEST + " clients in " + flooded + " ms, " + quiet
                + " without; half-open " + mostHalfOpen + ", sockets " + mostSockets + ", drops " + host.stats().drops());
        assertTrue(mostHalfOpen.get() > 0, "the flood has arrived");
        Eventually.holds("nothing is left of it", PATIENCE, () -> isAtRest(host.stats()), host::stats);
    }

    /** {@return the milliseconds in which so many clients have connected, one after the other, and said something} */
    private long connectAll(PeerNode guest) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < HONEST; i++) {
            try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(KeyPair.generate()));
                    SecretStream accepted = server.accept(PATIENCE).orElseThrow()) {
                client.writeMessage(new byte[] {(byte) i});
                assertEquals(i, accepted.readMessage().orElseThrow()[0]);
            }
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    private void flood(int perSecond) {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            messages.add(firstMessage(i));
        }
        AtomicInteger sent = new AtomicInteger();
        clock.scheduleAtFixedRate(() -> {
            int number = sent.getAndIncrement();
            PeerAddress claimed = new PeerAddress("9." + random.nextInt(256) + "." + random.nextInt(256) + ".9", 1 + random.nextInt(65_535));
            byte[] value = HandshakeMessage.of(RoutingMode.FROM_RELAY, messages.get(number % MESSAGES), claimed).toBytes();
            try {
                strangers.get(number % strangers.size()).request(DhtCommand.PEER_HANDSHAKE, DhtNode.target(server.publicKey()), value,
                        PeerAddress.of(host.dht().rpc().serverPort().localAddress()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            PeerStats stats = host.stats();
            mostHalfOpen.accumulateAndGet(stats.halfOpenHandshakes(), Math::max);
            mostSockets.accumulateAndGet(stats.poolSockets(), Math::max);
        }, 0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
    }

    private byte[] firstMessage(int streamId) {
        NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(), Namespaces.peerHandshake(),
                server.publicKey());
        return noise.writeMessage(NoisePayload.EMPTY.withFirewall(Firewall.UNKNOWN).withUdx(UdxInfo.of(false, streamId)).toBytes());
    }

    private static boolean isAtRest(PeerStats stats) {
        return stats.dials() + stats.halfOpenHandshakes() + stats.punchers() + stats.poolSockets() + stats.streams() == 0;
    }

    private static RpcConfig.Builder builder() {
        return RpcConfig.builder().bootstrap(List.of("5.5.5.1:" + BOOTSTRAP_PORT));
    }

    private PeerNode open(String address, RpcConfig.Builder builder) throws Exception {
        PeerNode node = PeerNode.open(PeerConfig.of(builder.host(address), KeyPair.generate()), network.host(address), network.ticker());
        nodes.add(node);
        assertTrue(node.dht().rpc().awaitBootstrapped(PATIENCE));
        return node;
    }
}

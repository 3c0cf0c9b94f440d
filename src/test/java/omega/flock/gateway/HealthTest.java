package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Subscription;
import omega.flock.base.Topic;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** A gateway says how well it reaches its network, and what is wrong. */
@Timeout(60)
class HealthTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    private final LinkedBlockingQueue<Health> events = new LinkedBlockingQueue<>();

    /** What is said in the log about being offline. */
    private static final class Warnings extends Handler implements AutoCloseable {

        private final Logger logger = Logger.getLogger("omega.flock.rpc");
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Warnings() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().startsWith("network.offline")) {
                lines.add(line.getParameters()[0].toString());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    private static String code(Executable asked) {
        return assertThrows(FlockException.class, asked).code();
    }

    private Health next() throws InterruptedException {
        return Optional.ofNullable(events.poll(40, TimeUnit.SECONDS)).orElseThrow();
    }

    @Test
    void deadAndUnknownBootstrapNodesMeanOfflineSoonAndAreNamed() throws Exception {
        try (Warnings warnings = new Warnings();
                DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String nobody = "127.0.0.1:" + ((InetSocketAddress) silent.getLocalAddress()).getPort();
            try (Gateway gateway = Gateway.builder().bootstrap(nobody, "nobody.invalid:49737").host("127.0.0.1").port(0).open()) {
                gateway.onHealth(events::add);
                assertEquals(Health.State.ONLINE, gateway.health().state(), "nobody was asked yet");
                assertFalse(gateway.awaitReady(LONG));
                String cause = "nobody has answered of " + nobody + ", nobody.invalid:49737 (unknown host)";
                assertEquals(Health.State.OFFLINE, gateway.health().state());
                assertEquals(Optional.of(cause), gateway.health().cause());
                assertEquals(gateway.health(), next());
                assertFalse(gateway.online());
                assertEquals("NO_NETWORK", code(() -> gateway.connect(KeyPair.generate().publicKey())));
                assertEquals("NO_NETWORK", code(() -> gateway.lookup(Topic.hash("anything")).await()));
                assertEquals("NO_NETWORK", code(() -> gateway.immutableGet(new byte[32])));
                UncheckedIOException thrown = assertThrows(UncheckedIOException.class, () -> {
                    for (LookupReply reply : gateway.lookup(Topic.hash("anything"))) {
                        throw new AssertionError("nobody can have answered " + reply);
                    }
                });
                assertTrue(thrown.getCause().getMessage().contains("unknown host"), thrown.getCause().getMessage());
                assertEquals(List.of(cause), warnings.lines.stream().filter(line -> line.contains(nobody)).toList(), "said once");
            }
        }
    }

    @Test
    void aFlockWithoutANetworkIsNotFlushed() throws Exception {
        try (Flock flock = Flock.builder().bootstrap("nobody.invalid:49737").host("127.0.0.1").port(0).open()) {
            assertFalse(flock.dht().awaitReady(LONG));
            flock.join(Topic.hash("anything"));
            assertFalse(flock.flush(LONG));
            assertFalse(flock.topics().getFirst().flushed(LONG));
            assertEquals(Health.State.OFFLINE, flock.health().state());
        }
    }

    /** Whoever does not wait until the gateway is ready has asked before it is known that there is nobody. */
    @Test
    void whoAsksAtOnceIsToldTheSame() throws Exception {
        String nobody = "127.0.0.1:" + freePort();
        try (TaskScope threads = new TaskScope("test")) {
            List<Task<Void>> asking = new ArrayList<>();
            for (ThrowingConsumer<Gateway> question : List.<ThrowingConsumer<Gateway>>of(
                    gateway -> gateway.lookup(Topic.hash("anything")).await(),
                    gateway -> gateway.immutableGet(new byte[32]),
                    gateway -> gateway.connect(KeyPair.generate().publicKey()))) {
                asking.add(threads.fork("asking", () -> {
                    try (Gateway gateway = Gateway.builder().bootstrap(nobody).host("127.0.0.1").port(0).open()) {
                        assertEquals("NO_NETWORK", code(() -> question.accept(gateway)));
                    }
                }));
            }
            asking.add(threads.fork("flushing", () -> {
                try (Flock flock = Flock.builder().bootstrap(nobody).host("127.0.0.1").port(0).open()) {
                    flock.join(Topic.hash("anything"), JoinOptions.CLIENT);
                    assertFalse(flock.flush());
                    assertFalse(flock.topics().getFirst().flushed());
                }
            }));
            for (Task<Void> each : asking) {
                each.join(LONG);
            }
        }
    }

    @Test
    void aFlockWithoutANetworkDoesNotListenUntilThereIsOne() throws Exception {
        int port = freePort();
        try (Flock flock = Flock.builder().bootstrap("127.0.0.1:" + port).host("127.0.0.1").port(0).open()) {
            assertEquals("NO_NETWORK", code(flock::listen));
            assertEquals("NO_NETWORK", code(flock::listen), "still so, though it listens");
            try (GatewayServer server = flock.dht().listen(KeyPair.generate())) {
                assertEquals(List.of(), server.relayAddresses(), "a gateway's server says it so");
            }
            try (Gateway first = Gateway.bootstrapper("127.0.0.1", port);
                    Gateway other = Gateway.builder().bootstrap("127.0.0.1:" + port).host("127.0.0.1").port(0).open()) {
                assertTrue(first.awaitReady(LONG) && other.awaitReady(LONG));
                Eventually.holds("the key is announced by itself", LONG, () -> isFound(other, flock.keyPair().publicKey()), flock::dump);
                flock.listen();
            }
        }
    }

    private static boolean isFound(Gateway gateway, PublicKey key) {
        try (Query<PeerReply> query = gateway.findPeer(key)) {
            return query.iterator().hasNext();
        }
    }

    private static int freePort() throws IOException {
        try (DatagramChannel free = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return ((InetSocketAddress) free.getLocalAddress()).getPort();
        }
    }

    @Test
    void anybodyWhoAnswersBringsItBackOnlineByItself() throws Exception {
        int port = freePort();
        LinkedBlockingQueue<String> online = new LinkedBlockingQueue<>();
        try (Gateway gateway = Gateway.builder().bootstrap("127.0.0.1:" + port).host("127.0.0.1").port(0).open()) {
            gateway.onHealth(events::add);
            gateway.onOnline(() -> online.add("online"));
            assertEquals(Health.State.OFFLINE, next().state());
            try (Gateway first = Gateway.bootstrapper("127.0.0.1", port)) {
                assertTrue(first.awaitReady(LONG));
                assertEquals(Health.State.ONLINE, first.health().state(), "the first node of a network is alone, not offline");
                Health back = next();
                assertEquals(Health.State.ONLINE, back.state());
                assertEquals(Optional.empty(), back.cause());
                assertTrue(gateway.awaitReady(LONG));
                assertEquals("online", online.poll(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void listenersHearOfEachChangeInOrderAndOfTheEnd() throws Exception {
        try (Testnet testnet = Testnet.start(1)) {
            Gateway gateway = testnet.createNode();
            assertTrue(gateway.awaitReady(LONG));
            gateway.onHealth(health -> {
                throw new AssertionError("a fault of a listener, provoked by a test");
            });
            gateway.onHealth(events::add);
            gateway.suspend();
            gateway.resume();
            gateway.close();
            assertEquals(Optional.of("suspended"), next().cause());
            assertEquals(Health.State.ONLINE, next().state());
            Health last = next();
            assertEquals(Health.State.OFFLINE, last.state());
            assertEquals(Optional.of("closed"), last.cause());
            assertEquals(last, gateway.health());
            assertTrue(events.isEmpty());
        }
    }

    @Test
    void aListenerThatIsGoneHearsNothing() throws Exception {
        try (Testnet testnet = Testnet.start(1); Gateway gateway = testnet.createNode()) {
            assertTrue(gateway.awaitReady(LONG));
            Subscription registered = gateway.onHealth(
                    health -> events.add(new Health(health.state(), health.since(), Optional.of("gone"))));
            gateway.onHealth(events::add);
            registered.close();
            gateway.suspend();
            assertEquals(Optional.of("suspended"), next().cause());
            assertTrue(events.isEmpty());
        }
    }
}

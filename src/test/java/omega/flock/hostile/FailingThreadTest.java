package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import omega.flock.Flock;
import omega.flock.Registration;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Health;
import omega.flock.gateway.TappedGateway;
import omega.flock.gateway.Testnet;
import omega.flock.net.DatagramHandler;
import omega.flock.net.MachinePorts;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.rpc.RpcNode;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row 11: somebody brings about an error on a thread that a node cannot do without.
 *
 * <p>Before: the reader was gone and its port stayed open, deaf; or no timeout fired any more; and whoever waited, waited on: accept and
 * read for ever, connect and ping without a timer that would have ended them. Now the node closes with the error as its reason, says so
 * once in the log, and everybody who waits is awake within a second.
 */
@Timeout(60)
class FailingThreadTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte POISON = 0x33;

    /** The ports of this machine; a datagram that begins with {@link #POISON} costs its reader more memory than there is. */
    private static final PortBinder POISONABLE = (local, handler) -> MachinePorts.MACHINE.bind(local, new DatagramHandler() {
        @Override
        public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
            if (datagram.remaining() > 0 && datagram.get(datagram.position()) == POISON) {
                throw new OutOfMemoryError("on purpose");
            }
            return handler.onDatagram(port, source, datagram);
        }

        @Override
        public void onPortFailed(UdpPort port, Throwable cause) {
            handler.onPortFailed(port, cause);
        }
    });

    /** A clock that fails one thread, once. */
    private static final class FailingTicker implements Ticker {

        private final AtomicReference<String> victim = new AtomicReference<>("");

        @Override
        public long nanoTime() {
            String name = Thread.currentThread().getName();
            if (name.equals(victim.get()) && !victim.getAndSet("").isEmpty()) {
                throw new OutOfMemoryError("on purpose");
            }
            return SYSTEM.nanoTime();
        }

        @Override
        public long wallMillis() {
            return SYSTEM.wallMillis();
        }
    }

    /** A node in the middle of everything that can be waited for. */
    private static final class BusyNode implements AutoCloseable {

        final Testnet testnet = Testnet.start(3);
        final DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(0));
        final TaskScope threads = new TaskScope("waiters");
        final Map<String, Task<?>> waiters = new LinkedHashMap<>();
        final TappedGateway node;
        final Gateway peer;
        final Flock flock;
        final Connection connection;
        final Connection peersConnection;

        BusyNode(PortBinder binder, Ticker ticker) throws Exception {
            node = TappedGateway.open(testnet.bootstrap(), binder, ticker);
            peer = testnet.createNode();
            assertTrue(node.gateway().awaitReady(SOON) && peer.awaitReady(SOON));
            GatewayServer server = node.gateway().listen(KeyPair.generate());
            peersConnection = peer.connect(server.publicKey());
            connection = server.accept(SOON).orElseThrow();
            int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
            List<PeerAddress> nobody = IntStream.range(2, 42).mapToObj(last -> new PeerAddress("127.0.0." + last, port)).toList();
            ConnectOptions through = ConnectOptions.DEFAULT.withRelayAddresses(nobody);
            wait("accept", server::accept);
            wait("read", () -> connection.getInputStream().read());
            wait("receiveDatagram", connection::receiveDatagram);
            wait("connect", () -> node.gateway().connect(KeyPair.generate().publicKey(), through));
            wait("lookup", () -> {
                while (true) {
                    node.gateway().lookup(Topic.hash("nobody is here"), nobody).await();
                }
            });
            flock = Flock.builder().dht(node.gateway()).open();
            wait("the flock's accept", flock::accept);
            wait("ping", () -> node.gateway().ping(nobody.getFirst()));
            wait("the peer's read", () -> peersConnection.getInputStream().read());
        }

        private void wait(String name, Callable<?> call) throws Exception {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            waiters.put(name, threads.forkCallable("waits for " + name, () -> {
                thread.complete(Thread.currentThread());
                return call.call();
            }));
            Eventually.waits(thread.get());
        }

        /** Everybody is awake and knows why, and nobody can be led to wait again. */
        void hasFailedLoudly() throws Exception {
            for (Map.Entry<String, Task<?>> waiter : waiters.entrySet()) {
                Throwable thrown = assertThrows(ExecutionException.class, () -> waiter.getValue().join(SOON), waiter.getKey()).getCause();
                if (!waiter.getKey().equals("the peer's read")) {
                    assertTrue(saysWhy(thrown), waiter.getKey() + " ends with " + thrown);
                }
            }
            assertFalse(node.gateway().isOpen());
            Health health = node.gateway().health();
            assertEquals(Health.State.FAILED, health.state());
            assertTrue(health.cause().orElseThrow().contains("on purpose"), health.toString());
            CloseReason reason = connection.closeReason().orElseThrow();
            assertEquals(CloseReason.Kind.SHUT_DOWN, reason.kind());
            assertTrue(reason.message().contains("on purpose"), reason.message());
            assertTrue(saysWhy(assertThrows(IllegalStateException.class, () -> node.gateway().connect(peer.keyPair().publicKey()))));
            RpcNode rpc = node.node().dht().rpc();
            Eventually.holds("its ports are free", () -> !rpc.serverPort().isOpen() && !rpc.clientPort().isOpen());
        }

        @Override
        public void close() throws Exception {
            flock.closeNow();
            testnet.close();
            silent.close();
            threads.close();
        }
    }

    private static boolean saysWhy(Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (String.valueOf(each.getMessage()).contains("on purpose")) {
                return true;
            }
        }
        return false;
    }

    /** What the node logs as an error while something runs. */
    private static final class Log extends Handler implements AutoCloseable {

        private final Logger logger = Logger.getLogger("omega.flock.peer");
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Log() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().startsWith("node.failed")) {
                lines.add(line.getMessage() + " " + line.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    @Test
    void anErrorOnTheReaderOfAPortClosesTheNodeWithItsReason() throws Exception {
        try (Log log = new Log(); BusyNode busy = new BusyNode(POISONABLE, Ticker.SYSTEM); DatagramChannel attacker = DatagramChannel.open()) {
            attacker.send(ByteBuffer.wrap(new byte[] {POISON}), busy.node.node().dht().rpc().serverPort().localAddress());
            busy.hasFailedLoudly();
            Eventually.holds("it is said in the log", () -> !log.lines.isEmpty());
            assertEquals(List.of("node.failed java.lang.OutOfMemoryError: on purpose"), log.lines);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc-deadlines", "flock-timers"})
    void anErrorOnTheThreadOfTimeoutsClosesTheNodeWithItsReason(String thread) throws Exception {
        FailingTicker ticker = new FailingTicker();
        try (BusyNode busy = new BusyNode(MachinePorts.MACHINE, ticker)) {
            ticker.victim.set(thread);
            busy.hasFailedLoudly();
        }
    }

    @Test
    void aNodeThatHasFailedTellsWhoeverAsksLater() throws Exception {
        try (BusyNode busy = new BusyNode(POISONABLE, Ticker.SYSTEM); DatagramChannel attacker = DatagramChannel.open()) {
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            busy.node.node().onFailure(told::complete);
            LinkedBlockingQueue<Health> events = new LinkedBlockingQueue<>();
            try (Registration registered = busy.flock.onHealth(events::add)) {
                attacker.send(ByteBuffer.wrap(new byte[] {POISON}), busy.node.node().dht().rpc().clientPort().localAddress());
                assertEquals(Health.State.FAILED, events.poll(10, TimeUnit.SECONDS).state());
            }
            assertEquals("on purpose", told.get(SOON.toMillis(), TimeUnit.MILLISECONDS).getMessage());
            CompletableFuture<Throwable> late = new CompletableFuture<>();
            busy.node.node().onFailure(late::complete);
            assertEquals("on purpose", late.getNow(null).getMessage());
        }
    }
}

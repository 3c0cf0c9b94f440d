package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import omega.flock.base.KeyPair;
import omega.flock.dht.message.DhtCommand;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.GatewayStats;
import omega.flock.gateway.TappedGateway;
import omega.flock.rpc.EphemeralMode;
import omega.flock.rpc.InternalCommand;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Datagrams that nobody should send, at a node that is idle and at two that are busy: nothing escapes, nothing grows, every
 * drop has a name, and peers do not notice. There are {@value #DEFAULT_DATAGRAMS} of them for each test in a build, and as
 * many as the system property {@value #DATAGRAMS} says in the acceptance run.
 *
 * <p><b>What is left out.</b> UDX authenticates nothing: who knows a stream's id and where it stands is obeyed by every
 * receiver that keeps to the protocol, as with TCP. So packets with the true id of a living stream never do what would have
 * to be obeyed: bring other bytes under a number that is still awaited, destroy the stream with a number that is not yet
 * passed, acknowledge (by ack or SACK) what was sent but never arrived, or name another window together with an ack that
 * may be true. They do everything else: numbers long passed or far beyond the window, acks long passed or of what was never
 * sent, impossible SACK blocks and data offsets, floods of heartbeats and messages, every mix of flags; and exact copies of
 * true packets, from other addresses, which are harmless.
 */
@Timeout(600)
@Isolated("it measures the heap")
class HostileDatagramsTest {

    private static final String DATAGRAMS = "omega.flock.acceptance.hostileDatagrams";
    private static final int DEFAULT_DATAGRAMS = 50_000;
    /** What a heap may hold more afterwards, beyond what collections leave behind by chance. */
    private static final long HEAP_TOLERANCE = 4 << 20;
    private static final List<String> TRANSIENT_GAUGES = List.of("dials", "servers", "handshakes", "punchers", "pool.sockets",
            "streams", "rpc.requests", "rpc.queries");
    private static final List<String> STORAGE_GAUGES = List.of("forwards", "records", "mutables", "immutables", "nodes");
    /** More than the kinds of message that could be stored, a few copies of each. */
    private static final long STORED_BY_REPLAYS = 64;

    private final long seed = Ticker.SYSTEM.wallMillis();
    private final int datagrams = Integer.getInteger(DATAGRAMS, DEFAULT_DATAGRAMS);
    private ErrorLog errorLog;
    private Attack attack;
    private TappedNetwork network;
    private TaskScope threads;

    @BeforeEach
    void startNetwork() throws Exception {
        System.out.println("hostile datagrams: seed " + seed);
        errorLog = new ErrorLog();
        threads = new TaskScope("test");
        attack = new Attack(seed);
        network = new TappedNetwork(4, attack);
        network.converse();
    }

    @AfterEach
    void stopNetwork() throws Exception {
        threads.close();
        network.close();
        attack.close();
        errorLog.close();
    }

    @Test
    void messagesOfEveryKindWereSeenAndServeAsMaterial() {
        Set<String> expected = Stream.concat(
                Arrays.stream(InternalCommand.values()).map(Captures::internal),
                Arrays.stream(DhtCommand.values()).map(command -> Captures.application(command.code()))).collect(Collectors.toSet());
        expected.addAll(List.of("probe", "stream DATA", "stream STATE", "stream MESSAGE", "stream DESTROY"));
        expected.removeAll(attack.captures().kinds());
        assertEquals(Set.of(), expected, () -> "not seen; seen were " + attack.captures().kinds());
    }

    @Test
    void anIdleNodeOutlivesThem() throws Exception {
        Gateway idle = network.node(1).gateway();
        List<Tap> targets = List.of(network.tap(network.node(1)));
        byte[] hash = idle.immutablePut(new byte[] {1, 2, 3});
        attack.run(datagrams / 10, targets); // what is made once is made now
        awaitBaseline(Map.of(), idle);
        GatewayStats before = idle.stats();
        long heapBefore = Heap.usedAfterCollection();

        Task<Long> bystander = threads.forkCallable("bystander", () -> lookUpUntilInterrupted(hash));
        attack.run(datagrams, targets);
        bystander.cancel();
        long found = bystander.join(TappedNetwork.PATIENCE);

        assertTrue(found > 0, "a bystander got its answers meanwhile");
        assertEquals(3, idle.immutableGet(hash).orElseThrow().length);
        awaitBaseline(before.gauges(), idle);
        long heapAfter = Heap.usedAfterCollection();
        GatewayStats after = idle.stats();
        report("idle node", before, after, heapBefore, heapAfter);
        System.out.println("the bystander found its value " + found + " times meanwhile");
        assertTrue(heapAfter - heapBefore < HEAP_TOLERANCE, () -> "heap from " + heapBefore + " to " + heapAfter);
        assertDropsAreNamed(before, after, "rpc.NOT_RPC", "rpc.MALFORMED", "rpc.UNKNOWN_TRANSACTION", "rpc.BAD_INTERNAL_VALUE",
                "rpc.BAD_TOKEN", "dht.MALFORMED", "dht.NOT_ROUTABLE", "dht.INCOMPLETE", "dht.WRONG_TARGET", "transport.UNKNOWN_STREAM");
        assertEquals(List.of(), errorLog.errors());
    }

    @Test
    void aTransferOutlivesThemAndOtherPeersDoNotNotice() throws Exception {
        TappedGateway host = network.join();
        TappedGateway guest = network.join();
        TappedGateway other = network.join(rpc -> rpc.ephemeral(EphemeralMode.ALWAYS));
        List<Tap> targets = List.of(network.tap(host), network.tap(guest));
        transfer(host, guest, other, targets, datagrams / 10); // what is made once is made now
        awaitBaseline(Map.of(), host.gateway(), guest.gateway(), other.gateway());
        GatewayStats hostBefore = host.gateway().stats();
        GatewayStats guestBefore = guest.gateway().stats();
        long heapBefore = Heap.usedAfterCollection();

        transfer(host, guest, other, targets, datagrams);

        awaitBaseline(hostBefore.gauges(), host.gateway());
        awaitBaseline(guestBefore.gauges(), guest.gateway(), other.gateway());
        long heapAfter = Heap.usedAfterCollection();
        report("server of a transfer", hostBefore, host.gateway().stats(), heapBefore, heapAfter);
        report("client of a transfer", guestBefore, guest.gateway().stats(), heapBefore, heapAfter);
        assertTrue(heapAfter - heapBefore < HEAP_TOLERANCE, () -> "heap from " + heapBefore + " to " + heapAfter);
        String[] ofStreams = {"transport.DUPLICATE", "transport.OUT_OF_WINDOW", "transport.STALE_DESTROY", "transport.ACK_BEYOND_NEXT",
            "transport.BAD_DATA_OFFSET", "transport.BAD_SACK_BLOCK", "transport.UNKNOWN_STREAM", "rpc.NOT_RPC", "rpc.MALFORMED"};
        assertDropsAreNamed(hostBefore, host.gateway().stats(), ofStreams);
        assertDropsAreNamed(hostBefore, host.gateway().stats(), "peer.BAD_NOISE");
        assertDropsAreNamed(guestBefore, guest.gateway().stats(), ofStreams);
        assertEquals(List.of(), errorLog.errors());
    }

    // ---- What goes on meanwhile ------------------------------------------------------------------------------------------

    private long lookUpUntilInterrupted(byte[] hash) throws IOException {
        long found = 0;
        try (TappedGateway bystander = network.join()) {
            while (!Thread.currentThread().isInterrupted()) {
                assertArrayEquals(new byte[] {1, 2, 3}, bystander.gateway().immutableGet(hash).orElseThrow());
                found++;
            }
        } catch (InterruptedException e) {
            return found; // the attack is over
        }
        return found;
    }

    /** Writes for as long as the attack goes on, both ways, while a second connection to the same server echoes. */
    private void transfer(TappedGateway host, TappedGateway guest, TappedGateway other, List<Tap> targets, int count)
            throws Exception {
        try (GatewayServer server = host.gateway().listen(KeyPair.generate());
                Connection client = guest.gateway().connect(server.publicKey()); Connection accepted = server.accept();
                Connection bystander = other.gateway().connect(server.publicKey()); Connection echoing = server.accept()) {
            for (Connection each : List.of(client, accepted, bystander, echoing)) {
                each.setReadTimeout(TappedNetwork.PATIENCE);
            }
            Task<Void> attacker = threads.fork("attacker", () -> attack.run(count, targets));
            Task<byte[]> up = threads.forkCallable("up", () -> writeWhile(attacker, client, 1));
            Task<byte[]> down = threads.forkCallable("down", () -> writeWhile(attacker, accepted, 2));
            Task<byte[]> upRead = threads.forkCallable("up reader", () -> readToTheEnd(accepted));
            Task<byte[]> downRead = threads.forkCallable("down reader", () -> readToTheEnd(client));
            Task<Void> echo = threads.fork("echo", () -> {
                for (byte[] message = echoing.readMessage(); message != null; message = echoing.readMessage()) {
                    echoing.writeMessage(message);
                }
            });
            Task<Duration> caller = threads.forkCallable("caller", () -> echoWhile(attacker, bystander));

            attacker.join();
            assertArrayEquals(up.join(TappedNetwork.PATIENCE), upRead.join(TappedNetwork.PATIENCE), "from client to server");
            assertArrayEquals(down.join(TappedNetwork.PATIENCE), downRead.join(TappedNetwork.PATIENCE), "from server to client");
            Duration slowest = caller.join(TappedNetwork.PATIENCE);
            echo.join(TappedNetwork.PATIENCE);
            System.out.println("slowest echo of the other connection: " + slowest.toMillis() + " ms");
            assertTrue(slowest.compareTo(Duration.ofSeconds(5)) < 0, () -> "slowest echo: " + slowest);
        }
    }

    private static byte[] writeWhile(Task<?> attacker, Connection connection, long seed) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(seed);
        byte[] piece = new byte[50_000];
        long written = 0;
        while (!attacker.isDone() || written < 10_000_000) {
            random.nextBytes(piece);
            digest.update(piece);
            connection.getOutputStream().write(piece);
            written += piece.length;
        }
        connection.shutdownOutput();
        System.out.println("written during the attack: " + written + " bytes");
        return digest.digest();
    }

    private static byte[] readToTheEnd(Connection connection) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] piece = new byte[1 << 16];
        for (int count = connection.getInputStream().read(piece); count >= 0; count = connection.getInputStream().read(piece)) {
            digest.update(piece, 0, count);
        }
        return digest.digest();
    }

    private static Duration echoWhile(Task<?> attacker, Connection connection) throws IOException {
        long slowest = 0;
        byte[] message = new byte[1000];
        do {
            long started = Ticker.SYSTEM.nanoTime();
            message[0]++;
            connection.writeMessage(message);
            assertArrayEquals(message, connection.readMessage());
            slowest = Math.max(slowest, Ticker.SYSTEM.nanoTime() - started);
        } while (!attacker.isDone());
        connection.shutdownOutput();
        return Duration.ofNanos(slowest);
    }

    // ---- What is left afterwards -----------------------------------------------------------------------------------------

    private static void awaitBaseline(Map<String, Long> before, Gateway... gateways) {
        for (Gateway gateway : gateways) {
            Eventually.holds("gauges are back", Duration.ofSeconds(40), () -> {
                Map<String, Long> now = gateway.stats().gauges();
                return TRANSIENT_GAUGES.stream().allMatch(gauge -> now.get(gauge) <= before.getOrDefault(gauge, 0L))
                        && STORAGE_GAUGES.stream().allMatch(gauge -> now.get(gauge) <= before.getOrDefault(gauge, 0L) + STORED_BY_REPLAYS);
            }, gateway::stats);
        }
    }

    private static void assertDropsAreNamed(GatewayStats before, GatewayStats after, String... reasons) {
        Map<String, Long> grown = grown(before, after);
        assertTrue(grown.keySet().containsAll(List.of(reasons)), () -> "grown: " + grown);
    }

    private void report(String what, GatewayStats before, GatewayStats after, long heapBefore, long heapAfter) {
        System.out.println(what + ": " + attack + "; heap " + heapBefore / 1024 + " -> " + heapAfter / 1024 + " KiB; drops "
                + grown(before, after));
    }

    private static Map<String, Long> grown(GatewayStats before, GatewayStats after) {
        Map<String, Long> grown = new HashMap<>(after.drops());
        before.drops().forEach((reason, count) -> grown.merge(reason, -count, Long::sum));
        grown.values().removeIf(count -> count == 0);
        return new TreeMap<>(grown);
    }
}

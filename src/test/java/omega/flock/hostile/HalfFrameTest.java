package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Testnet;
import omega.flock.noise.NoiseResult;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.secret.SecretStreamOptions;
import omega.flock.transport.RawStream;
import omega.flock.transport.StreamStats;
import omega.flock.transport.flow.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 10: 64 peers each send a frame of 16 MiB but for its last byte, and then wait.
 *
 * <p>Before: 1,024 MiB were held, without limit. Now no more than the node gives, here 64 MiB, and an honest peer is served all the
 * same: the host that holds most gives way.
 */
@Timeout(60)
class HalfFrameTest {

    private static final int MIB = 1 << 20;
    private static final int FRAME = 0xFFFFFF;

    private final TaskScope scope = new TaskScope("test");
    private final DeadlineQueue timers = new DeadlineQueue("test-timers", Ticker.SYSTEM, scope);
    /** 64 MiB, besides the eighth that is for connections. */
    private final SharedMemory memory = new SharedMemory(64L * MIB * 8 / 7 + 1, Ticker.SYSTEM, Runnable::run);
    private final SecretStreamOptions options = SecretStreamOptions.of(Ticker.SYSTEM, timers, scope).withMemory(memory);

    @AfterEach
    void close() {
        timers.close();
        scope.close();
    }

    /** The transport under a stream: everything that a peer has sent is there, and the rest never comes. */
    private static final class Fed implements RawStream {

        private final InetSocketAddress from;
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final List<Consumer<CloseReason>> listeners = new ArrayList<>();
        private byte[] beginning = {};
        private int zeros;
        private int offset;
        private Optional<CloseReason> reason = Optional.empty();

        Fed(InetSocketAddress from) {
            this.from = from;
        }

        /** What arrives: these bytes, and so many zeros behind them. */
        void feed(byte[] bytes, int following) {
            beginning = bytes;
            zeros = following;
            offset = 0;
        }

        private int left() {
            return beginning.length + zeros - offset;
        }

        @Override
        public int poll(byte[] into, int at, int length) throws IOException {
            if (reason.isPresent()) {
                throw reason.get().toException();
            }
            int count = Math.min(length, left());
            for (int i = 0; i < count; i++, offset++) {
                into[at + i] = offset < beginning.length ? beginning[offset] : 0;
            }
            return count;
        }

        @Override
        public int awaitReadable(long timeoutNanos) {
            return left();
        }

        @Override
        public void write(byte[] bytes, int at, int length, long timeoutNanos) {
            written.write(bytes, at, length);
        }

        @Override
        public int offer(byte[] bytes, int at, int length) {
            write(bytes, at, length, 0);
            return length;
        }

        @Override
        public void end() {}

        @Override
        public void closeGracefully() {
            destroy(CloseReason.closedLocally("closed"));
        }

        @Override
        public void destroy(CloseReason why) {
            if (reason.isEmpty()) {
                reason = Optional.of(why);
                listeners.forEach(listener -> listener.accept(why));
            }
        }

        @Override
        public int largestMessage() {
            return 1_000;
        }

        @Override
        public void sendMessage(byte[] message) {}

        @Override
        public void onMessage(Consumer<byte[]> handler) {}

        @Override
        public void countDrop(DropReason why) {}

        @Override
        public void onClose(Consumer<CloseReason> listener) {
            listeners.add(listener);
        }

        @Override
        public Optional<CloseReason> closeReason() {
            return reason;
        }

        @Override
        public boolean awaitAcknowledged(Duration timeout) {
            return true;
        }

        @Override
        public long bytesReceived() {
            return offset;
        }

        @Override
        public Optional<InetSocketAddress> remoteAddress() {
            return Optional.of(from);
        }

        @Override
        public StreamStats stats() {
            throw new UnsupportedOperationException("nobody asks");
        }
    }

    private static NoiseResult keys(int send, int receive) {
        return new NoiseResult(filled(send, 32), filled(receive, 32), filled(9, 64), KeyPair.fromSeed(filled(send, 32)).publicKey());
    }

    private static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Somebody at an address, seen from the node: its stream, and what carries it. */
    private record Peer(SecretStream stream, Fed raw, SecretStream own, Fed sent) {}

    private Peer peer(String host) throws IOException {
        Fed raw = new Fed(new InetSocketAddress(host, 4_000));
        SecretStream stream = new SecretStream(raw, keys(1, 2), false, KeyPair.fromSeed(filled(5, 32)).publicKey(), options);
        stream.start();
        stream.setReadTimeout(Duration.ofMillis(1));
        Fed sent = new Fed(new InetSocketAddress("192.0.2.1", 4_000));
        SecretStream own = new SecretStream(sent, keys(2, 1), true, KeyPair.fromSeed(filled(6, 32)).publicKey(),
                SecretStreamOptions.of(Ticker.SYSTEM, timers, scope));
        own.start();
        return new Peer(stream, raw, own, sent);
    }

    private Peer attacker(int number) throws IOException {
        Peer peer = peer("198.51." + number / 100 + "." + number % 100);
        byte[] opening = Arrays.copyOf(peer.sent.written.toByteArray(), peer.sent.written.size() + 3);
        Arrays.fill(opening, opening.length - 3, opening.length, (byte) -1);
        peer.raw.feed(opening, FRAME - 1);
        return peer;
    }

    @Test
    void halfFramesHoldNoMoreThanTheNodeGivesAndAnHonestPeerIsServed() throws IOException {
        List<SecretStream> attackers = new ArrayList<>();
        long most = 0;
        for (int i = 0; i < 64; i++) {
            SecretStream stream = attacker(i).stream();
            IOException thrown = assertThrows(IOException.class, stream::readMessage);
            assertEquals(stream.isOpen(), thrown instanceof SocketTimeoutException, "it waits, or was closed: " + thrown);
            attackers.add(stream);
            most = Math.max(most, memory.snapshot().held());
        }
        assertTrue(most > 40 * MIB && most <= 64 * MIB, "held " + most / MIB + " MiB");
        List<SecretStream> waiting = attackers.stream().filter(SecretStream::isOpen).toList();
        assertTrue(waiting.size() <= 4, waiting.size() + " wait");
        CloseReason refused = attackers.getFirst().closeReason().orElseThrow();
        assertEquals(CloseReason.Kind.CLOSED_LOCALLY, refused.kind());
        assertTrue(refused.message().contains("no memory"), refused.message());

        byte[] message = filled(7, 4 * MIB);
        Peer honest = peer("203.0.113.1");
        honest.own.writeMessage(message);
        honest.raw.feed(honest.sent.written.toByteArray(), 0);
        assertArrayEquals(message, honest.stream.readMessage().orElseThrow());

        waiting.forEach(SecretStream::close);
        honest.stream.close();
        assertEquals(0, memory.snapshot().held());
    }

    @Test
    void manyConnectionsOfOneHostAreOneThatHoldsMost() throws IOException {
        SharedMemory.Snapshot before = memory.snapshot();
        List<SecretStream> streams = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Peer peer = attacker(1);
            assertThrows(SocketTimeoutException.class, peer.stream()::readMessage);
            streams.add(peer.stream());
        }
        Peer other = attacker(2);
        assertThrows(SocketTimeoutException.class, other.stream()::readMessage);
        assertTrue(other.stream().isOpen(), "16 MiB are fewer than 64");
        assertEquals(3, streams.stream().filter(SecretStream::isOpen).count());
        assertEquals(before.evictions() + 1, memory.snapshot().evictions());
        streams.forEach(SecretStream::close);
        other.stream().abort(CloseReason.closedLocally("test"));
        assertEquals(0, memory.snapshot().held());
    }

    @Test
    void aMessageForWhichThereIsNoMemoryClosesItsConnectionAndNoOther() throws Exception {
        try (Testnet testnet = Testnet.start(2);
                Gateway small = Gateway.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").port(0).memoryBudget(6 * MIB).open();
                Gateway large = testnet.createNode();
                TaskScope threads = new TaskScope("writers")) {
            GatewayServer server = small.listen(KeyPair.generate());
            Connection greedy = large.connect(server.publicKey());
            Connection atGreedy = server.accept();
            Connection modest = large.connect(server.publicKey());
            Connection atModest = server.accept();
            Task<?> writing = threads.fork("greedy", () -> greedy.writeMessage(new byte[12 * MIB]));
            IOException thrown = assertThrows(IOException.class, atGreedy::readMessage);
            assertTrue(thrown.getMessage().contains("no memory"), thrown.toString());
            assertFalse(atGreedy.isOpen());
            assertThrows(ExecutionException.class, () -> writing.join(Duration.ofSeconds(20)));
            threads.fork("modest", () -> modest.writeMessage(filled(3, MIB)));
            assertArrayEquals(filled(3, MIB), atModest.readMessage());
            assertTrue(small.stats().drops().get("memory.REFUSED") >= 1);
            modest.close();
            atModest.close();
            Eventually.holds("all memory is given back", () -> small.stats().gauges().get("memory") == 0);
        }
    }
}

package omega.flock.hostile;

import static omega.flock.transport.BlockingReads.readSome;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import omega.flock.base.CloseReason;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.transport.LoneTransport;
import omega.flock.transport.StreamFirewall;
import omega.flock.transport.TransportOptions;
import omega.flock.transport.UdxStream;
import omega.flock.transport.UdxTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 64 peers fill the receive window of a program that does not read, or never acknowledge what it writes to them.
 *
 * <p>Before: 8 MiB for each that sends, 512 MiB, and a quarter of a MiB for each that does not acknowledge. Now what the node gives, and
 * others are served. On loopback each port is a host.
 */
@Timeout(60)
class UnreadAndUnacknowledgedTest {

    private static final int PEERS = 64;
    private static final int MIB = 1 << 20;
    private static final int GUARANTEED = 4_096;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TaskScope scope = new TaskScope("test");
    private final DeadlineQueue timers = new DeadlineQueue("test-timers", Ticker.SYSTEM, scope);
    private final UdxTransport peers = LoneTransport.in(scope);
    private final List<UdpPort> ports = new ArrayList<>();
    private final List<UdxStream> atNode = new ArrayList<>();

    @AfterEach
    void close() {
        peers.close();
        ports.forEach(UdpPort::close);
        timers.close();
        scope.close();
    }

    /** With 4 MiB nobody has more than the honest one asks for, so that it gets what everybody has; with 16 MiB they give way. */
    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void whatNobodyReadsIsNoMoreThanTheNodeGives(int mebibytes) throws Exception {
        SharedMemory memory = new SharedMemory((long) mebibytes * MIB, Ticker.SYSTEM, scope);
        try (UdxTransport node = node(memory)) {
            UdpPort nodePort = bind(node);
            for (int i = 0; i < PEERS; i++) {
                UdxStream sender = pair(node, nodePort, bind(peers));
                scope.fork("sender", () -> writeAsMuchAsPossible(sender));
            }
            assertStaysWithin(memory, () -> atNode.stream().mapToLong(UdxStream::available).sum());
            assertServed(pair(node, nodePort, bind(peers)), atNode.getLast());
            assertClosedForWantOfMemory(memory);
            atNode.forEach(UdxStream::closeGracefully);
            Eventually.holds("all is given back", PATIENCE, () -> memory.snapshot().held() == 0, memory::snapshot);
        }
    }

    @Test
    void whatNobodyAcknowledgesIsNoMoreThanTheNodeGives() throws Exception {
        SharedMemory memory = new SharedMemory(4 * MIB, Ticker.SYSTEM, scope);
        try (UdxTransport node = node(memory)) {
            UdpPort nodePort = bind(node);
            for (int i = 0; i < PEERS; i++) {
                UdpPort deaf = DatagramUdpPort.bind(loopback(), (on, source, datagram) -> true);
                ports.add(deaf);
                UdxStream stream = node.createStream(StreamFirewall.DENY_ALL);
                stream.connect(nodePort, i, deaf.localAddress());
                atNode.add(stream);
                scope.fork("writer", () -> writeAsMuchAsPossible(stream));
            }
            assertStaysWithin(memory, () -> memory.snapshot().held());
            UdxStream honest = pair(node, nodePort, bind(peers));
            assertServed(atNode.getLast(), honest);
            atNode.forEach(UdxStream::closeGracefully);
            atNode.forEach(stream -> stream.destroy(CloseReason.closedLocally("test")));
            Eventually.holds("all is given back", PATIENCE, () -> memory.snapshot().held() == 0, memory::snapshot);
        }
    }

    private interface Held {
        long bytes();
    }

    /** Who has to give way holds its bytes until it has been told, so more than there is may be held for a moment. */
    private static void assertStaysWithin(SharedMemory memory, Held held) {
        long capacity = memory.snapshot().capacity();
        Predicate<SharedMemory.Snapshot> full = snapshot -> snapshot.held() > capacity * 3 / 4 && snapshot.refusals() > 0;
        Eventually.holds("it is full, and no more", PATIENCE,
                () -> full.test(memory.snapshot()) && held.bytes() <= capacity + PEERS * GUARANTEED,
                () -> held.bytes() + " held, " + memory.snapshot());
    }

    private void assertServed(UdxStream from, UdxStream to) throws Exception {
        byte[] sent = new byte[MIB];
        new Random(5).nextBytes(sent);
        scope.fork("honest", () -> {
            from.write(sent, 0, sent.length);
            from.end();
        });
        byte[] got = new byte[MIB];
        for (int done = 0; done < MIB; ) {
            int count = readSome(to, got, done, MIB - done, PATIENCE);
            assertTrue(count > 0, "ended after " + done);
            done += count;
        }
        assertArrayEquals(sent, got);
    }

    private void assertClosedForWantOfMemory(SharedMemory memory) {
        long closed = atNode.stream().flatMap(stream -> stream.closeReason().stream())
                .filter(reason -> reason.message().contains("no memory")).count();
        assertTrue(closed <= memory.snapshot().evictions(), closed + " " + memory.snapshot());
    }

    private static void writeAsMuchAsPossible(UdxStream stream) {
        byte[] bytes = new byte[MIB];
        try {
            for (int i = 0; i < 8; i++) {
                stream.write(bytes, 0, bytes.length);
            }
        } catch (IOException e) {
            return; // closed for want of memory, or at the end of the test
        }
    }

    private UdxTransport node(SharedMemory memory) {
        return new UdxTransport(Ticker.SYSTEM, scope, timers, memory, TransportOptions.DEFAULT);
    }

    /** {@return the peer's end of a stream; the node's is the last of {@link #atNode}} */
    private UdxStream pair(UdxTransport node, UdpPort nodePort, UdpPort port) {
        UdxStream own = node.createStream(StreamFirewall.DENY_ALL);
        UdxStream other = peers.createStream(StreamFirewall.DENY_ALL);
        own.connect(nodePort, other.id(), port.localAddress());
        other.connect(port, own.id(), nodePort.localAddress());
        atNode.add(own);
        return other;
    }

    private UdpPort bind(UdxTransport transport) throws IOException {
        UdpPort port = DatagramUdpPort.bind(loopback(), transport);
        ports.add(port);
        return port;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress("127.0.0.1", 0);
    }
}

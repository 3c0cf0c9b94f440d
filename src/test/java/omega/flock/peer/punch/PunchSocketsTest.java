package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryHost;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PunchSocketsTest {

    private static final PunchSocket.ProbeListener NOBODY = (socket, source) -> {};

    private final MemoryNetwork network = MemoryNetwork.manual(1);
    private final MemoryHost host = network.host("5.5.5.1");
    private final MemoryHost other = network.host("5.5.5.2");
    private final TaskScope scope = new TaskScope("punch-sockets-test");
    private final List<Integer> messages = new ArrayList<>();
    private DeadlineQueue timers;
    private PunchSockets sockets;

    @BeforeEach
    void createPool() throws IOException {
        timers = new DeadlineQueue("timers", Ticker.SYSTEM, scope);
        sockets = new PunchSockets(host, InetAddress.getByAddress(new byte[4]),
                (port, source, datagram) -> messages.add(datagram.remaining()), Ticker.SYSTEM, timers);
    }

    @AfterEach
    void closePool() {
        sockets.close();
        scope.close();
        assertEquals(0, host.openPorts());
    }

    @Test
    void aSocketThatNeverCarriedAStreamClosesWithItsPuncher() throws IOException {
        PunchSocket socket = sockets.open(NOBODY);
        assertEquals(1, sockets.snapshot().live());
        socket.release();
        socket.release();
        assertFalse(socket.port().isOpen());
        assertEquals(0, sockets.snapshot().live());
        assertEquals(Optional.empty(), sockets.hold(socket.port()), "it is too late for a stream");
    }

    @Test
    void datagramsOfUpToOneByteAreProbesAndAllOthersMessages() throws IOException {
        List<InetSocketAddress> probes = new ArrayList<>();
        PunchSocket socket = sockets.open((self, source) -> probes.add(source));
        InetSocketAddress to = new PeerAddress("5.5.5.1", socket.port().localAddress().getPort()).toSocketAddress();
        try (UdpPort sender = other.bind(PeerAddress.parse("0.0.0.0:1000").toSocketAddress(), (port, source, datagram) -> true)) {
            for (int length : new int[] {0, 1, 2, 1200}) {
                sender.send(ByteBuffer.allocate(length), to);
            }
            network.advance(Duration.ZERO);
            assertEquals(2, probes.size());
            assertEquals(PeerAddress.parse("5.5.5.2:1000").toSocketAddress(), probes.getFirst());
            assertEquals(List.of(2, 1200), messages);
            PunchSockets.Hold hold = sockets.hold(socket.port()).orElseThrow();
            socket.release();
            sender.send(ByteBuffer.allocate(1), to);
            sender.send(ByteBuffer.allocate(20), to);
            network.advance(Duration.ZERO);
            assertEquals(2, probes.size(), "a released socket has no puncher");
            assertEquals(List.of(2, 1200, 20), messages);
            hold.close();
        }
    }

    @Test
    void aHeldSocketStaysAfterItsPuncherAndLingersAfterItsLastStream() throws Exception {
        PunchSocket socket = sockets.open(NOBODY);
        PunchSockets.Hold first = sockets.hold(socket.port()).orElseThrow();
        PunchSockets.Hold second = sockets.hold(socket.port()).orElseThrow();
        socket.release();
        first.close();
        first.close();
        assertTrue(socket.port().isOpen(), "the second stream uses it");
        long before = Ticker.SYSTEM.nanoTime();
        second.close();
        assertTrue(socket.port().isOpen(), "it answers late retransmissions");
        awaitClosed(socket);
        long lingered = Ticker.SYSTEM.nanoTime() - before;
        assertTrue(lingered >= PunchConstants.LINGER.toNanos(), "lingered " + lingered / 1_000_000 + " ms");
        assertEquals(0, sockets.snapshot().live());
    }

    @Test
    void aStreamThatComesWhileASocketLingersKeepsIt() throws Exception {
        PunchSocket socket = sockets.open(NOBODY);
        sockets.hold(socket.port()).orElseThrow().close();
        socket.release();
        assertEquals(1, timers.size());
        PunchSockets.Hold again = sockets.hold(socket.port()).orElseThrow();
        assertEquals(0, timers.size());
        assertTrue(socket.port().isOpen());
        again.close();
        awaitClosed(socket);
    }

    @Test
    void aPortOfSomebodyElseCanBeHeldToNoEffect() throws IOException {
        try (UdpPort main = host.bind(PeerAddress.parse("0.0.0.0:49737").toSocketAddress(), (port, source, datagram) -> true)) {
            sockets.hold(main).orElseThrow().close();
            assertTrue(main.isOpen());
        }
    }

    @Test
    void theNumberOfSocketsWithoutAStreamIsBounded() throws IOException {
        List<PunchSocket> opened = new ArrayList<>();
        for (int i = 0; i < PunchConstants.MAX_IDLE_SOCKETS; i++) {
            opened.add(sockets.open(NOBODY));
        }
        assertThrows(IOException.class, () -> sockets.open(NOBODY));
        assertEquals(1, sockets.snapshot().refused());
        PunchSockets.Hold hold = sockets.hold(opened.getFirst().port()).orElseThrow();
        opened.add(sockets.open(NOBODY));
        assertThrows(IOException.class, () -> sockets.open(NOBODY));
        opened.getLast().release();
        opened.add(sockets.open(NOBODY));
        hold.close();
        opened.forEach(PunchSocket::release);
        assertEquals(1, sockets.snapshot().live(), "the one that carried a stream lingers");
        PunchSockets.Snapshot snapshot = sockets.snapshot();
        assertEquals(snapshot.opened() - 1, snapshot.closed());
    }

    @Test
    void aClosedPoolClosesAllAndOpensNone() throws IOException {
        PunchSocket socket = sockets.open(NOBODY);
        PunchSockets.Hold hold = sockets.hold(socket.port()).orElseThrow();
        sockets.close();
        assertFalse(socket.port().isOpen());
        assertThrows(IOException.class, () -> sockets.open(NOBODY));
        hold.close();
        socket.release();
        assertEquals(0, sockets.snapshot().live());
        assertEquals(0, timers.size());
    }

    @Test
    void aBindThatFailsCostsNothing() throws IOException {
        PunchSockets broken = new PunchSockets((local, handler) -> {
            throw new IOException("no ports today");
        }, InetAddress.getLoopbackAddress(), (port, source, datagram) -> true, Ticker.SYSTEM, timers);
        for (int i = 0; i < 2 * PunchConstants.MAX_IDLE_SOCKETS; i++) {
            assertEquals("no ports today", assertThrows(IOException.class, () -> broken.open(NOBODY)).getMessage());
        }
        assertEquals(0, broken.snapshot().refused());
    }

    @Test
    void probesThatTheSystemRefusesAreCounted() throws IOException {
        PunchSocket socket = sockets.open(NOBODY);
        socket.probe(PeerAddress.parse("5.5.5.2:1000").toSocketAddress());
        socket.probe(PeerAddress.parse("5.5.5.2:0").toSocketAddress());
        assertEquals(1, sockets.snapshot().probesSent());
        assertEquals(1, sockets.snapshot().probesFailed());
    }

    /** Watches from the timers' own thread. */
    private void awaitClosed(PunchSocket socket) throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        watch(socket, closed);
        assertTrue(closed.await(10, TimeUnit.SECONDS), "the socket is still open");
    }

    private void watch(PunchSocket socket, CountDownLatch closed) {
        if (!socket.port().isOpen()) {
            closed.countDown();
        } else {
            timers.schedule(Ticker.SYSTEM.nanoTime() + 1_000_000, () -> watch(socket, closed));
        }
    }

    @Test
    void aProbeThatOpensTheOwnNatHasALowTtlIfThePortCanSetOne() throws IOException {
        List<String> sent = new ArrayList<>();
        for (boolean able : new boolean[] {true, false}) {
            PunchSockets pool = new PunchSockets((local, handler) -> new TtlPort(able, sent),
                    InetAddress.getByAddress(new byte[4]), (port, source, datagram) -> true, Ticker.SYSTEM, timers);
            PunchSocket socket = pool.open(NOBODY);
            socket.open(PeerAddress.parse("5.5.5.2:1000").toSocketAddress());
            socket.probe(PeerAddress.parse("5.5.5.2:1000").toSocketAddress());
            assertEquals(2, pool.snapshot().probesSent());
            pool.close();
        }
        assertEquals(List.of("1 byte, ttl 5", "1 byte", "1 byte", "1 byte"), sent);
    }

    private record TtlPort(boolean able, List<String> sent) implements UdpPort {

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress(7);
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            sent.add(datagram.remaining() + " byte");
        }

        @Override
        public boolean sendWithTtl(ByteBuffer datagram, InetSocketAddress to, int ttl) {
            if (able) {
                sent.add(datagram.remaining() + " byte, ttl " + ttl);
            }
            return able;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // a port that never was
        }
    }
}

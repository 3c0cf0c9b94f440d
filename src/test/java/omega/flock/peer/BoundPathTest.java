package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import omega.flock.base.CloseReason;
import omega.flock.base.PeerAddress;
import omega.flock.peer.punch.PooledPort;
import omega.flock.peer.punch.PunchSockets;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryNetwork;
import omega.flock.transport.LoneTransport;
import omega.flock.transport.StreamFirewall;
import omega.flock.transport.UdxStream;
import omega.flock.transport.UdxTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundPathTest {

    private static final int PEERS_STREAM = 7;
    private static final int RELAYS_STREAM = 9;
    private static final InetSocketAddress PEER = new PeerAddress("5.5.5.2", 1000).toSocketAddress();

    private final MemoryNetwork network = MemoryNetwork.manual(1);
    private final TaskScope scope = new TaskScope("bound-path-test");
    private final UdxTransport transport = LoneTransport.in(scope);
    private final PunchSockets sockets;
    private final UdxStream stream = transport.createStream(StreamFirewall.DENY_ALL);
    private final BoundPath path;

    BoundPathTest() throws IOException {
        sockets = new PunchSockets(network.host("5.5.5.1"), InetAddress.getByAddress(new byte[4]), transport, Ticker.SYSTEM,
                new DeadlineQueue("timers", Ticker.SYSTEM, scope));
        path = new BoundPath(sockets, stream);
    }

    @AfterEach
    void close() {
        transport.close();
        sockets.close();
        scope.close();
        network.close();
    }

    @Test
    void aRelayIsLeftForADirectPathAndRemembered() throws IOException {
        Path relay = new Path(PooledPort.open(sockets).port(), PEER, OptionalInt.of(RELAYS_STREAM));
        assertTrue(path.take(relay, PEERS_STREAM, stream::connect));
        assertTrue(path.is(relay) && path.isRelayed());
        Path direct = new Path(PooledPort.open(sockets).port(), PEER);
        assertTrue(path.take(direct, PEERS_STREAM, stream::changeRemote));
        assertTrue(path.is(direct) && path.hasUsedRelay());
        assertFalse(path.isRelayed());
        assertEquals(Optional.of(direct.port()), stream.port());
    }

    @Test
    void aPortThatHasClosedIsNoPath() throws IOException {
        PooledPort pooled = PooledPort.open(sockets);
        pooled.release();
        Path gone = new Path(pooled.port(), PEER);
        assertFalse(path.take(gone, PEERS_STREAM, stream::connect));
        assertFalse(path.is(gone) || stream.isConnected());
    }

    /** Whoever hears of the stream's end releases the port of that moment, and nobody comes for a later one. */
    @Test
    void aStreamThatHasEndedKeepsNoPortOpen() throws IOException {
        assertTrue(path.take(new Path(PooledPort.open(sockets).port(), PEER), PEERS_STREAM, stream::connect));
        PooledPort later = PooledPort.open(sockets);
        stream.destroy(CloseReason.closedLocally("test"));
        path.release();
        assertFalse(path.take(new Path(later.port(), PEER), PEERS_STREAM, stream::changeRemote));
        later.release();
        Eventually.holds("the port closes", () -> !later.port().isOpen());
    }
}

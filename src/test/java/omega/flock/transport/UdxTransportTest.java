package omega.flock.transport;

import static omega.flock.transport.BlockingReads.readSome;
import static omega.flock.transport.StreamFixture.awaitClosed;
import static omega.flock.transport.StreamFixture.read;
import static omega.flock.transport.StreamFixture.readToEnd;
import static omega.flock.transport.StreamFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.base.CloseReason;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of streams: demultiplexing, firewalls, paths, closed ids and the end of everything. */
@Timeout(60)
class UdxTransportTest {
    private StreamFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new StreamFixture();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        fixture.close();
    }

    private boolean offer(UdxTransport transport, byte[] bytes) {
        return transport.onDatagram(fixture.portA, fixture.portB.localAddress(), ByteBuffer.wrap(bytes));
    }

    private static byte[] packet(int flags, int id, int seq, int ack) {
        ByteBuffer out = ByteBuffer.allocate(20);
        new PacketHeader().set(flags, 0, id, 4_194_304, seq, ack).encode(out);
        return out.array();
    }

    @Test
    void onlyPacketsOfItsOwnStreamsAreTaken() {
        UdxStream stream = fixture.toRaw(1);
        assertFalse(offer(fixture.transportA, new byte[] {3, 1, 2}));
        assertFalse(offer(fixture.transportA, packet(PacketFlags.DATA, stream.id() + 1, 0, 0)));
        assertTrue(offer(fixture.transportA, packet(PacketFlags.STATE, stream.id(), 0, 0)));
        assertEquals(1, fixture.transportA.stats().drops().get(DropReason.UNKNOWN_STREAM));
    }

    @Test
    void anErrorOnAPacketEndsItsStreamWithThatReasonAndNoOther() throws Exception {
        UdxStream[] pair = fixture.pair();
        UdxStream doomed = fixture.transportA.createStream((stream, port, source) -> {
            throw new OutOfMemoryError("on purpose");
        });
        CompletableFuture<CloseReason> closed = StreamFixture.closed(doomed);
        fixture.sendRaw(PacketFlags.DATA, doomed.id(), 0, 0, (byte) 1);
        assertEquals(CloseReason.shutDown("the stream failed: java.lang.OutOfMemoryError: on purpose"), closed.get(20, TimeUnit.SECONDS));
        assertTrue(fixture.portA.isOpen());
        write(pair[0], "well");
        assertEquals("well", read(pair[1], 4));
    }

    @Test
    void aPortThatFailsEndsTheStreamsThatLeaveThroughItAndNoOther() throws Exception {
        UdxStream through = fixture.toRaw(1);
        CompletableFuture<CloseReason> closed = StreamFixture.closed(through);
        Task<Integer> reading = fixture.scope.forkCallable("reader", () -> readSome(through, new byte[1], 0, 1));
        try (UdpPort otherPort = StreamFixture.bind(fixture.transportA)) {
            UdxStream other = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
            other.connect(otherPort, 2, fixture.portB.localAddress());
            fixture.transportA.onPortFailed(fixture.portA, new OutOfMemoryError("on purpose"));
            CloseReason reason = closed.get(20, TimeUnit.SECONDS);
            assertEquals(CloseReason.Kind.SHUT_DOWN, reason.kind());
            assertTrue(reason.message().contains("on purpose"), reason.message());
            assertThrows(ExecutionException.class, () -> reading.join(Duration.ofSeconds(20)));
            assertTrue(other.isOpen());
            other.destroy(CloseReason.closedLocally("test"));
        }
    }

    @Test
    void idsAreUniqueAndGaugesCountTheLiving() {
        Set<Integer> ids = new HashSet<>();
        List<UdxStream> streams = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            UdxStream stream = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
            streams.add(stream);
            assertTrue(ids.add(stream.id()));
        }
        assertEquals(3000, fixture.transportA.liveStreams());
        streams.forEach(stream -> stream.destroy(CloseReason.closedLocally("test")));
        assertEquals(0, fixture.transportA.liveStreams());
        assertEquals(3000, fixture.transportA.stats().streamsCreated());
    }

    @Test
    void theFirewallDecidesBeforeConnectAndMayConnectTheStreamItself() throws Exception {
        BlockingQueue<InetSocketAddress> asked = new LinkedBlockingQueue<>();
        UdxStream client = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        UdxStream server = fixture.transportB.createStream((stream, port, source) -> {
            asked.add(source);
            if (!stream.isConnected()) {
                stream.connect(port, client.id(), source);
            }
            return true;
        });
        client.connect(fixture.portA, server.id(), fixture.portB.localAddress());
        write(client, "knock");
        assertEquals("knock", read(server, 5));
        assertTrue(client.awaitAcknowledged(Duration.ofSeconds(5)));
        assertEquals(fixture.portA.localAddress(), asked.poll(5, TimeUnit.SECONDS));
        write(client, "again");
        assertEquals("again", read(server, 5));
        assertTrue(asked.isEmpty(), "packets on the stream's own port are not asked about");
    }

    @Test
    void aFirewallThatSaysNoDropsThePacketAndItIsCounted() throws Exception {
        UdxStream closed = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        assertTrue(offer(fixture.transportA, packet(PacketFlags.DATA, closed.id(), 0, 0)));
        assertEquals(1, fixture.transportA.stats().drops().get(DropReason.FIREWALL));
        assertEquals(0, closed.available());
    }

    @Test
    void packetsOnAnotherPortNeedTheFirewallsConsent() throws Exception {
        boolean[] open = {false};
        UdxStream a = fixture.transportA.createStream((stream, port, source) -> open[0]);
        a.connect(fixture.portA, 1, fixture.portB.localAddress());
        UdpPort second = StreamFixture.bind(fixture.transportA);
        try {
            ByteBuffer data = ByteBuffer.allocate(21);
            new PacketHeader().set(PacketFlags.DATA, 0, a.id(), 4_194_304, 0, 0).encode(data);
            assertTrue(fixture.transportA.onDatagram(second, fixture.portB.localAddress(), data.flip().limit(21)));
            assertEquals(0, a.available());
            open[0] = true;
            assertTrue(fixture.transportA.onDatagram(second, fixture.portB.localAddress(), data.rewind()));
            assertEquals(1, a.available());
            assertEquals(1, fixture.awaitRaw().header().ack(), "the answer goes where the stream's remote is");
        } finally {
            second.close();
        }
    }

    @Test
    void aStreamMovesToAnotherPortInTheMiddleOfATransferAndLosesNothing() throws Exception {
        UdxStream a = fixture.transportA.createStream((stream, port, source) -> true);
        UdxStream b = fixture.transportB.createStream((stream, port, source) -> true);
        a.connect(fixture.portA, b.id(), fixture.portB.localAddress());
        b.connect(fixture.portB, a.id(), fixture.portA.localAddress());
        UdpPort secondA = StreamFixture.bind(fixture.transportA);
        UdpPort secondB = StreamFixture.bind(fixture.transportB);
        try {
            byte[] data = new byte[10_000_000];
            new Random(1).nextBytes(data);
            Task<byte[]> reader = fixture.scope.forkCallable("reader", () -> readToEnd(b));
            a.write(data, 0, 5_000_000);
            a.changeRemote(secondA, b.id(), secondB.localAddress());
            a.write(data, 5_000_000, 2_500_000);
            b.changeRemote(secondB, a.id(), secondA.localAddress());
            a.write(data, 7_500_000, 2_500_000);
            a.end();
            assertArrayEquals(data, reader.join(Duration.ofSeconds(20)));
            assertTrue(a.awaitRemoteChanged(Duration.ofSeconds(5)));
            assertEquals(secondB.localAddress(), a.remoteAddress().orElseThrow());
            assertEquals(secondA, a.port().orElseThrow());
        } finally {
            fixture.transportA.close();
            fixture.transportB.close();
            secondA.close();
            secondB.close();
        }
    }

    @Test
    void aFinishedIdRepeatsItsLastAckWhenThePeerRepeatsItsEnd() throws Exception {
        UdxStream a = fixture.toRaw(77);
        a.end();
        PacketHeader end = fixture.awaitRaw().header();
        assertEquals(PacketFlags.END, end.flags());
        fixture.sendRaw(PacketFlags.END, a.id(), 0, 1);
        assertEquals(1, fixture.awaitRaw().header().ack());
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(a));
        assertEquals(0, fixture.transportA.liveStreams());
        fixture.sendRaw(PacketFlags.END, a.id(), 0, 1); // the ACK was lost, as far as the peer can tell
        PacketHeader again = fixture.awaitRaw().header();
        assertEquals(PacketFlags.STATE, again.flags());
        assertEquals(1, again.ack());
        assertEquals(1, again.seq());
        assertEquals(77, again.streamId());
        fixture.sendRaw(PacketFlags.STATE, a.id(), 1, 1);
        assertTrue(offer(fixture.transportA, packet(PacketFlags.STATE, a.id(), 1, 1)), "it is ours, though nothing answers a pure ACK");
    }

    @Test
    void aDestroyedIdRepeatsItsDestroyWhenThePeerGoesOn() throws Exception {
        UdxStream a = fixture.toRaw(78);
        write(a, "x");
        fixture.awaitRaw();
        a.destroy(CloseReason.closedLocally("gone"));
        assertEquals(PacketFlags.DESTROY, fixture.awaitRaw().header().flags());
        assertEquals(CloseReason.Kind.CLOSED_LOCALLY, awaitClosed(a));
        fixture.sendRaw(PacketFlags.DATA, a.id(), 0, 0, (byte) 1);
        PacketHeader again = fixture.awaitRaw().header();
        assertEquals(PacketFlags.DESTROY, again.flags());
        assertEquals(1, again.seq());
    }

    @Test
    void aHeartbeatAndALonePacketAreAnsweredAtOnce() throws Exception {
        UdxStream a = fixture.toRaw(79);
        fixture.sendRaw(PacketFlags.HEARTBEAT, a.id(), 0, 0);
        assertEquals(PacketFlags.STATE, fixture.awaitRaw().header().flags());
        fixture.sendRaw(PacketFlags.DATA, a.id(), 0, 0, (byte) 1);
        assertEquals(1, fixture.awaitRaw().header().ack());
        fixture.sendRaw(PacketFlags.DATA, a.id(), 0, 0, (byte) 1);
        assertEquals(1, fixture.awaitRaw().header().ack(), "a duplicate too");
    }

    @Test
    void aDestroyBeforeConnectEndsTheStreamAndTellsItsListeners() throws Exception {
        UdxStream waiting = fixture.transportA.createStream((stream, port, source) -> true);
        CompletableFuture<CloseReason> closed = StreamFixture.closed(waiting);
        offer(fixture.transportA, packet(PacketFlags.DESTROY, waiting.id(), 0, 0));
        assertEquals(CloseReason.Kind.RESET_BY_PEER, closed.get(5, TimeUnit.SECONDS).kind());
        assertEquals(0, fixture.transportA.liveStreams());
        assertThrows(IllegalStateException.class, () -> waiting.connect(fixture.portA, 1, fixture.portB.localAddress()));
    }

    @Test
    void aPortThatRefusesPacketsCountsAsLoss() throws Exception {
        UdpPort closedPort = StreamFixture.bind(fixture.transportA);
        closedPort.close();
        UdxStream stream = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        stream.connect(closedPort, 1, fixture.portB.localAddress());
        write(stream, "x");
        stream.destroy(CloseReason.closedLocally("test"));
        awaitClosed(stream);
        assertTrue(fixture.transportA.stats().sendFailures() > 0);
    }

    @Test
    void closeEndsEveryStreamTellsThePeersAndMakesNewOnesImpossible() throws Exception {
        UdxStream[] pair = fixture.pair();
        UdxStream unconnected = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        write(pair[0], "x");
        assertEquals("x", read(pair[1], 1));
        Task<Integer> reader = fixture.scope.forkCallable("reader", () -> readSome(pair[0], new byte[1], 0, 1));
        fixture.transportA.close();
        fixture.transportA.close();
        assertThrows(Exception.class, () -> reader.join(Duration.ofSeconds(5)));
        assertEquals(CloseReason.Kind.SHUT_DOWN, awaitClosed(pair[0]));
        assertEquals(CloseReason.Kind.SHUT_DOWN, awaitClosed(unconnected));
        assertEquals(CloseReason.Kind.RESET_BY_PEER, awaitClosed(pair[1]));
        assertEquals(0, fixture.transportA.liveStreams());
        assertThrows(IllegalStateException.class, () -> fixture.transportA.createStream(StreamFirewall.DENY_ALL));
    }

    @Test
    void cancellingTheScopeEndsTheStreamsAsWell() throws Exception {
        UdxStream stream = fixture.toRaw(80);
        fixture.scope.cancel();
        assertEquals(CloseReason.Kind.SHUT_DOWN, awaitClosed(stream));
        assertEquals(PacketFlags.DESTROY, fixture.awaitRaw().header().flags(), "and the peer is told");
    }

    @Test
    void aCrowdOfIdleStreamsHasNoThreadAndNoDeadlineAndEachIsAlive() throws Exception {
        int threads = fixture.scope.live();
        List<UdxStream[]> pairs = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            UdxStream[] pair = fixture.pair();
            pairs.add(pair);
            write(pair[0], "hello");
            assertEquals("hello", read(pair[1], 5));
        }
        for (UdxStream[] pair : pairs) {
            assertTrue(pair[0].awaitAcknowledged(Duration.ofSeconds(20)));
        }
        Eventually.holds("no driver is left", () -> fixture.scope.live() == threads);
        Eventually.holds("no deadline is left", () -> fixture.timers.size() == 0);
        for (UdxStream[] pair : pairs) {
            write(pair[1], "there");
            assertEquals("there", read(pair[0], 5));
        }
        Eventually.holds("no driver is left again", () -> fixture.scope.live() == threads);
    }

    @Test
    void hundredsOfStreamsShareOnePort() throws Exception {
        List<UdxStream[]> pairs = new ArrayList<>();
        List<Task<Void>> echoes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            UdxStream[] pair = fixture.pair();
            pairs.add(pair);
            echoes.add(fixture.scope.fork("echo " + i, () -> {
                byte[] all = readToEnd(pair[1]);
                pair[1].write(all, 0, all.length);
                pair[1].end();
            }));
        }
        byte[] data = new byte[20_000];
        new Random(2).nextBytes(data);
        for (UdxStream[] pair : pairs) {
            pair[0].write(data, 0, data.length);
            pair[0].end();
        }
        for (UdxStream[] pair : pairs) {
            assertArrayEquals(data, readToEnd(pair[0]));
            assertEquals(CloseReason.Kind.FINISHED, awaitClosed(pair[0]));
        }
        for (Task<Void> echo : echoes) {
            echo.join(Duration.ofSeconds(10));
        }
    }
}

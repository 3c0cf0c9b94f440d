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
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.runtime.Task;
import omega.flock.runtime.Ticker;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The blocking side of streams, over real ports on loopback. */
@Timeout(60)
class UdxStreamTest {
    private StreamFixture fixture;
    private UdxStream a;
    private UdxStream b;

    @BeforeEach
    void connect() throws IOException {
        fixture = new StreamFixture();
        UdxStream[] pair = fixture.pair();
        a = pair[0];
        b = pair[1];
    }

    @AfterEach
    void nothingIsLeftBehind() {
        fixture.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void bytesTravelBothWaysAndBothSidesFinish() throws Exception {
        write(a, "hello");
        assertEquals("hello", read(b, 5));
        write(b, "world!");
        assertEquals("world!", read(a, 6));
        a.end();
        b.end();
        assertEquals(-1, readSome(a, new byte[1], 0, 1));
        assertEquals(-1, readSome(b, new byte[1], 0, 1));
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(a));
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(b));
        assertEquals(5, a.bytesSent());
        assertEquals(6, a.bytesReceived());
        assertTrue(a.smoothedRtt().toNanos() > 0);
    }

    @Test
    void twentyMegabytesArriveWhileAsManyTravelBack() throws Exception {
        byte[] data = random(20_000_000);
        Task<byte[]> atB = fixture.scope.forkCallable("read b", () -> readToEnd(b));
        Task<byte[]> atA = fixture.scope.forkCallable("read a", () -> readToEnd(a));
        Task<Void> back = fixture.scope.fork("write b", () -> {
            b.write(data, 0, data.length);
            b.end();
        });
        a.write(data, 0, data.length);
        a.end();
        assertArrayEquals(data, atB.join(Duration.ofSeconds(30)));
        assertArrayEquals(data, atA.join(Duration.ofSeconds(30)));
        back.join();
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(a));
        TransportStats stats = fixture.transportA.stats();
        assertEquals(20_000_000, stats.bytesSent());
        assertEquals(20_000_000, stats.bytesReceived());
        assertEquals(1, stats.streamsCreated());
    }

    @Test
    void aWriterBlocksWhileNobodyReadsAndGoesOnWhenSomebodyDoes() throws Exception {
        byte[] data = random(2 * FlowConstants.DEFAULT_WINDOW_BYTES);
        Task<Void> writing = fixture.scope.fork("write", () -> a.write(data, 0, data.length));
        assertThrows(TimeoutException.class, () -> writing.join(Duration.ofMillis(700)));
        assertTrue(b.available() <= FlowConstants.DEFAULT_WINDOW_BYTES + 2048);
        byte[] got = read(b, data.length).getBytes(StandardCharsets.UTF_8);
        assertTrue(got.length > 0);
        writing.join(Duration.ofSeconds(10));
    }

    @Test
    void aSlowReaderBlocksOnlyItsOwnStream() throws Exception {
        byte[] data = new byte[2 * FlowConstants.DEFAULT_WINDOW_BYTES];
        Task<Void> stuck = fixture.scope.fork("stuck", () -> a.write(data, 0, data.length));
        UdxStream[] other = fixture.pair();
        for (int i = 0; i < 100; i++) {
            write(other[0], "ping");
            assertEquals("ping", read(other[1], 4));
        }
        assertFalse(stuck.isDone());
        a.destroy(CloseReason.closedLocally("enough"));
        assertThrows(ExecutionException.class, stuck::join);
    }

    @Test
    void aReadTimesOutAndTheStreamStaysUsable() throws Exception {
        assertEquals(0, a.awaitReadable(Duration.ofMillis(50).toNanos()));
        write(b, "late");
        assertEquals("late", read(a, 4));
    }

    @Test
    void anInterruptEndsTheReadButNotTheStreamAndTheFlagStays() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Task<Void> reader = fixture.scope.fork("reader", () -> {
            reading.countDown();
            try {
                readSome(a, new byte[1], 0, 1);
            } catch (InterruptedIOException e) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        reading.await();
        reader.cancel();
        assertTrue(flag.get(5, TimeUnit.SECONDS));
        write(b, "x");
        assertEquals("x", read(a, 1));
    }

    @Test
    void aWriteThatTimesOutSaysHowMuchWasWritten() throws Exception {
        byte[] sent = new byte[20_000_000];
        SocketTimeoutException late = assertThrows(SocketTimeoutException.class, () -> a.write(sent, 0, sent.length, 50_000_000));
        assertTrue(late.bytesTransferred > 0 && late.bytesTransferred < sent.length, "written: " + late.bytesTransferred);
        a.end();
        assertEquals(late.bytesTransferred, readToEnd(b).length);
    }

    @Test
    void anInterruptedThreadCanStillWriteAndThePortSurvives() throws Exception {
        Task<Void> writer = fixture.scope.fork("writer", () -> {
            Thread.currentThread().interrupt();
            write(a, "marked");
        });
        writer.join(Duration.ofSeconds(5));
        assertEquals("marked", read(b, 6));
        assertTrue(fixture.portA.isOpen());
    }

    @Test
    void destroyUnblocksReaderAndWriterOnBothSides() throws Exception {
        Task<Integer> readerA = fixture.scope.forkCallable("reader a", () -> readSome(a, new byte[1], 0, 1));
        Task<Integer> readerB = fixture.scope.forkCallable("reader b", () -> readSome(b, new byte[1], 0, 1));
        write(a, "x");
        assertEquals(1, readerB.join(Duration.ofSeconds(5)));
        Task<Integer> again = fixture.scope.forkCallable("reader b", () -> readSome(b, new byte[1], 0, 1));
        a.destroy(CloseReason.duplicate("another one took its place"));
        ExecutionException local = assertThrows(ExecutionException.class, () -> readerA.join(Duration.ofSeconds(5)));
        assertEquals("DUPLICATE_CONNECTION", ((FlockException) local.getCause()).code());
        ExecutionException remote = assertThrows(ExecutionException.class, () -> again.join(Duration.ofSeconds(5)));
        assertTrue(remote.getCause() instanceof SocketException);
        assertEquals(CloseReason.Kind.DUPLICATE, awaitClosed(a));
        assertEquals(CloseReason.Kind.RESET_BY_PEER, awaitClosed(b));
        assertThrows(IOException.class, () -> write(a, "x"));
        assertThrows(IOException.class, () -> a.sendMessage(new byte[1]));
        a.destroy(CloseReason.closedLocally("again"));
        assertEquals(CloseReason.Kind.DUPLICATE, a.closeReason().orElseThrow().kind());
    }

    @Test
    void whatArrivedBeforeAResetCanStillBeRead() throws Exception {
        write(a, "before");
        assertTrue(a.awaitAcknowledged(Duration.ofSeconds(5)));
        a.destroy(CloseReason.closedLocally("done"));
        assertEquals(CloseReason.Kind.RESET_BY_PEER, awaitClosed(b));
        assertEquals("before", read(b, 6));
        assertThrows(SocketException.class, () -> readSome(b, new byte[1], 0, 1));
    }

    @Test
    void aGracefulCloseDeliversEverythingAndForbidsFurtherUse() throws Exception {
        byte[] data = random(1_000_000);
        Task<byte[]> reader = fixture.scope.forkCallable("reader", () -> {
            byte[] all = readToEnd(b);
            b.end();
            return all;
        });
        a.write(data, 0, data.length);
        a.closeGracefully();
        a.closeGracefully();
        assertThrows(IOException.class, () -> write(a, "x"));
        assertThrows(IOException.class, () -> readSome(a, new byte[1], 0, 1));
        assertArrayEquals(data, reader.join(Duration.ofSeconds(10)));
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(a));
        assertEquals(CloseReason.Kind.FINISHED, awaitClosed(b));
    }

    @Test
    void aWriteAfterEndIsRefused() {
        a.end();
        assertThrows(SocketException.class, () -> write(a, "x"));
    }

    @Test
    void acknowledgementIsAwaited() throws Exception {
        UdxStream silent = fixture.toRaw(77);
        write(silent, "x");
        assertFalse(silent.awaitAcknowledged(Duration.ofMillis(50)));
        write(a, "x");
        assertTrue(a.awaitAcknowledged(Duration.ofSeconds(5)));
        a.end();
        assertTrue(a.awaitAcknowledged(Duration.ofSeconds(5)));
        silent.destroy(CloseReason.closedLocally("done"));
        assertThrows(IOException.class, () -> silent.awaitAcknowledged(Duration.ofSeconds(5)));
    }

    @Test
    void messagesThatFindNoRoomAreCounted() throws Exception {
        UdxStream waiting = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        for (int i = 0; i < 256 + 3; i++) {
            waiting.sendMessage(new byte[1]);
        }
        assertEquals(3, fixture.transportA.stats().drops().get(DropReason.MESSAGE_UNSENT));
        waiting.destroy(CloseReason.closedLocally("test"));
    }

    @Test
    void messagesReachTheHandlerAlsoThoseThatCameBeforeIt() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        a.sendMessage("early".getBytes(StandardCharsets.UTF_8));
        write(a, "x");
        assertEquals("x", read(b, 1)); // sent behind the message on the same path
        b.onMessage(message -> got.add(new String(message, StandardCharsets.UTF_8)));
        assertEquals("early", got.poll(5, TimeUnit.SECONDS));
        a.sendMessage(new byte[0]);
        assertEquals("", got.poll(5, TimeUnit.SECONDS));
        assertThrows(IllegalArgumentException.class, () -> a.sendMessage(new byte[UdxStream.MAX_MESSAGE_BYTES + 1]));
    }

    @Test
    void everyCloseListenerIsToldOnceWhateverAnotherThrows() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CountDownLatch all = new CountDownLatch(2);
        a.onClose(reason -> {
            throw new IllegalStateException("a listener's own mistake, logged on purpose");
        });
        a.onClose(reason -> {
            told.add(reason.message());
            all.countDown();
        });
        a.onClose(reason -> all.countDown());
        a.destroy(CloseReason.closedLocally("first"));
        a.destroy(CloseReason.closedLocally("second"));
        assertTrue(all.await(5, TimeUnit.SECONDS));
        a.onClose(reason -> told.add("late " + reason.message())); // on this thread, or on the one that has just told the others
        assertEquals("first", told.poll(5, TimeUnit.SECONDS));
        assertEquals("late first", told.poll(5, TimeUnit.SECONDS));
        assertTrue(told.isEmpty());
    }

    @Test
    void bytesWrittenBeforeConnectLeaveWithIt() throws Exception {
        UdxStream early = fixture.transportA.createStream(StreamFirewall.DENY_ALL);
        UdxStream peer = fixture.transportB.createStream(StreamFirewall.DENY_ALL);
        write(early, "early");
        assertFalse(early.isConnected());
        peer.connect(fixture.portB, early.id(), fixture.portA.localAddress());
        early.connect(fixture.portA, peer.id(), fixture.portB.localAddress());
        assertEquals("early", read(peer, 5));
        assertThrows(IllegalStateException.class, () -> early.connect(fixture.portA, peer.id(), fixture.portB.localAddress()));
    }

    @Test
    void whoeverReadsOnWithoutAReplyHasThePacketAcknowledged() throws Exception {
        UdxStream stream = fixture.toRaw(7);
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                StreamFixture.readToEnd(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int seq = 0; seq < 50; seq++) {
            fixture.sendRaw(PacketFlags.DATA, stream.id(), seq, 0, (byte) seq);
            PacketHeader ack = fixture.awaitRaw().header();
            assertEquals(PacketFlags.STATE, ack.flags());
            assertEquals(seq + 1, ack.ack());
        }
        fixture.sendRaw(PacketFlags.END, stream.id(), 50, 0);
        reader.join();
        stream.destroy(CloseReason.closedLocally("done"));
    }

    @Test
    void smallRequestsAndRepliesWaitForNoTimer() throws Exception {
        Task<Void> echo = fixture.scope.fork("echo", () -> {
            byte[] buffer = new byte[64];
            for (int count = readSome(b, buffer, 0, 64); count >= 0; count = readSome(b, buffer, 0, 64)) {
                b.write(buffer, 0, count);
            }
        });
        long begun = Ticker.SYSTEM.nanoTime();
        for (int i = 0; i < 500; i++) {
            write(a, "ping");
            assertEquals("ping", read(a, 4));
        }
        long each = (Ticker.SYSTEM.nanoTime() - begun) / 500;
        assertTrue(each < 10_000_000, "each took " + each + " ns: some timer delays it");
        a.end();
        echo.join(Duration.ofSeconds(5));
    }
}

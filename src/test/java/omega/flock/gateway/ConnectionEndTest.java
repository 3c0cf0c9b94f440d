package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import omega.flock.base.CloseReason;
import omega.flock.base.CloseReason.Kind;
import omega.flock.base.FlockException;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import omega.flock.runtime.ThrowingTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection ends, who is let go then, and what an interrupt leaves behind. */
@Timeout(60)
class ConnectionEndTest {

    /** Less than the read timeout of the pair, which lets everybody go in the end. */
    private static final Duration SOON = Pair.PATIENCE.minusSeconds(2);

    private static Testnet testnet;
    private Pair pair;

    @BeforeAll
    static void startNetwork() throws Exception {
        testnet = Testnet.start(2);
    }

    @AfterAll
    static void closeNetwork() {
        testnet.close();
    }

    @BeforeEach
    void connect() throws Exception {
        pair = Pair.of(testnet);
    }

    @AfterEach
    void disconnect() {
        pair.close();
    }

    // ---- close() ---------------------------------------------------------------------------------------------------------

    @Test
    void whatWasWrittenBeforeCloseIsDelivered() throws Exception {
        byte[] sent = new byte[1_000_000];
        new Random(1).nextBytes(sent);
        pair.client.getOutputStream().write(sent);
        pair.client.close();
        assertArrayEquals(sent, pair.accepted.getInputStream().readAllBytes());
    }

    @Test
    void closeFromAnotherThreadLetsReadersGo() throws Exception {
        List<Blocked> readers = List.of(
                blocked("message reader", () -> pair.client.readMessage()),
                blocked("byte reader", () -> pair.client.getInputStream().read()),
                blocked("datagram reader", () -> pair.client.receiveDatagram()));
        pair.client.setReadTimeout(Duration.ZERO);
        List<Blocked> patient = List.of(
                blocked("patient reader", () -> pair.accepted.getInputStream().readAllBytes()),
                blocked("second patient reader", () -> pair.accepted.readMessage()));
        pair.client.close();
        for (Blocked reader : readers) {
            assertInstanceOf(SocketException.class, reader.failure(), reader.task.name());
        }
        // The peer reads an end, not a failure.
        for (Blocked reader : patient) {
            reader.task.join(SOON);
        }
    }

    @Test
    void closeFromAnotherThreadLetsWritersGo() throws Exception {
        Blocked bytes = blocked("byte writer", () -> pair.client.getOutputStream().write(new byte[20_000_000]));
        Blocked message = blocked("message writer", () -> pair.client.writeMessage(new byte[1000]));
        pair.client.close();
        assertInstanceOf(SocketException.class, bytes.failure());
        assertInstanceOf(SocketException.class, message.failure());
    }

    @Test
    void abortLetsReadersAndWritersGoOnBothSides() throws Exception {
        Blocked reader = blocked("reader", () -> pair.client.receiveDatagram());
        Blocked writer = blocked("writer", () -> pair.client.getOutputStream().write(new byte[20_000_000]));
        Blocked remoteReader = blocked("remote reader", () -> pair.accepted.receiveDatagram());
        Blocked remoteWriter = blocked("remote writer", () -> pair.accepted.getOutputStream().write(new byte[20_000_000]));
        pair.client.abort();
        for (Blocked each : List.of(reader, writer, remoteReader, remoteWriter)) {
            assertInstanceOf(SocketException.class, each.failure(), each.task.name());
        }
    }

    @Test
    void theEndOfTheOutputComesBehindAWriteThatIsUnderWay() throws Exception {
        Blocked writer = blocked("writer", () -> pair.client.getOutputStream().write(new byte[10_000_000]));
        Blocked ending = blocked("ending", () -> pair.client.shutdownOutput());
        assertEquals(10_000_000, pair.accepted.getInputStream().readAllBytes().length);
        writer.task.join(SOON);
        ending.task.join(SOON);
    }

    @Test
    void closingAnEndOfTheStreamsClosesWhatTheySay() throws Exception {
        pair.client.getOutputStream().close();
        assertTrue(pair.client.isOpen());
        assertEquals(-1, pair.accepted.getInputStream().read());
        pair.client.getInputStream().close();
        assertFalse(pair.client.isOpen());
        pair.client.getOutputStream().close();
        pair.client.getInputStream().close();
    }

    @Test
    void closeIsQuickAndMayBeCalledTwiceInAnyOrderFromAnyThread() throws Exception {
        blocked("writer", () -> pair.client.getOutputStream().write(new byte[20_000_000]));
        blocked("reader", () -> pair.client.readMessage());
        List<Task<Void>> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            boolean abort = i % 3 == 2;
            closers.add(pair.threads.fork("closer " + i, () -> {
                for (int n = 0; n < 10; n++) {
                    if (abort) {
                        pair.client.abort();
                    } else {
                        pair.client.close();
                    }
                }
            }));
        }
        for (Task<Void> closer : closers) {
            closer.join(SOON);
        }
        pair.accepted.close();
        pair.server.close();
        pair.server.close();
        pair.guest.close();
        pair.client.close();
        pair.host.close();
        pair.guest.close();
        pair.client.abort();
        pair.accepted.close();
        pair.server.closeNow();
    }

    @Test
    void aClosedConnectionSaysSoToWhoeverUsesIt() throws Exception {
        pair.client.close();
        assertFalse(pair.client.isOpen());
        assertEquals(Kind.CLOSED_LOCALLY, pair.client.closeReason().orElseThrow().kind());
        assertThrows(SocketException.class, () -> pair.client.readMessage());
        assertThrows(SocketException.class, () -> pair.client.getInputStream().read());
        assertThrows(SocketException.class, () -> pair.client.writeMessage(new byte[1]));
        assertThrows(SocketException.class, () -> pair.client.getOutputStream().write(1));
        assertThrows(SocketException.class, () -> pair.client.sendDatagram(new byte[1]));
        assertThrows(SocketException.class, () -> pair.client.receiveDatagram());
        assertThrows(SocketException.class, () -> pair.client.shutdownOutput());
        assertThrows(SocketException.class, () -> pair.client.sendKeepAlive());
        pair.client.setReadTimeout(Duration.ofSeconds(1));
        pair.client.setKeepAlive(Duration.ofSeconds(1));
        assertTrue(pair.client.toString().contains("CLOSED_LOCALLY"), pair.client::toString);
        assertEquals(pair.server.publicKey(), pair.client.remotePublicKey(), "who it was is still known");
    }

    @Test
    void closedConnectionsAreForgottenByBothSides() throws Exception {
        pair.client.close();
        assertNull(pair.accepted.readMessage());
        pair.accepted.close();
        for (Gateway gateway : List.of(pair.host, pair.guest)) {
            Eventually.holds("no stream is left", Pair.PATIENCE, () -> gateway.stats().gauges().get("streams") == 0,
                    gateway::stats);
        }
    }

    @Test
    void thePeerOfAClosedConnectionThatGoesOnWritingLearnsOfIt() throws Exception {
        pair.client.close();
        Task<Void> writer = pair.threads.fork("writer", () -> {
            while (true) {
                pair.accepted.getOutputStream().write(new byte[10_000]);
            }
        });
        assertInstanceOf(IOException.class,
                assertThrows(ExecutionException.class, () -> writer.join(Pair.PATIENCE)).getCause());
        assertFalse(pair.accepted.isOpen());
    }

    // ---- abort() ---------------------------------------------------------------------------------------------------------

    @Test
    void anAbortIsAResetForThePeer() throws Exception {
        pair.client.abort();
        SocketException read = assertThrows(SocketException.class, pair.accepted::readMessage);
        assertTrue(read.getMessage().contains("reset"), read.getMessage());
        assertThrows(SocketException.class, () -> pair.accepted.writeMessage(new byte[1]));
        assertEquals(Kind.RESET_BY_PEER, pair.accepted.closeReason().orElseThrow().kind());
        assertEquals(Kind.CLOSED_LOCALLY, pair.client.closeReason().orElseThrow().kind());
    }

    @Test
    void theReasonOfAnAbortIsWhatThisSideSees() {
        pair.client.abort(CloseReason.duplicate("there is a newer one"));
        FlockException read = assertThrows(FlockException.class, pair.client::readMessage);
        assertEquals("DUPLICATE_CONNECTION", read.code());
        assertEquals(CloseReason.duplicate("there is a newer one"), pair.client.closeReason().orElseThrow());
        pair.client.abort();
        pair.client.close();
        assertEquals(Kind.DUPLICATE, pair.client.closeReason().orElseThrow().kind(), "the first reason stays");
    }

    @Test
    void theReasonStaysWhenTheProgramClosesBehindIt() throws Exception {
        pair.client.abort();
        try (Connection reset = pair.accepted) { // which closes before anybody looks
            assertThrows(SocketException.class, reset::readMessage);
        }
        assertEquals(Kind.RESET_BY_PEER, pair.accepted.closeReason().orElseThrow().kind());
        pair.accepted.abort();
        assertEquals(Kind.RESET_BY_PEER, pair.accepted.closeReason().orElseThrow().kind());
        SocketException late = assertThrows(SocketException.class, () -> pair.accepted.writeMessage(new byte[1]));
        assertTrue(late.getMessage().contains("reset"), late.getMessage());
        LinkedBlockingQueue<CloseReason> heard = new LinkedBlockingQueue<>();
        pair.accepted.onClose(heard::add);
        assertEquals(Kind.RESET_BY_PEER, heard.poll(10, TimeUnit.SECONDS).kind());
    }

    @Test
    void listenersHearOnceWhyItEndedHoweverLateTheyCome() throws Exception {
        LinkedBlockingQueue<CloseReason> client = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<CloseReason> accepted = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<CloseReason> gone = new LinkedBlockingQueue<>();
        pair.client.onClose(gone::add).close();
        pair.client.onClose(client::add);
        pair.accepted.onClose(accepted::add);
        pair.client.abort();
        assertEquals(Kind.CLOSED_LOCALLY, client.poll(10, TimeUnit.SECONDS).kind());
        assertEquals(Kind.RESET_BY_PEER, accepted.poll(10, TimeUnit.SECONDS).kind());
        pair.client.onClose(client::add);
        assertEquals(Kind.CLOSED_LOCALLY, client.poll(10, TimeUnit.SECONDS).kind());
        pair.client.close();
        assertTrue(client.isEmpty() && accepted.isEmpty(), "nobody heard twice");
        assertTrue(gone.isEmpty(), "who was removed hears nothing, though it was before the others");
    }

    @Test
    void aCloseListenerThatBlocksOrThrowsHurtsOnlyItself() throws Exception {
        CompletableFuture<Void> release = new CompletableFuture<>();
        LinkedBlockingQueue<CloseReason> heard = new LinkedBlockingQueue<>();
        pair.client.onClose(reason -> release.join());
        pair.client.onClose(reason -> {
            throw new AssertionError("a fault of a listener, provoked by a test");
        });
        pair.client.onClose(heard::add);
        try {
            pair.client.abort();
            assertEquals(Optional.of(Kind.CLOSED_LOCALLY), Optional.ofNullable(heard.poll(10, TimeUnit.SECONDS)).map(CloseReason::kind));
            pair.client.onClose(reason -> release.join());
            pair.threads.fork("closing", pair.guest::close).join(SOON);
        } finally {
            release.complete(null);
        }
    }

    @Test
    void theEndOfAGatewayIsTheEndOfItsConnections() throws Exception {
        Blocked reader = blocked("reader", () -> pair.client.readMessage());
        pair.guest.close();
        FlockException failure = assertInstanceOf(FlockException.class, reader.failure());
        assertEquals("SHUT_DOWN", failure.code());
        assertThrows(SocketException.class, pair.accepted::readMessage);
        assertEquals(Kind.RESET_BY_PEER, pair.accepted.closeReason().orElseThrow().kind());
    }

    @Test
    void theEndOfAServerIsNotTheEndOfItsConnections() throws Exception {
        pair.server.close();
        pair.client.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.accepted.readMessage());
    }

    // ---- Interrupts ------------------------------------------------------------------------------------------------------

    @Test
    void anInterruptedReadLeavesTheFlagSetAndTheConnectionOpen() throws Exception {
        for (ThrowingTask reading : List.<ThrowingTask>of(() -> pair.client.readMessage(), () -> pair.client.getInputStream().read())) {
            Interruptible reader = new Interruptible(reading);
            reader.interrupt();
            assertInstanceOf(InterruptedIOException.class, reader.failure());
            assertTrue(reader.flag);
            assertTrue(pair.client.isOpen());
        }
        pair.accepted.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.client.readMessage());
    }

    @Test
    void anInterruptedWriteLeavesTheFlagSetAndTheConnectionUsable() throws Exception {
        byte[] sent = new byte[20_000_000];
        new Random(2).nextBytes(sent);
        Interruptible writer = new Interruptible(() -> pair.client.getOutputStream().write(sent));
        writer.interrupt();
        InterruptedIOException failure = assertInstanceOf(InterruptedIOException.class, writer.failure());
        assertTrue(writer.flag);
        assertTrue(pair.client.isOpen());
        int taken = failure.bytesTransferred;
        assertTrue(taken > 0 && taken < sent.length, "taken: " + taken);
        // Who goes on behind what was taken loses nothing.
        Task<Void> rest = pair.threads.fork("rest", () -> {
            pair.client.getOutputStream().write(sent, taken, sent.length - taken);
            pair.client.shutdownOutput();
        });
        byte[] received = pair.accepted.getInputStream().readAllBytes();
        rest.join(Pair.PATIENCE);
        assertArrayEquals(sent, received);
    }

    @Test
    void anInterruptedWriterInLineHasWrittenNothing() throws Exception {
        Blocked first = blocked("first writer", () -> pair.client.getOutputStream().write(new byte[20_000_000]));
        Interruptible second = new Interruptible(() -> pair.client.writeMessage(new byte[] {1}));
        second.interrupt();
        assertEquals(0, assertInstanceOf(InterruptedIOException.class, second.failure()).bytesTransferred);
        assertTrue(second.flag);
        assertFalse(first.task.isDone());
        pair.accepted.getInputStream().readNBytes(20_000_000);
        first.task.join(Pair.PATIENCE);
    }

    @Test
    void anInterruptedDatagramReaderIsLetGo() throws Exception {
        Interruptible reader = new Interruptible(() -> pair.client.receiveDatagram());
        reader.interrupt();
        assertInstanceOf(InterruptedException.class, reader.failure());
        pair.accepted.sendDatagram(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.client.receiveDatagram());
    }

    // ---- Threads ---------------------------------------------------------------------------------------------------------

    /** Starts something on a thread of its own and returns when it waits. */
    private Blocked blocked(String name, ThrowingTask action) {
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Task<Void> task = pair.threads.fork(name, () -> {
            thread.set(Thread.currentThread());
            running.countDown();
            action.run();
        });
        Eventually.holds(name + " runs", () -> running.getCount() == 0);
        Eventually.waits(thread.get());
        return new Blocked(task, thread.get());
    }

    private record Blocked(Task<Void> task, Thread thread) {

        /** What it fails with, soon. */
        Throwable failure() {
            return assertThrows(ExecutionException.class, () -> task.join(SOON), task.name()).getCause();
        }
    }

    /** Something that waits on a thread and is interrupted there. */
    private final class Interruptible {

        private final Blocked blocked;
        private volatile boolean flag;

        Interruptible(ThrowingTask action) {
            blocked = blocked("interrupted", () -> {
                try {
                    action.run();
                } finally {
                    flag = Thread.currentThread().isInterrupted();
                }
            });
        }

        void interrupt() {
            blocked.thread.interrupt();
        }

        Throwable failure() {
            return blocked.failure();
        }
    }
}

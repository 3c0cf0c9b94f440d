package omega.flock.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.runtime.Task;
import omega.flock.transport.flow.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SecretStreamTest {

    @Test
    void messagesKeepTheirBoundariesInBothDirections() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.client.writeMessage("one".getBytes(UTF_8));
            pair.client.writeMessage("two".getBytes(UTF_8));
            pair.server.writeMessage("three".getBytes(UTF_8));
            assertArrayEquals("one".getBytes(UTF_8), pair.server.readMessage().orElseThrow());
            assertArrayEquals("two".getBytes(UTF_8), pair.server.readMessage().orElseThrow());
            assertArrayEquals("three".getBytes(UTF_8), pair.client.readMessage().orElseThrow());
            assertEquals(2, pair.client.framesSent());
            assertEquals(1, pair.client.framesReceived());
        }
    }

    @Property(tries = 30)
    void bytesArriveWhateverTheChunks(@ForAll @IntRange(min = 1, max = 4000) int largestRead,
            @ForAll @IntRange(min = 1, max = 200_000) int length, @ForAll @IntRange(min = 1, max = 90_000) int readSize,
            @ForAll long seed) throws Exception {
        byte[] sent = new byte[length];
        new Random(seed).nextBytes(sent);
        try (SecretPair pair = new SecretPair(5000, largestRead, Duration.ZERO).started()) {
            Task<Void> writer = pair.scope.fork("writer", () -> {
                pair.client.write(sent, 0, sent.length);
                pair.client.shutdownOutput();
            });
            byte[] received = new byte[length];
            int total = 0;
            byte[] chunk = new byte[readSize];
            for (int count = pair.server.read(chunk, 0, readSize); count >= 0; count = pair.server.read(chunk, 0, readSize)) {
                System.arraycopy(chunk, 0, received, total, count);
                total += count;
            }
            writer.join();
            assertEquals(length, total);
            assertArrayEquals(sent, received);
            assertEquals((length + (64 << 10) - 1) / (64 << 10), pair.client.framesSent(), "frames of at most 64 KiB");
        }
    }

    @Test
    void theRestOfAPartlyReadFrameIsAMessage() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.client.writeMessage("hello world".getBytes(UTF_8));
            byte[] part = new byte[6];
            assertEquals(6, pair.server.read(part, 0, 6));
            assertEquals(5, pair.server.available());
            assertArrayEquals("world".getBytes(UTF_8), pair.server.readMessage().orElseThrow());
            assertEquals(0, pair.server.available());
        }
    }

    @Test
    void theLargestMessagePassesAndOneByteMoreIsRefused() throws Exception {
        byte[] largest = new byte[16_777_198];
        largest[largest.length - 1] = 42;
        try (SecretPair pair = new SecretPair().started()) {
            Task<Void> writer = pair.scope.fork("writer", () -> pair.client.writeMessage(largest));
            assertArrayEquals(largest, pair.server.readMessage().orElseThrow());
            writer.join();
            assertThrows(IllegalArgumentException.class, () -> pair.client.writeMessage(new byte[16_777_199]));
            assertThrows(IllegalArgumentException.class, () -> pair.client.writeMessage(new byte[0]));
        }
    }

    @Test
    void eitherSideMayEndFirstAndTheOtherStillWrites() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.client.writeMessage(new byte[] {1});
            pair.client.shutdownOutput();
            pair.client.shutdownOutput();
            assertTrue(pair.server.readMessage().isPresent());
            assertEquals(Optional.empty(), pair.server.readMessage());
            assertEquals(-1, pair.server.read(new byte[9], 0, 9));
            pair.server.writeMessage(new byte[] {2});
            assertArrayEquals(new byte[] {2}, pair.client.readMessage().orElseThrow());
            assertThrows(SocketException.class, () -> pair.client.writeMessage(new byte[] {3}));
        }
    }

    @Test
    void keepAlivesGoOutWithoutAnybodyReadingOrWritingAndAreSwallowed() throws Exception {
        try (SecretPair pair = new SecretPair(1 << 20, 1 << 20, Duration.ofMillis(20)).started()) {
            while (pair.client.framesSent() < 3) {
                Thread.onSpinWait();
            }
            assertTrue(pair.server.framesReceived() >= 1, "counted before anybody reads");
            pair.client.setKeepAlive(Duration.ZERO);
            pair.client.writeMessage(new byte[] {7});
            assertArrayEquals(new byte[] {7}, pair.server.readMessage().orElseThrow());
            assertEquals(pair.client.framesSent(), pair.server.framesReceived());
        }
    }

    @Test
    void settingTheKeepAliveAgainReplacesTheTimer() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            for (int i = 0; i < 100; i++) {
                pair.client.setKeepAlive(Duration.ofHours(1));
            }
            assertEquals(1, pair.timers.size());
            pair.client.abort(CloseReason.closedLocally("test"));
            assertEquals(0, pair.timers.size());
        }
    }

    @Test
    void aWrongIdEndsTheStream() throws Exception {
        try (SecretPair pair = new SecretPair()) {
            pair.server.start();
            byte[] opening = new byte[59];
            opening[0] = 56;
            pair.rawServer.inject(opening);
            FlockException e = assertThrows(FlockException.class, () -> pair.server.awaitPeer(Duration.ofSeconds(5)));
            assertEquals("PROTOCOL_ERROR", e.code());
            assertEquals(CloseReason.Kind.PROTOCOL_ERROR, pair.server.closeReason().orElseThrow().kind());
        }
    }

    @Property(tries = 50)
    void garbageNeverGetsThrough(@ForAll long seed, @ForAll @IntRange(min = 3, max = 500) int length) throws Exception {
        byte[] garbage = new byte[length];
        new Random(seed).nextBytes(garbage);
        garbage[1] = 0;
        garbage[2] = 0;
        try (SecretPair pair = new SecretPair().started()) {
            pair.server.awaitPeer(Duration.ofSeconds(5));
            pair.rawServer.inject(garbage);
            pair.client.shutdownOutput();
            assertThrows(IOException.class, () -> pair.server.readMessage());
            assertFalse(pair.server.isOpen());
        }
    }

    @Test
    void anOpeningFrameOfAnotherLengthIsRefusedBeforeItsBytesHaveCome() throws Exception {
        try (SecretPair pair = new SecretPair()) {
            pair.server.start();
            pair.rawServer.inject(new byte[] {-1, -1, -1});
            assertThrows(FlockException.class, () -> pair.server.readMessage());
        }
    }

    @Test
    void aMessageAboveTheLimitIsRefusedBeforeItsBytesHaveCome() throws Exception {
        try (SecretPair pair = new SecretPair(100_000, Integer.MAX_VALUE, Duration.ZERO).started()) {
            pair.server.limitMessages(1000);
            pair.client.writeMessage(new byte[1000]);
            assertEquals(1000, pair.server.readMessage().orElseThrow().length);
            pair.client.writeMessage(new byte[1001]);
            FlockException e = assertThrows(FlockException.class, pair.server::readMessage);
            assertEquals("PROTOCOL_ERROR", e.code());
        }
        try (SecretPair pair = new SecretPair(1000, 500, Duration.ZERO).started()) {
            pair.server.limitMessages(1000);
            // More than fits between the two: it can only be refused by its length.
            pair.scope.fork("writer", () -> assertThrows(IOException.class, () -> pair.client.writeMessage(new byte[100_000])));
            assertEquals("PROTOCOL_ERROR", assertThrows(FlockException.class, pair.server::readMessage).code());
        }
    }

    @Test
    void anEndInsideAFrameIsNoCleanEnd() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.server.awaitPeer(Duration.ofSeconds(5));
            pair.rawServer.inject(new byte[] {40, 0, 0, 1, 2});
            pair.client.shutdownOutput();
            assertThrows(EOFException.class, () -> pair.server.readMessage());
        }
    }

    @Test
    void aReadTimeoutLeavesTheStreamUsable() throws Exception {
        try (SecretPair pair = new SecretPair(1 << 20, 1 << 20, Duration.ofMillis(15)).started()) {
            pair.server.setReadTimeout(Duration.ofMillis(100));
            // Keep-alives arrive all the time; the timeout counts from the beginning of the read all the same.
            assertThrows(SocketTimeoutException.class, () -> pair.server.readMessage());
            assertThrows(SocketTimeoutException.class, () -> pair.server.receiveDatagram());
            pair.client.writeMessage(new byte[] {1});
            pair.server.setReadTimeout(Duration.ZERO);
            assertTrue(pair.server.readMessage().isPresent());
        }
    }

    @Test
    void whatIsThereIsReadHoweverShortTheTimeout() throws Exception {
        try (SecretPair pair = new SecretPair(5000, 7, Duration.ZERO).started()) {
            byte[] message = new byte[100];
            pair.client.writeMessage(message);
            pair.server.setReadTimeout(Duration.ofNanos(1));
            assertArrayEquals(message, readInTheEnd(pair.server));
        }
    }

    private static byte[] readInTheEnd(SecretStream stream) throws IOException {
        for (int i = 0; i < 1000; i++) {
            try {
                return stream.readMessage().orElseThrow();
            } catch (SocketTimeoutException e) {
                assertTrue(stream.isOpen());
            }
        }
        throw new AssertionError("it does not get on");
    }

    @Test
    void anInterruptedReadLeavesTheStreamUsableAndTheFlagSet() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedIOException.class, () -> pair.server.readMessage());
            assertTrue(Thread.interrupted());
            pair.client.writeMessage(new byte[] {5});
            assertArrayEquals(new byte[] {5}, pair.server.readMessage().orElseThrow());
        }
    }

    @Test
    void theFirstReasonStays() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            CloseReason silence = CloseReason.timedOut("the peer acknowledges nothing any more");
            pair.rawClient.destroy(silence); // as the transport does
            pair.client.close();
            pair.client.abort(CloseReason.closedLocally("aborted"));
            assertEquals(Optional.of(silence), pair.client.closeReason());
            assertEquals("ETIMEDOUT", assertThrows(FlockException.class, pair.client::readMessage).code());
        }
    }

    @Test
    void closingLetsReadersAndWritersGo() throws Exception {
        try (SecretPair pair = new SecretPair(1000, 1 << 20, Duration.ZERO).started()) {
            Task<Void> reader = pair.scope.fork("reader", () -> assertThrows(IOException.class, () -> pair.client.readMessage()));
            Task<Void> datagrams = pair.scope.fork("datagrams",
                    () -> assertThrows(IOException.class, () -> pair.client.receiveDatagram()));
            Task<Void> writer = pair.scope.fork("writer",
                    () -> assertThrows(IOException.class, () -> pair.client.write(new byte[100_000], 0, 100_000)));
            while (pair.rawServer.bytesReceived() < 1000) {
                Thread.onSpinWait();
            }
            assertTimeoutPreemptively(Duration.ofSeconds(5), pair.client::close);
            reader.join();
            writer.join();
            datagrams.join();
            assertThrows(SocketException.class, () -> pair.client.writeMessage(new byte[1]));
            assertThrows(SocketException.class, () -> pair.client.readMessage());
        }
    }

    @Test
    void abortIsSeenOnBothSidesWithItsReason() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            CompletableFuture<CloseReason> seen = new CompletableFuture<>();
            pair.server.onClose(seen::complete);
            pair.client.abort(CloseReason.duplicate("another one"));
            assertEquals(CloseReason.Kind.RESET_BY_PEER, seen.get(5, TimeUnit.SECONDS).kind());
            assertEquals(CloseReason.Kind.DUPLICATE, pair.client.closeReason().orElseThrow().kind());
            FlockException e = assertThrows(FlockException.class, () -> pair.client.writeMessage(new byte[1]));
            assertEquals("DUPLICATE_CONNECTION", e.code());
            CompletableFuture<CloseReason> late = new CompletableFuture<>();
            pair.client.onClose(late::complete);
            assertEquals(CloseReason.Kind.DUPLICATE, late.get(5, TimeUnit.SECONDS).kind());
        }
    }

    @Test
    void datagramsPassAndStrangersAreIgnored() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.rawServer.injectMessage(new byte[0]);
            pair.rawServer.injectMessage(new byte[23]);
            pair.rawServer.injectMessage(new byte[100]);
            pair.client.sendDatagram("quick".getBytes(UTF_8));
            assertArrayEquals("quick".getBytes(UTF_8), pair.server.receiveDatagram());
            pair.server.sendDatagram(new byte[1428]);
            assertEquals(1428, pair.client.receiveDatagram().length);
            assertThrows(IllegalArgumentException.class, () -> pair.client.sendDatagram(new byte[1429]));
            assertEquals(1428, pair.client.maxDatagramSize());
            assertEquals(Map.of(DropReason.MESSAGE_FORGED, 2), pair.rawServer.drops(), "an empty one is a sign of a path");
        }
    }

    @Test
    void datagramsThatNobodyTakesAreBounded() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            for (int i = 0; i < 1000; i++) {
                pair.client.sendDatagram(new byte[] {(byte) (i >> 8), (byte) i});
            }
            byte[] oldest = pair.server.receiveDatagram();
            assertEquals(1000 - SecretConstants.DATAGRAM_INBOX, (oldest[0] & 0xFF) << 8 | oldest[1] & 0xFF);
            assertEquals(Map.of(DropReason.MESSAGE_UNREAD, 1000 - SecretConstants.DATAGRAM_INBOX), pair.rawServer.drops());
        }
    }
}

package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import omega.flock.base.CloseReason;
import omega.flock.runtime.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writes that an interrupt or a timeout ends: what they say was taken is what arrives. */
@Timeout(30)
class CutFrameTest {

    @Test
    void aFrameThatAnInterruptCutGoesOnWithTheNextWrite() throws Exception {
        try (SecretPair pair = new SecretPair(1000, 1 << 20, Duration.ZERO).started()) {
            byte[] large = new byte[30_000];
            new Random(1).nextBytes(large);
            CompletableFuture<Integer> taken = new CompletableFuture<>();
            AtomicReference<Thread> writer = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            Task<Void> task = pair.scope.fork("writer", () -> {
                writer.set(Thread.currentThread());
                begun.countDown();
                try {
                    pair.client.write(large, 0, large.length);
                    taken.completeExceptionally(new AssertionError("not interrupted"));
                } catch (InterruptedIOException e) {
                    taken.complete(e.bytesTransferred);
                    assertTrue(Thread.interrupted());
                }
                pair.client.writeMessage(new byte[] {9});
            });
            begun.await();
            while (pair.rawServer.bytesReceived() < 1000) {
                Thread.onSpinWait();
            }
            writer.get().interrupt();
            assertEquals(large.length, taken.get(10, TimeUnit.SECONDS), "the frame is committed");
            assertArrayEquals(large, pair.server.readMessage().orElseThrow());
            assertArrayEquals(new byte[] {9}, pair.server.readMessage().orElseThrow());
            task.join();
        }
    }

    @Test
    void aMessageThatWasCutSaysThatItIsOnItsWayAndTheOneBehindThatItIsNot() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.rawClient.cutWrites(100, 10);
            InterruptedIOException first = assertThrows(InterruptedIOException.class, () -> pair.client.writeMessage(new byte[1000]));
            assertTrue(Thread.interrupted());
            assertEquals(1000, first.bytesTransferred);
            assertEquals("interrupted with 1000 of 1000 bytes taken, which will arrive if the connection is used again before it is closed",
                    first.getMessage());
            InterruptedIOException second = assertThrows(InterruptedIOException.class, () -> pair.client.writeMessage(new byte[2000]));
            assertTrue(Thread.interrupted());
            assertEquals(0, second.bytesTransferred);
            assertEquals("interrupted with 0 of 2000 bytes taken, which leaves nothing to arrive", second.getMessage());
            pair.client.sendKeepAlive();
            assertArrayEquals(new byte[1000], pair.server.readMessage().orElseThrow(), "the rest left with the keep-alive");
            pair.client.writeMessage(new byte[] {9});
            assertArrayEquals(new byte[] {9}, pair.server.readMessage().orElseThrow());
        }
    }

    @Test
    void aWriteThatTimesOutSaysWhatWasTakenAndLeavesTheStreamUsable() throws Exception {
        try (SecretPair pair = new SecretPair(1000, 1 << 20, Duration.ZERO).started()) {
            pair.client.setWriteTimeout(Duration.ofMillis(1));
            SocketTimeoutException first = assertThrows(SocketTimeoutException.class, () -> pair.client.writeMessage(new byte[3000]));
            assertEquals(3000, first.bytesTransferred, "it is sealed, and a part of it has left");
            SocketTimeoutException second = assertThrows(SocketTimeoutException.class, () -> pair.client.writeMessage(new byte[10]));
            assertEquals(0, second.bytesTransferred);
            assertThrows(SocketTimeoutException.class, pair.client::shutdownOutput);
            pair.client.setWriteTimeout(Duration.ZERO);
            Task<Void> writer = pair.scope.fork("writer", () -> {
                pair.client.writeMessage(new byte[] {9});
                pair.client.shutdownOutput();
            });
            assertArrayEquals(new byte[3000], pair.server.readMessage().orElseThrow());
            assertArrayEquals(new byte[] {9}, pair.server.readMessage().orElseThrow());
            assertEquals(Optional.empty(), pair.server.readMessage());
            writer.join();
            assertThrows(IllegalArgumentException.class, () -> pair.client.setWriteTimeout(Duration.ofMillis(-1)));
        }
    }

    @Test
    void aWriterInLineTimesOutWithNothingTaken() throws Exception {
        try (SecretPair pair = new SecretPair(1000, 1 << 20, Duration.ZERO).started()) {
            Task<Void> first = pair.scope.fork("first", () -> pair.client.write(new byte[3000], 0, 3000));
            while (pair.rawServer.bytesReceived() < 1000) {
                Thread.onSpinWait();
            }
            pair.client.setWriteTimeout(Duration.ofMillis(1));
            assertEquals(0, assertThrows(SocketTimeoutException.class, () -> pair.client.writeMessage(new byte[10])).bytesTransferred);
            assertArrayEquals(new byte[3000], pair.server.readMessage().orElseThrow());
            first.join();
        }
    }

    @Test
    void aFrameThatWasCutTwiceGoesOnWhereItWasCutLast() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            byte[] message = new byte[3000];
            new Random(2).nextBytes(message);
            pair.rawClient.cutWrites(1000, 500);
            assertThrows(InterruptedIOException.class, () -> pair.client.writeMessage(message));
            assertTrue(Thread.interrupted());
            assertThrows(InterruptedIOException.class, () -> pair.client.writeMessage(new byte[] {8}));
            assertTrue(Thread.interrupted());
            pair.client.writeMessage(new byte[] {9});
            assertArrayEquals(message, pair.server.readMessage().orElseThrow());
            assertArrayEquals(new byte[] {9}, pair.server.readMessage().orElseThrow());
        }
    }

    /** Else the peer would take what came before the cut for all there was. */
    @Test
    void closingInsideAFrameThatWasCutIsAReset() throws Exception {
        try (SecretPair pair = new SecretPair().started()) {
            pair.rawClient.cutWrites(1000);
            assertThrows(InterruptedIOException.class, () -> pair.client.writeMessage(new byte[3000]));
            assertTrue(Thread.interrupted());
            pair.client.close();
            assertEquals(CloseReason.Kind.RESET_BY_PEER, pair.server.closeReason().orElseThrow().kind());
        }
    }
}

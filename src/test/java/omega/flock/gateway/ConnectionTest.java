package omega.flock.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import omega.flock.base.CloseReason;
import omega.flock.base.Topic;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Task;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection carries, in both directions. */
@Timeout(60)
class ConnectionTest {

    private static final int LARGEST_MESSAGE = 16_777_198;

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

    @Test
    void aPeerThatDoesNotReadHoldsAWriterUpNoLongerThanTheWriteTimeout() throws Exception {
        pair.client.setWriteTimeout(Duration.ofMillis(50));
        byte[] message = new byte[1_000_000];
        int taken = 0;
        int untaken = 0;
        while (untaken == 0) {
            try {
                pair.client.writeMessage(message);
                taken++;
            } catch (SocketTimeoutException e) {
                assertTrue(e.bytesTransferred == 0 || e.bytesTransferred == message.length, e.getMessage());
                taken += e.bytesTransferred / message.length;
                untaken = e.bytesTransferred == 0 ? 1 : 0;
            }
        }
        assertTrue(pair.client.isOpen());
        pair.client.setWriteTimeout(Duration.ZERO);
        Task<Void> end = pair.threads.fork("end", pair.client::shutdownOutput);
        for (int i = 0; i < taken; i++) {
            assertArrayEquals(message, pair.accepted.readMessage());
        }
        assertNull(pair.accepted.readMessage(), "what was not taken does not arrive");
        end.join(Pair.PATIENCE);
    }

    @Test
    void bytesComeBackAsTheyWent() throws Exception {
        byte[] sent = random(3_000_000, 1);
        Task<Void> echo = pair.threads.fork("echo", () -> {
            pair.accepted.getInputStream().transferTo(pair.accepted.getOutputStream());
            pair.accepted.shutdownOutput();
        });
        Task<Void> writer = pair.threads.fork("writer", () -> {
            pair.client.getOutputStream().write(sent);
            pair.client.shutdownOutput();
        });
        assertArrayEquals(sent, pair.client.getInputStream().readAllBytes());
        echo.join(Pair.PATIENCE);
        writer.join(Pair.PATIENCE);
    }

    @Test
    void singleBytesAndPiecesOfArraysAreBytesOfTheStream() throws Exception {
        OutputStream output = pair.client.getOutputStream();
        output.write(0xAB);
        output.write(new byte[] {1, 2, 3, 4, 5}, 1, 3);
        output.write(new byte[0]);
        output.flush();
        InputStream input = pair.accepted.getInputStream();
        assertEquals(0xAB, input.read());
        assertArrayEquals(new byte[] {2, 3, 4}, input.readNBytes(3));
        assertEquals(0, input.read(new byte[4], 2, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> input.read(new byte[4], 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> output.write(new byte[4], 2, 3));
    }

    @Test
    void whatIsLeftOfAFrameIsAvailableWithoutWaiting() throws Exception {
        pair.client.getOutputStream().write(new byte[10]);
        InputStream input = pair.accepted.getInputStream();
        assertEquals(0, input.read());
        assertEquals(9, input.available());
        assertEquals(9, input.readNBytes(9).length);
        assertEquals(0, input.available());
    }

    @Test
    void theSideThatEndedStillReads() throws Exception {
        pair.client.writeMessage("question".getBytes(UTF_8));
        pair.client.shutdownOutput();
        assertArrayEquals("question".getBytes(UTF_8), pair.accepted.readMessage());
        assertNull(pair.accepted.readMessage());
        assertNull(pair.accepted.readMessage(), "the end stays the end");
        assertEquals(-1, pair.accepted.getInputStream().read());
        pair.accepted.writeMessage("answer".getBytes(UTF_8));
        assertArrayEquals("answer".getBytes(UTF_8), pair.client.readMessage());
    }

    @Test
    void theAcceptingSideMayEndFirstToo() throws Exception {
        pair.accepted.getOutputStream().close();
        assertEquals(-1, pair.client.getInputStream().read());
        assertTrue(pair.client.isOpen());
        pair.client.writeMessage(new byte[] {7});
        assertArrayEquals(new byte[] {7}, pair.accepted.readMessage());
    }

    @Test
    void aConnectionThatBothSidesEndedIsFinished() throws Exception {
        pair.client.shutdownOutput();
        pair.accepted.shutdownOutput();
        assertNull(pair.client.readMessage());
        assertNull(pair.accepted.readMessage());
        for (Connection each : new Connection[] {pair.client, pair.accepted}) {
            Eventually.holds("finished", () -> !each.isOpen());
            assertEquals(CloseReason.Kind.FINISHED, each.closeReason().orElseThrow().kind());
        }
    }

    @Test
    void nothingIsWrittenBehindTheEnd() throws Exception {
        pair.client.shutdownOutput();
        pair.client.shutdownOutput();
        assertThrows(SocketException.class, () -> pair.client.writeMessage(new byte[1]));
        assertThrows(SocketException.class, () -> pair.client.getOutputStream().write(1));
        assertNull(pair.accepted.readMessage());
    }

    @Test
    void messagesKeepTheirBoundaries() throws Exception {
        Task<Void> writer = pair.threads.fork("writer", () -> {
            for (int i = 1; i <= 300; i++) {
                pair.client.writeMessage(random(i * 37, i));
            }
        });
        for (int i = 1; i <= 300; i++) {
            assertArrayEquals(random(i * 37, i), pair.accepted.readMessage(), "message " + i);
        }
        writer.join(Pair.PATIENCE);
        assertEquals(300, pair.client.messagesSent());
        assertEquals(300, pair.accepted.messagesReceived());
    }

    @Test
    void theLargestMessageArrivesWhole() throws Exception {
        byte[] largest = random(LARGEST_MESSAGE, 3);
        Task<Void> writer = pair.threads.fork("writer", () -> pair.client.writeMessage(largest));
        assertTrue(Arrays.equals(largest, pair.accepted.readMessage()));
        writer.join(Pair.PATIENCE);
        pair.client.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.accepted.readMessage(), "and the next one after it");
    }

    @Test
    void aMessageThatIsEmptyOrTooLongIsRefusedWithItsLength() throws Exception {
        IllegalArgumentException empty =
                assertThrows(IllegalArgumentException.class, () -> pair.client.writeMessage(new byte[0]));
        assertTrue(empty.getMessage().contains("0 bytes"), empty.getMessage());
        IllegalArgumentException tooLong =
                assertThrows(IllegalArgumentException.class, () -> pair.client.writeMessage(new byte[LARGEST_MESSAGE + 1]));
        assertTrue(tooLong.getMessage().contains("16777199 bytes"), tooLong.getMessage());
        pair.client.writeMessage(new byte[] {5});
        assertArrayEquals(new byte[] {5}, pair.accepted.readMessage(), "nothing of them was sent");
    }

    @Test
    void aMessageCanBeReadAsBytesAndItsRestAsAMessage() throws Exception {
        pair.client.writeMessage(new byte[] {1, 2, 3, 4});
        assertEquals(1, pair.accepted.getInputStream().read());
        assertArrayEquals(new byte[] {2, 3, 4}, pair.accepted.readMessage());
    }

    @Test
    void datagramsArriveSealedAndWholeBesideTheStream() throws Exception {
        pair.client.sendDatagram("over here".getBytes(UTF_8));
        pair.client.sendDatagram(new byte[0]);
        assertArrayEquals("over here".getBytes(UTF_8), pair.accepted.receiveDatagram());
        assertArrayEquals(new byte[0], pair.accepted.receiveDatagram());
        pair.accepted.sendDatagram(new byte[] {9});
        assertArrayEquals(new byte[] {9}, pair.client.receiveDatagram());
        assertThrows(IllegalArgumentException.class, () -> pair.client.sendDatagram(new byte[1500]));
    }

    @Test
    void theLongestOfLimitsIsForEver() throws Exception {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        for (Connection each : List.of(pair.client, pair.accepted)) {
            each.setReadTimeout(forEver);
            each.setWriteTimeout(forEver);
            each.setKeepAlive(forEver);
        }
        pair.client.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.accepted.readMessage());
        pair.client.sendDatagram(new byte[] {2});
        assertArrayEquals(new byte[] {2}, pair.accepted.receiveDatagram());
        assertTrue(pair.guest.awaitReady(forEver));
        try (Query<LookupReply> query = pair.guest.lookup(Topic.hash("for ever"))) {
            assertTrue(query.await(forEver));
        }
        try (Connection dialled = pair.guest.connect(pair.server.publicKey(), ConnectOptions.DEFAULT.withTimeout(forEver));
                Connection taken = pair.server.accept(forEver).orElseThrow()) {
            assertEquals(dialled.publicKey(), taken.remotePublicKey());
        }
    }

    @Test
    void aReadThatTimedOutCanBeTriedAgain() throws Exception {
        pair.accepted.setReadTimeout(Duration.ofMillis(20));
        assertThrows(SocketTimeoutException.class, pair.accepted::readMessage);
        assertThrows(SocketTimeoutException.class, () -> pair.accepted.getInputStream().read());
        assertThrows(SocketTimeoutException.class, pair.accepted::receiveDatagram);
        assertTrue(pair.accepted.isOpen());
        pair.accepted.setReadTimeout(Pair.PATIENCE);
        pair.client.writeMessage(new byte[] {3});
        assertArrayEquals(new byte[] {3}, pair.accepted.readMessage());
        assertThrows(IllegalArgumentException.class, () -> pair.client.setReadTimeout(Duration.ofMillis(-1)));
    }

    @Test
    void aReadTimeoutInTheMiddleOfAFrameLosesNothing() throws Exception {
        byte[] large = random(2_000_000, 4);
        pair.accepted.setReadTimeout(Duration.ofMillis(1));
        Task<Void> writer = pair.threads.fork("writer", () -> pair.client.writeMessage(large));
        byte[] message = null;
        int timeouts = 0;
        while (message == null) {
            try {
                message = pair.accepted.readMessage();
                assertNotNull(message);
            } catch (SocketTimeoutException e) {
                timeouts++;
            }
        }
        assertTrue(timeouts > 0);
        assertArrayEquals(large, message);
        writer.join(Pair.PATIENCE);
    }

    @Test
    void keepAlivesAreSentWhileIdleAndNeverRead() throws Exception {
        pair.client.setKeepAlive(Duration.ofMillis(20));
        Eventually.holds("three keep-alives", () -> pair.client.messagesSent() >= 3);
        pair.client.setKeepAlive(Duration.ZERO);
        pair.accepted.sendKeepAlive();
        pair.client.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.accepted.readMessage());
        assertTrue(pair.accepted.messagesReceived() >= 4);
        pair.accepted.writeMessage(new byte[] {2});
        assertArrayEquals(new byte[] {2}, pair.client.readMessage());
    }

    @Test
    void bothSidesKnowWhoTheyAreAndWhichConnectionThisIs() throws Exception {
        assertEquals(pair.server.publicKey(), pair.client.remotePublicKey());
        assertEquals(pair.server.publicKey(), pair.accepted.publicKey());
        assertEquals(pair.guest.keyPair().publicKey(), pair.accepted.remotePublicKey());
        assertEquals(pair.guest.keyPair().publicKey(), pair.client.publicKey());
        assertTrue(pair.client.isInitiator());
        assertFalse(pair.accepted.isInitiator());
        assertEquals(64, pair.client.handshakeHash().length);
        assertArrayEquals(pair.client.handshakeHash(), pair.accepted.handshakeHash());
        pair.client.handshakeHash()[0] ^= 1;
        assertArrayEquals(pair.client.handshakeHash(), pair.accepted.handshakeHash(), "what was given is a copy");
    }

    @Test
    void thePathIsDirectAndItsRoundTripIsMeasured() throws Exception {
        pair.client.writeMessage(new byte[] {1});
        pair.accepted.readMessage();
        Eventually.holds("a round trip was measured", () -> !pair.client.path().roundTripTime().isZero());
        PathInfo path = pair.client.path();
        assertEquals(PathInfo.Kind.DIRECT, path.kind());
        assertEquals(pair.client.remoteAddress(), path.address());
        assertTrue(path.address().getAddress().isLoopbackAddress());
        assertTrue(path.roundTripTime().compareTo(Duration.ofSeconds(1)) < 0, path::toString);
        assertTrue(pair.client.toString().contains(pair.server.publicKey().toString()), pair.client::toString);
        assertTrue(pair.client.toString().endsWith("open]"), pair.client::toString);
    }

    @Test
    void aWriterWaitsForAReaderAndWhatWaitsIsBounded() throws Exception {
        // 256 KiB uncut here, a window of 8 MiB there, a few frames on the way.
        long most = 12L << 20;
        byte[] piece = random(1 << 16, 5);
        long[] written = new long[1];
        Task<Void> writer = pair.threads.fork("blocked writer", () -> {
            while (written[0] < 4 * most) {
                pair.client.getOutputStream().write(piece);
                written[0] += piece.length;
            }
            pair.client.shutdownOutput();
        });
        long[] before = {-1};
        Eventually.holds("the writer is held up", () -> {
            long packets = pair.guest.stats().counters().get("transport.packets.sent");
            boolean still = packets == before[0] && written[0] > (1 << 20);
            before[0] = packets;
            return still;
        });
        assertFalse(writer.isDone());
        assertTrue(written[0] < most, "written without a reader: " + written[0]);
        // The other direction is not held up by it.
        pair.accepted.writeMessage(new byte[] {1});
        assertArrayEquals(new byte[] {1}, pair.client.readMessage());
        long read = 0;
        byte[] into = new byte[1 << 16];
        for (int count = pair.accepted.getInputStream().read(into); count >= 0;
                count = pair.accepted.getInputStream().read(into)) {
            read += count;
        }
        writer.join(Pair.PATIENCE);
        assertEquals(written[0], read);
    }

    @Test
    void severalWritersAndReadersShareAConnectionMessageByMessage() throws Exception {
        int writers = 4;
        int each = 200;
        for (int w = 0; w < writers; w++) {
            byte mark = (byte) w;
            pair.threads.fork("writer " + w, () -> {
                for (int i = 0; i < each; i++) {
                    byte[] message = new byte[1 + i];
                    Arrays.fill(message, mark);
                    pair.client.writeMessage(message);
                }
            });
        }
        int[] next = new int[writers];
        for (int i = 0; i < writers * each; i++) {
            byte[] message = pair.accepted.readMessage();
            int from = message[0];
            next[from]++;
            assertEquals(next[from], message.length, "in the order of each writer");
            for (byte each1 : message) {
                assertEquals(from, each1);
            }
        }
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** What a test must not do by accident: a connection of one test is not that of another. */
    @Test
    void eachConnectionHasAHandshakeOfItsOwn() throws IOException, InterruptedException {
        try (Connection second = pair.guest.connect(pair.server.publicKey());
                Connection accepted = pair.server.accept(Pair.PATIENCE).orElseThrow()) {
            assertFalse(Arrays.equals(pair.client.handshakeHash(), second.handshakeHash()));
            second.writeMessage(new byte[] {2});
            pair.client.writeMessage(new byte[] {1});
            assertArrayEquals(new byte[] {1}, pair.accepted.readMessage());
            assertArrayEquals(new byte[] {2}, accepted.readMessage());
        }
    }
}

package omega.flock.interop;

import static omega.flock.transport.BlockingReads.readSome;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.base.CloseReason;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.runtime.TaskScope;
import omega.flock.transport.LoneTransport;
import omega.flock.transport.StreamFirewall;
import omega.flock.transport.TransportOptions;
import omega.flock.transport.UdxStream;
import omega.flock.transport.UdxTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Raw UDX streams between this transport and the real udx-native, over loopback. */
@JavaScriptInterop
@Timeout(120)
class UdxInteropTest {
    private static final int TEN_MEGABYTES = 10_000_000;
    private static final int JAVASCRIPT_ID = 4321;

    /** A stream on a port of its own, connected to a script that is connected back. */
    private static final class Pair implements AutoCloseable {
        final TaskScope scope = new TaskScope("udx-interop");
        final UdxTransport transport;
        final UdpPort port;
        final UdxStream stream;
        final JavaScriptPeer script;
        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

        Pair(boolean echo) throws Exception {
            this(echo, TransportOptions.DEFAULT);
        }

        Pair(boolean echo, TransportOptions options) throws Exception {
            InetAddress loopback = InetAddress.getByName("127.0.0.1");
            transport = LoneTransport.in(scope, options);
            port = DatagramUdpPort.bind(new InetSocketAddress(loopback, 0), transport);
            stream = transport.createStream(StreamFirewall.DENY_ALL);
            stream.onClose(closed::complete);
            script = JavaScriptPeer.start("udx/stream.js", Map.of("localId", JAVASCRIPT_ID, "remoteId", Integer.toUnsignedLong(stream.id()),
                    "remotePort", port.localAddress().getPort(), "echo", echo));
            int remotePort = (int) script.await("bound").number("port");
            stream.connect(port, JAVASCRIPT_ID, new InetSocketAddress(loopback, remotePort));
        }

        CloseReason awaitClosed() throws Exception {
            return closed.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            script.close();
            transport.close();
            port.close();
            scope.close();
            assertEquals(0, transport.liveStreams());
        }
    }

    private static byte[] readToEnd(UdxStream stream) throws IOException {
        var all = new ByteArrayOutputStream();
        byte[] buffer = new byte[65_536];
        for (int count = readSome(stream, buffer, 0, buffer.length); count >= 0; count = readSome(stream, buffer, 0, buffer.length)) {
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void tenMegabytesReachJavaScriptIntactAndBothSidesFinish() throws Exception {
        try (Pair pair = new Pair(false)) {
            byte[] data = random(TEN_MEGABYTES);
            pair.stream.write(data, 0, data.length);
            pair.stream.end();
            PeerMessage end = pair.script.await("end");
            assertEquals(TEN_MEGABYTES, end.number("received"));
            assertArrayEquals(sha256(data), end.bytes("hash"));
            assertTrue(pair.stream.awaitAcknowledged(Duration.ofSeconds(10)));
            pair.script.call("end");
            assertEquals(-1, readSome(pair.stream, new byte[1], 0, 1));
            assertEquals(CloseReason.Kind.FINISHED, pair.awaitClosed().kind());
            assertEquals(0, pair.script.await("close").number("rtos"));
        }
    }

    @Test
    void tenMegabytesFromJavaScriptArriveIntact() throws Exception {
        try (Pair pair = new Pair(false)) {
            var received = CompletableFuture.supplyAsync(() -> {
                try {
                    return readToEnd(pair.stream);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            PeerMessage sent = pair.script.call("send", Map.of("length", TEN_MEGABYTES, "chunk", 65_536));
            pair.script.call("end");
            byte[] data = received.get(30, TimeUnit.SECONDS);
            assertEquals(TEN_MEGABYTES, data.length);
            assertArrayEquals(sent.bytes("hash"), sha256(data));
            pair.stream.end();
            assertEquals(CloseReason.Kind.FINISHED, pair.awaitClosed().kind());
            long mtu = pair.script.await("close").number("mtu"); // how far the search gets is a matter of time
            assertTrue(mtu > 1200, () -> "JavaScript probes the path's MTU with padded packets, we acknowledge them: " + mtu);
        }
    }

    @Test
    void anEchoReturnsEveryByteInOrder() throws Exception {
        try (Pair pair = new Pair(true)) {
            byte[] data = random(1_000_000);
            var echoed = CompletableFuture.supplyAsync(() -> {
                try {
                    return readToEnd(pair.stream);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (int at = 0; at < data.length; at += 10_000) {
                pair.stream.write(data, at, 10_000);
            }
            pair.stream.end();
            assertArrayEquals(data, echoed.get(20, TimeUnit.SECONDS));
            assertEquals(CloseReason.Kind.FINISHED, pair.awaitClosed().kind());
            pair.script.await("close");
        }
    }

    @Test
    void afterItsOwnEndJavaScriptStillReadsWhatWeWrite() throws Exception {
        try (Pair pair = new Pair(false)) {
            pair.script.call("end");
            assertEquals(-1, readSome(pair.stream, new byte[1], 0, 1));
            byte[] data = random(100_000);
            pair.stream.write(data, 0, data.length);
            assertTrue(pair.stream.awaitAcknowledged(Duration.ofSeconds(10)));
            assertTrue(pair.stream.isOpen());
            pair.stream.end();
            assertArrayEquals(sha256(data), pair.script.await("end").bytes("hash"));
            assertEquals(CloseReason.Kind.FINISHED, pair.awaitClosed().kind());
        }
    }

    @Test
    void messagesTravelBothWaysAlsoEmptyOnes() throws Exception {
        try (Pair pair = new Pair(true)) {
            BlockingQueue<String> messages = new LinkedBlockingQueue<>();
            pair.stream.onMessage(message -> messages.add(new String(message, StandardCharsets.UTF_8)));
            pair.stream.sendMessage("hello".getBytes(StandardCharsets.UTF_8));
            assertEquals("hello", messages.poll(10, TimeUnit.SECONDS));
            pair.stream.sendMessage(new byte[0]);
            assertEquals("", messages.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void destroyByJavaScriptResetsOurReader() throws Exception {
        try (Pair pair = new Pair(false)) {
            pair.script.call("send", Map.of("length", 5, "chunk", 5));
            byte[] buffer = new byte[16];
            assertEquals(5, readSome(pair.stream, buffer, 0, 16));
            pair.script.call("destroy");
            assertThrows(SocketException.class, () -> readSome(pair.stream, buffer, 0, 16));
            assertEquals(CloseReason.Kind.RESET_BY_PEER, pair.awaitClosed().kind());
        }
    }

    @Test
    void ourDestroyResetsJavaScript() throws Exception {
        try (Pair pair = new Pair(false)) {
            byte[] data = random(1000);
            pair.stream.write(data, 0, data.length);
            assertTrue(pair.stream.awaitAcknowledged(Duration.ofSeconds(10)));
            pair.stream.destroy(CloseReason.closedLocally("enough"));
            assertEquals("ECONNRESET", pair.script.await("error").text("code"));
            assertEquals("enough", pair.awaitClosed().message());
        }
    }

    /** Each of the thirty re-openings would cost 2 s if it had to be asked for. */
    @Test
    @Timeout(50)
    void aSmallWindowHoldsJavaScriptBackAndItsReopeningIsNoticedAtOnce() throws Exception {
        int window = 65_536;
        try (Pair pair = new Pair(false, TransportOptions.DEFAULT.withReceiveWindowBytes(window))) {
            var hash = CompletableFuture.supplyAsync(() -> {
                try {
                    return pair.script.call("send", Map.of("length", 2_000_000, "chunk", 2_000_000)).bytes("hash");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            // The window fills while nobody reads.
            byte[] first = new byte[1];
            assertEquals(1, readSome(pair.stream, first, 0, 1));
            byte[] rest = new byte[1_999_999];
            for (int done = 0; done < rest.length; ) {
                done += readSome(pair.stream, rest, done, Math.min(10_000, rest.length - done));
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(first);
            assertArrayEquals(hash.get(10, TimeUnit.SECONDS), digest.digest(rest));
        }
    }
}

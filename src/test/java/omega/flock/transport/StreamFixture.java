package omega.flock.transport;

import static omega.flock.transport.BlockingReads.readSome;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.base.CloseReason;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.transport.packet.PacketHeader;

/** Two transports on two real loopback ports, and raw datagrams beside them. */
final class StreamFixture implements AutoCloseable {
    /** A datagram that no transport took. */
    record Raw(InetSocketAddress source, byte[] bytes) {
        PacketHeader header() {
            PacketHeader header = new PacketHeader();
            header.decode(ByteBuffer.wrap(bytes));
            return header;
        }
    }

    final TaskScope scope = new TaskScope("test");
    final DeadlineQueue timers = new DeadlineQueue("test-deadlines", Ticker.SYSTEM, scope);
    final SharedMemory memory = new SharedMemory(SharedMemory.defaultBytes(), Ticker.SYSTEM, Runnable::run);
    final UdxTransport transportA;
    final UdxTransport transportB;
    final UdpPort portA;
    final UdpPort portB;
    final BlockingQueue<Raw> rawAtB = new LinkedBlockingQueue<>();

    StreamFixture() throws IOException {
        this(TransportOptions.DEFAULT);
    }

    StreamFixture(TransportOptions options) throws IOException {
        transportA = new UdxTransport(Ticker.SYSTEM, scope, timers, memory, options);
        transportB = new UdxTransport(Ticker.SYSTEM, scope, timers, memory, options);
        portA = bind(transportA);
        portB = DatagramUdpPort.bind(anyLoopback(), transportB.orElse((port, source, datagram) -> {
            byte[] bytes = new byte[datagram.remaining()];
            datagram.get(bytes);
            return rawAtB.add(new Raw(source, bytes));
        }));
    }

    static InetSocketAddress anyLoopback() throws IOException {
        return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    }

    static UdpPort bind(UdxTransport transport) throws IOException {
        return DatagramUdpPort.bind(anyLoopback(), transport);
    }

    /** A connected pair: the first on A, the second on B. */
    UdxStream[] pair() {
        UdxStream a = transportA.createStream(StreamFirewall.DENY_ALL);
        UdxStream b = transportB.createStream(StreamFirewall.DENY_ALL);
        a.connect(portA, b.id(), portB.localAddress());
        b.connect(portB, a.id(), portA.localAddress());
        return new UdxStream[] {a, b};
    }

    /** A stream on A whose peer is the raw end of port B: it answers nothing by itself. */
    UdxStream toRaw(int remoteId) {
        UdxStream stream = transportA.createStream(StreamFirewall.DENY_ALL);
        stream.connect(portA, remoteId, portB.localAddress());
        return stream;
    }

    Raw awaitRaw() throws InterruptedException {
        return Optional.ofNullable(rawAtB.poll(10, TimeUnit.SECONDS)).orElseThrow(() -> new AssertionError("no datagram came"));
    }

    void sendRaw(int flags, int id, int seq, int ack, byte... payload) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(20 + payload.length);
        new PacketHeader().set(flags, 0, id, 4_194_304, seq, ack).encode(out);
        portB.send(out.put(payload).flip(), portA.localAddress());
    }

    static CompletableFuture<CloseReason> closed(UdxStream stream) {
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        stream.onClose(closed::complete);
        return closed;
    }

    static CloseReason.Kind awaitClosed(UdxStream stream) throws Exception {
        return closed(stream).get(20, TimeUnit.SECONDS).kind();
    }

    static byte[] readToEnd(UdxStream stream) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[65_536];
        for (int count = readSome(stream, buffer, 0, buffer.length); count >= 0; count = readSome(stream, buffer, 0, buffer.length)) {
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    static void write(UdxStream stream, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        stream.write(bytes, 0, bytes.length);
    }

    static String read(UdxStream stream, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            int count = readSome(stream, bytes, done, length - done);
            if (count < 0) {
                throw new AssertionError("the stream ended after " + done + " bytes");
            }
            done += count;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        transportA.close();
        transportB.close();
        portA.close();
        portB.close();
        timers.close();
        scope.close();
        if (transportA.liveStreams() != 0 || transportB.liveStreams() != 0) {
            throw new AssertionError("left behind: " + transportA.liveStreams() + " and " + transportB.liveStreams() + " streams");
        }
    }
}

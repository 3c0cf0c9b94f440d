package omega.flock.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.WireWriter;

/** A node that answers every request with a lie. */
final class LyingNode implements AutoCloseable {

    /** What it lies about. */
    enum Lie {
        /** It claims an id that does not follow from its address. */
        WRONG_ID,
        /** It gives tokens that mean nothing, and takes what it is given without keeping it. */
        STORES_NOTHING,
        /** It names as many closer nodes as a datagram holds, at addresses that nobody can have. */
        CROWD,
        /** It names a thousand closer nodes, more than a datagram holds that anybody reads. */
        THOUSAND_NODES,
        /** It names closer nodes that do not answer. */
        UNREACHABLE_NODES,
        /** It answers everything with a value that is noise. */
        NOISE,
        /** It does not answer at all. */
        SILENCE
    }

    private static final int CROWD = 600;
    private static final int THOUSAND = 1_000;
    private static final int UNREACHABLE = 3;
    private static final int REPLY = 0x13;
    private static final int FLAG_ID = 1;
    private static final int FLAG_TOKEN = 2;
    private static final int FLAG_CLOSER_NODES = 4;
    private static final int FLAG_VALUE = 16;

    private final Lie lie;
    private final Random random;
    private final AtomicLong lies = new AtomicLong();
    private final UdpPort port;

    LyingNode(Lie lie, long seed) throws IOException {
        this.lie = lie;
        this.random = new Random(seed);
        this.port = DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (at, source, datagram) -> {
            answer(at, source, datagram);
            return true;
        });
    }

    PeerAddress address() {
        return PeerAddress.of(port.localAddress());
    }

    /** How often it was asked. */
    long lies() {
        return lies.get();
    }

    private void answer(UdpPort from, InetSocketAddress source, ByteBuffer request) {
        if (request.remaining() < 10 || request.get(0) != 0x03) {
            return;
        }
        lies.incrementAndGet();
        PeerAddress own = PeerAddress.of(from.localAddress());
        WireWriter tail = new WireWriter();
        int flags = switch (lie) {
            case WRONG_ID -> {
                tail.raw(noise(32)).raw(noise(32));
                yield FLAG_ID | FLAG_TOKEN;
            }
            case STORES_NOTHING -> {
                tail.raw(NodeId.of(own).toBytes()).raw(noise(32));
                yield FLAG_ID | FLAG_TOKEN;
            }
            case CROWD -> {
                tail.raw(NodeId.of(own).toBytes()).list(crowd(CROWD), WireWriter::ipv4Address);
                yield FLAG_ID | FLAG_CLOSER_NODES;
            }
            case THOUSAND_NODES -> {
                tail.raw(NodeId.of(own).toBytes()).list(crowd(THOUSAND), WireWriter::ipv4Address);
                yield FLAG_ID | FLAG_CLOSER_NODES;
            }
            case UNREACHABLE_NODES -> {
                tail.raw(NodeId.of(own).toBytes()).list(unreachable(own), WireWriter::ipv4Address);
                yield FLAG_ID | FLAG_CLOSER_NODES;
            }
            case NOISE -> {
                tail.raw(NodeId.of(own).toBytes()).raw(noise(32)).buffer(noise(random.nextInt(500)));
                yield FLAG_ID | FLAG_TOKEN | FLAG_VALUE;
            }
            case SILENCE -> -1;
        };
        if (flags >= 0) {
            byte[] reply = new WireWriter().uint8(REPLY).uint8(flags).raw(new byte[] {request.get(2), request.get(3)})
                    .ipv4Address(PeerAddress.of(source)).raw(tail.toBytes()).toBytes();
            try {
                from.send(ByteBuffer.wrap(reply), source);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static List<PeerAddress> crowd(int size) {
        return IntStream.range(0, size).mapToObj(i -> new PeerAddress("0.0.0." + i % 256, i % 2)).toList();
    }

    private static List<PeerAddress> unreachable(PeerAddress own) {
        return IntStream.rangeClosed(1, UNREACHABLE).mapToObj(i -> new PeerAddress("127.9.9." + i, own.port())).toList();
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        port.close();
    }
}

package omega.flock.transport.flow;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What the protocol costs without sockets and threads: 64 KiB from one machine to another, with every header, acknowledgement and timer, in
 * virtual time. The JavaScript stack does this in C, out of a script's reach.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class StreamMachineBenchmark {

    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 1001);
    private static final int BYTES = 64 * 1024;
    private static final int RECEIVE_BYTES = 4 << 20;
    private static final long ONE_WAY_NANOS = 50_000;

    private final byte[] data = new byte[BYTES];
    private final byte[] received = new byte[BYTES];
    private final ByteBuffer packet = ByteBuffer.allocateDirect(PacketConstants.MAX_DATAGRAM_BYTES);
    private final PacketHeader header = new PacketHeader();
    private StreamMachine sender;
    private StreamMachine receiver;
    private long now;

    @Setup
    public void connect() {
        sender = new StreamMachine(StreamConfig.of(RECEIVE_BYTES, true));
        receiver = new StreamMachine(StreamConfig.of(RECEIVE_BYTES, true));
        sender.connect(now, new StreamPath(1, ADDRESS));
        receiver.connect(now, new StreamPath(2, ADDRESS));
    }

    @Benchmark
    public int machineSendAndAck64KiB() {
        int written = 0;
        int read = 0;
        while (read < BYTES) {
            written += sender.write(data, written, BYTES - written);
            carry(sender, receiver);
            read += receiver.read(received, 0, BYTES);
            carry(receiver, sender);
        }
        return read;
    }

    private void carry(StreamMachine from, StreamMachine to) {
        from.onDeadline(now);
        while (from.pollPacket(now, packet.clear())) {
            header.decode(packet.flip());
            to.onPacket(now + ONE_WAY_NANOS, header, packet);
        }
        now += ONE_WAY_NANOS;
    }
}

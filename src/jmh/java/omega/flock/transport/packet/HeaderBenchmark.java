package omega.flock.transport.packet;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What each stream packet pays before its payload is looked at. The JavaScript stack does this in C, out of a script's reach. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HeaderBenchmark {

    private final PacketHeader header = new PacketHeader();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(1472);

    @Benchmark
    public ByteBuffer headerEncodeAndDecode() {
        packet.clear();
        header.encode(packet);
        packet.flip();
        header.decode(packet);
        return packet;
    }
}

package omega.flock.dht.message;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The record that every announcement carries, as {@code benchmarks/js/micro.js} encodes and decodes it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CodecBenchmark {

    private final List<PeerAddress> relays = Collections.nCopies(3, new PeerAddress("127.0.0.1", 49737));
    private final Announce announce = Announce.signed(new PeerRecord(PublicKey.of(new byte[32]), relays), new byte[64], 0);
    private final byte[] encoded = announce.toBytes();

    @Benchmark
    public byte[] announceEncode() {
        return announce.toBytes();
    }

    @Benchmark
    public Announce announceDecode() {
        return Announce.decode(encoded);
    }
}

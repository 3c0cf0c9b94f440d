package omega.flock.rpc;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The reply that every step of a walk brings: twenty closer nodes, a token and a value of 100 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RpcMessageBenchmark {

    private static final int CLOSER_NODES = 20;

    private final PeerAddress address = new PeerAddress("192.0.2.1", 49737);
    private final RpcMessage.Reply reply = new RpcMessage.Reply(7, address, Optional.of(NodeId.of(new byte[32])), Optional.of(new byte[32]),
            Collections.nCopies(CLOSER_NODES, address), 0, Optional.of(new byte[100]));
    private final ByteBuffer encoded = ByteBuffer.wrap(reply.encode());

    @Benchmark
    public byte[] rpcReplyEncode() {
        return reply.encode();
    }

    @Benchmark
    public RpcMessage rpcReplyDecode() {
        return RpcMessage.decode(encoded.rewind());
    }
}

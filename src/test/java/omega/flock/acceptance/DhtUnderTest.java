package omega.flock.acceptance;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import omega.flock.interop.JavaScriptPeer;
import omega.flock.interop.TestnetProcess;

/** The private network that peers of both stacks meet over: made of JavaScript nodes, or of ours; in processes of its own. */
final class DhtUnderTest implements AutoCloseable {

    /** What the nodes of a network run. */
    enum Kind {
        JAVASCRIPT_NODES,
        JAVA_NODES
    }

    private static final int NODES = 5;

    private final List<String> bootstrap;
    private final AutoCloseable nodes;

    private DhtUnderTest(List<String> bootstrap, AutoCloseable nodes) {
        this.bootstrap = bootstrap;
        this.nodes = nodes;
    }

    /** Starts five persistent nodes on 127.0.0.1; the version is that of JavaScript nodes. */
    static DhtUnderTest start(Kind kind, String version) throws IOException, InterruptedException {
        return switch (kind) {
            case JAVASCRIPT_NODES -> {
                JavaScriptPeer peer = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", NODES, "version", version));
                yield new DhtUnderTest(peer.await("ready").texts("bootstrap"), peer);
            }
            case JAVA_NODES -> {
                TestnetProcess testnet = TestnetProcess.start(NODES);
                yield new DhtUnderTest(testnet.bootstrap(), testnet);
            }
        };
    }

    List<String> bootstrap() {
        return bootstrap;
    }

    @Override
    public void close() throws Exception {
        nodes.close();
    }
}

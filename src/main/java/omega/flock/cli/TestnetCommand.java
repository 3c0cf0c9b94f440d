package omega.flock.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import omega.flock.gateway.Testnet;

/** {@code testnet}: a private network of persistent nodes for programs in other processes. */
final class TestnetCommand {

    private static final int MAX_NODES = 1_000;

    private TestnetCommand() {}

    static void run(List<String> words, PrintStream out) throws UsageException, IOException, InterruptedException {
        Options options = Options.parse(words, Set.of("nodes", "port", "host"));
        int nodes = options.requiredNumber("nodes", 1, MAX_NODES);
        int port = options.number("port", 0, 0, 65535);
        String host = options.text("host").orElse("127.0.0.1");
        try (Testnet testnet = Testnet.start(nodes, host, port)) {
            out.println("bootstrap " + testnet.bootstrap().getFirst());
            out.flush();
            awaitTermination();
        }
    }

    /** Waits for the signal that ends the process; the nodes are private, so nobody has to be told. */
    private static void awaitTermination() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}

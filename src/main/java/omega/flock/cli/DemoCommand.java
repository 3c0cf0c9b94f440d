package omega.flock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import omega.flock.ConnectionEvent;
import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.base.Topic;
import omega.flock.gateway.Testnet;

/** {@code demo}: a server and a client find each other by a topic, over a network inside this process. */
final class DemoCommand {

    private static final int NODES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private DemoCommand() {}

    static void run(List<String> words, PrintStream out) throws UsageException, IOException, InterruptedException {
        Options.parse(words, Set.of());
        Topic topic = Topic.filled("hello world");
        try (Testnet testnet = Testnet.start(NODES);
                Flock server = Flock.builder().bootstrap(testnet.bootstrap()).open();
                Flock client = Flock.builder().bootstrap(testnet.bootstrap()).open()) {
            server.onConnection((connection, peer) -> {
                connection.getOutputStream().write("this is a server connection".getBytes(UTF_8));
                connection.close();
            });
            if (!server.join(topic, JoinOptions.SERVER).flushed(PATIENCE)) {
                throw new IOException("the server could not announce itself within " + PATIENCE);
            }
            client.join(topic, JoinOptions.CLIENT);
            ConnectionEvent event = client.accept(PATIENCE)
                    .orElseThrow(() -> new IOException("no connection within " + PATIENCE));
            try (var connection = event.connection()) {
                byte[] message = connection.getInputStream().readAllBytes();
                out.println("client got message: " + new String(message, UTF_8));
            }
        }
    }
}

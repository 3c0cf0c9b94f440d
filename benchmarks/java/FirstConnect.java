import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;

/**
 * The Java side of the benchmark of starts and connects, a user of the exported API; {@code benchmarks/js/first-peer.js} is its
 * twin. Times are in milliseconds.
 *
 * <pre>
 * server BOOTSTRAP               prints its public key, closes each connection when its client does
 * once   BOOTSTRAP KEY           prints the time from main to an open connection, as soon as there is one
 * many   BOOTSTRAP KEY COUNT     prints [the time of each of COUNT connects in sequence]
 * crowd  BOOTSTRAP KEY COUNT     prints the time of COUNT connects at once
 * </pre>
 */
public final class FirstConnect {

    private FirstConnect() {}

    public static void main(String[] arguments) throws Exception {
        long started = System.nanoTime();
        try (Gateway gateway = Gateway.builder().bootstrap(arguments[1]).host("127.0.0.1").firewalled(false).open()) {
            switch (arguments[0]) {
                case "server" -> serve(gateway);
                case "once" -> once(gateway, PublicKey.parse(arguments[2]), started);
                case "many" -> many(gateway, PublicKey.parse(arguments[2]), Integer.parseInt(arguments[3]));
                case "crowd" -> crowd(gateway, PublicKey.parse(arguments[2]), Integer.parseInt(arguments[3]));
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void serve(Gateway gateway) throws IOException, InterruptedException {
        GatewayServer server = gateway.listen(KeyPair.generate());
        System.out.println(server.publicKey());
        while (true) {
            Connection connection = server.accept();
            Thread.ofVirtual().start(() -> awaitEnd(connection));
        }
    }

    private static void awaitEnd(Connection connection) {
        try (connection; InputStream in = connection.getInputStream()) {
            while (in.read() >= 0) {
                throw new IOException("a client said something");
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void once(Gateway gateway, PublicKey key, long started) throws IOException, InterruptedException {
        Connection connection = gateway.connect(key);
        System.out.println((System.nanoTime() - started) / 1e6);
        finish(connection);
    }

    private static void many(Gateway gateway, PublicKey key, int count) throws IOException, InterruptedException {
        gateway.awaitReady(Duration.ofSeconds(10));
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long started = System.nanoTime();
            Connection connection = gateway.connect(key);
            millis.add((System.nanoTime() - started) / 1e6);
            finish(connection);
        }
        System.out.println(millis);
    }

    private static void crowd(Gateway gateway, PublicKey key, int count) throws InterruptedException, ExecutionException, IOException {
        gateway.awaitReady(Duration.ofSeconds(10));
        List<Connection> connections = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long started = System.nanoTime();
            List<Future<Connection>> dials = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                dials.add(executor.submit(() -> gateway.connect(key)));
            }
            for (Future<Connection> dial : dials) {
                connections.add(dial.get());
            }
            System.out.println((System.nanoTime() - started) / 1e6);
        }
        for (Connection connection : connections) {
            connection.close();
        }
    }

    /** Ends our side and waits for the other's end. */
    private static void finish(Connection connection) throws IOException {
        try (connection; InputStream in = connection.getInputStream()) {
            connection.shutdownOutput();
            in.readAllBytes();
        }
    }
}

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;

/**
 * The Java side of the two-process benchmark, a user of the exported API; {@code benchmarks/js/peer.js} is its twin.
 *
 * <pre>
 * server BOOTSTRAP                        prints its public key, counts bytes, answers each end with the count
 * client BOOTSTRAP KEY CONNECTS BYTES     prints {"connectMillis": [[...], [...]], "bytesPerSecond": [n, n]}: of the process
 *                                         when it is young, and of the same number after that
 * </pre>
 */
public final class BenchmarkPeer {

    private static final byte[] CHUNK = new byte[64 * 1024];

    private BenchmarkPeer() {}

    public static void main(String[] arguments) throws Exception {
        Arrays.fill(CHUNK, (byte) 7);
        try (Gateway gateway = Gateway.builder().bootstrap(arguments[1]).host("127.0.0.1").firewalled(false).open()) {
            switch (arguments[0]) {
                case "server" -> serve(gateway);
                case "client" -> run(gateway, PublicKey.parse(arguments[2]), Integer.parseInt(arguments[3]), Long.parseLong(arguments[4]));
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void serve(Gateway gateway) throws IOException, InterruptedException {
        GatewayServer server = gateway.listen(KeyPair.generate());
        System.out.println(server.publicKey());
        while (true) {
            Connection connection = server.accept();
            Thread.ofVirtual().start(() -> count(connection));
        }
    }

    private static void count(Connection connection) {
        try (connection) {
            long count = connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            connection.getOutputStream().write(String.valueOf(count).getBytes(US_ASCII));
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void run(Gateway gateway, PublicKey key, int connects, long bytes) throws IOException, InterruptedException {
        gateway.awaitReady(Duration.ofSeconds(10));
        System.out.println("{\"connectMillis\":[" + times(gateway, key, connects) + "," + times(gateway, key, connects)
                + "],\"bytesPerSecond\":[" + send(gateway, key, bytes) + "," + send(gateway, key, bytes) + "]}");
    }

    private static List<Double> times(Gateway gateway, PublicKey key, int connects) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < connects; i++) {
            long started = System.nanoTime();
            Connection connection = gateway.connect(key);
            millis.add((System.nanoTime() - started) / 1e6);
            finish(connection);
        }
        return millis;
    }

    private static double send(Gateway gateway, PublicKey key, long bytes) throws IOException, InterruptedException {
        Connection connection = gateway.connect(key);
        long started = System.nanoTime();
        OutputStream out = connection.getOutputStream();
        for (long left = bytes; left > 0; left -= CHUNK.length) {
            out.write(CHUNK, 0, (int) Math.min(left, CHUNK.length));
        }
        long count = finish(connection);
        if (count != bytes) {
            throw new IOException("the server counted " + count);
        }
        return bytes / ((System.nanoTime() - started) / 1e9);
    }

    private static long finish(Connection connection) throws IOException {
        try (connection; InputStream in = connection.getInputStream()) {
            connection.shutdownOutput();
            return Long.parseLong(new String(in.readAllBytes(), US_ASCII));
        }
    }
}

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;

/**
 * The Java end of one stream on loopback, a user of the exported API; {@code benchmarks/js/loopback-peer.js} is its twin and says what
 * it prints.
 *
 * <pre>
 * server BOOTSTRAP
 * send   BOOTSTRAP KEY BYTES
 * ping   BOOTSTRAP KEY COUNT
 * </pre>
 */
public final class LoopbackPeer {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int PING_BYTES = 64;
    private static final long FIRST_MARK = 256_000_000;
    private static final long LAST_MARK = 2_000_000_000;

    private LoopbackPeer() {}

    /** Plays one part, until it is killed. */
    public static void main(String[] arguments) throws Exception {
        try (Gateway gateway = Gateway.builder().bootstrap(arguments[1]).host("127.0.0.1").firewalled(false).open()) {
            switch (arguments[0]) {
                case "server" -> serve(gateway);
                case "send" -> send(gateway, PublicKey.parse(arguments[2]), Long.parseLong(arguments[3]));
                case "ping" -> ping(gateway, PublicKey.parse(arguments[2]), Integer.parseInt(arguments[3]));
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void serve(Gateway gateway) throws IOException, InterruptedException {
        GatewayServer server = gateway.listen(KeyPair.generate());
        System.out.println(server.publicKey());
        while (true) {
            Connection connection = server.accept();
            Thread.ofVirtual().start(() -> answer(connection));
        }
    }

    private static void answer(Connection connection) {
        try (connection; InputStream in = connection.getInputStream()) {
            if (in.read() == 'c') {
                count(in);
            } else {
                in.transferTo(connection.getOutputStream());
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void count(InputStream in) throws IOException {
        byte[] buffer = new byte[CHUNK_BYTES];
        long began = System.nanoTime();
        long bytes = 0;
        double firstMillis = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            long before = bytes;
            bytes += read;
            if (before < FIRST_MARK && bytes >= FIRST_MARK) {
                firstMillis = (System.nanoTime() - began) / 1e6;
            }
            if (before < LAST_MARK && bytes >= LAST_MARK) {
                System.out.printf(Locale.ROOT, "{\"millisAt\":{\"%d\":%.1f,\"%d\":%.1f}}%n",
                        FIRST_MARK, firstMillis, LAST_MARK, (System.nanoTime() - began) / 1e6);
            }
        }
    }

    private static Connection connect(Gateway gateway, PublicKey key) throws IOException, InterruptedException {
        gateway.awaitReady(Duration.ofSeconds(10));
        return gateway.connect(key);
    }

    private static void send(Gateway gateway, PublicKey key, long bytes) throws IOException, InterruptedException {
        try (Connection connection = connect(gateway, key)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            Arrays.fill(chunk, (byte) 7);
            System.out.println("sending");
            OutputStream out = connection.getOutputStream();
            out.write('c');
            for (long left = bytes; left > 0; left -= chunk.length) {
                out.write(chunk);
            }
            connection.getInputStream().transferTo(OutputStream.nullOutputStream()); // stays until it is killed
        }
    }

    private static void ping(Gateway gateway, PublicKey key, int times) throws IOException, InterruptedException {
        try (Connection connection = connect(gateway, key)) {
            OutputStream out = connection.getOutputStream();
            InputStream in = connection.getInputStream();
            byte[] message = new byte[PING_BYTES];
            List<Long> took = new ArrayList<>(times);
            out.write('e');
            for (int i = 0; i < times; i++) {
                long started = System.nanoTime();
                out.write(message);
                if (in.readNBytes(message, 0, PING_BYTES) != PING_BYTES) {
                    throw new IOException("the stream ended");
                }
                took.add((System.nanoTime() - started) / 1000);
            }
            System.out.println(took);
        }
    }
}

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import java.time.Duration;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;

/**
 * The Java end of a long line, a user of the exported API; {@code benchmarks/js/line-peer.js} is its twin and says what it prints.
 *
 * <pre>
 * server HOST BOOTSTRAP SECONDS
 * client HOST BOOTSTRAP SECONDS KEY
 * </pre>
 */
public final class LinePeer {

    private static final int SLOT_MILLIS = 100;
    private static final int CHUNK_BYTES = 64 * 1024;

    private LinePeer() {}

    /** Plays one part, until it is killed. */
    public static void main(String[] arguments) throws Exception {
        int slots = Integer.parseInt(arguments[3]) * 1000 / SLOT_MILLIS;
        try (Gateway gateway = Gateway.builder().host(arguments[1]).bootstrap(arguments[2]).firewalled(false).open()) {
            switch (arguments[0]) {
                case "server" -> serve(gateway, slots);
                case "client" -> send(gateway, PublicKey.parse(arguments[4]), slots);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void serve(Gateway gateway, int slotCount) throws Exception {
        GatewayServer server = gateway.listen(KeyPair.generate());
        System.out.println("{\"key\":\"" + server.publicKey() + "\"}");
        Connection connection = server.accept();
        AtomicLongArray slots = new AtomicLongArray(slotCount);
        CompletableFuture<Long> firstByteAt = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> count(connection, slots, firstByteAt));
        long began = firstByteAt.get();
        Thread.sleep((long) slotCount * SLOT_MILLIS);
        System.out.println("{\"firstByteAt\":" + began + ",\"slots\":" + slots + "}");
        reader.join();
    }

    private static void count(Connection connection, AtomicLongArray slots, CompletableFuture<Long> firstByteAt) {
        byte[] buffer = new byte[CHUNK_BYTES];
        try (connection; InputStream in = connection.getInputStream()) {
            long began = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                long now = System.currentTimeMillis();
                if (began == 0) {
                    began = now;
                    firstByteAt.complete(began);
                }
                long slot = (now - began) / SLOT_MILLIS;
                if (slot < slots.length()) {
                    slots.addAndGet((int) slot, read);
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void send(Gateway gateway, PublicKey key, int samples) throws Exception {
        gateway.awaitReady(Duration.ofSeconds(10));
        long started = System.nanoTime();
        Connection connection = gateway.connect(key);
        long openMillis = (System.nanoTime() - started) / 1_000_000;
        Thread writer = Thread.ofVirtual().start(() -> write(connection));
        List<Double> roundTrips = new ArrayList<>();
        while (roundTrips.size() < samples) {
            Thread.sleep(SLOT_MILLIS);
            roundTrips.add(connection.path().roundTripTime().toNanos() / 1e6);
        }
        System.out.println("{\"openMillis\":" + openMillis + ",\"roundTrips\":" + roundTrips + "}");
        writer.join();
    }

    private static void write(Connection connection) {
        byte[] chunk = new byte[CHUNK_BYTES];
        Arrays.fill(chunk, (byte) 7);
        try (connection; OutputStream out = connection.getOutputStream()) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}

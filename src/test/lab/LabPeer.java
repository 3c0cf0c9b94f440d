import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;

/**
 * The Java side of natlab.sh. Prints one word a line that the script waits for, and runs until it is ended.
 *
 * <pre>
 *   bootstrap HOST                   the first node of a DHT            ready
 *   node HOST BOOTSTRAP              another node                       ready
 *   server BOOTSTRAP                 echoes what it is sent             listening KEY
 *   client BOOTSTRAP KEY SECONDS [RELAY_KEY]
 *                                    dials, sends, reads it back        result met|refused|broken ...
 * </pre>
 */
public final class LabPeer {

    private static final int PORT = 49_737;
    private static final int BYTES = 100_000;
    private static final Duration JOINING = Duration.ofSeconds(20);

    private LabPeer() {}

    /** Plays one part. */
    public static void main(String[] arguments) throws Exception {
        long begun = System.nanoTime();
        switch (arguments[0]) {
            case "bootstrap" -> bootstrap(arguments[1]);
            case "node" -> node(arguments[1], arguments[2]);
            case "server" -> server(arguments[1]);
            case "client" -> client(begun, arguments[1], arguments[2], Duration.ofSeconds(Long.parseLong(arguments[3])),
                    Arrays.stream(arguments).skip(4).map(PublicKey::parse).toArray(PublicKey[]::new));
            default -> throw new IllegalArgumentException("no such part: " + arguments[0]);
        }
    }

    private static void bootstrap(String host) throws IOException, InterruptedException {
        try (Gateway gateway = Gateway.bootstrapper(host, PORT)) {
            gateway.awaitReady(JOINING);
            say("ready " + host);
            untilEnded();
        }
    }

    private static void node(String host, String bootstrap) throws InterruptedException {
        try (Gateway gateway = Gateway.builder().bootstrap(bootstrap).host(host).port(PORT).firewalled(false)
                .ephemeral(false).open()) {
            gateway.awaitReady(JOINING);
            say("ready " + host);
            untilEnded();
        }
    }

    private static void server(String bootstrap) throws IOException, InterruptedException {
        try (Gateway gateway = Gateway.builder().bootstrap(bootstrap).open();
                GatewayServer server = gateway.listen(KeyPair.generate())) {
            say("listening " + server.publicKey());
            while (true) {
                Connection connection = server.accept();
                Thread.ofVirtual().name("echo").start(() -> echo(connection));
            }
        }
    }

    private static void echo(Connection connection) {
        try (connection) {
            connection.getInputStream().transferTo(connection.getOutputStream());
            connection.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException("an echo broke off", e);
        }
    }

    private static void client(long begun, String bootstrap, String key, Duration limit, PublicKey... relays)
            throws InterruptedException {
        try (Gateway gateway = Gateway.builder().bootstrap(bootstrap).open()) {
            gateway.awaitReady(JOINING);
            long started = System.nanoTime();
            Connection connection;
            try {
                connection = gateway.connect(PublicKey.parse(key),
                        ConnectOptions.DEFAULT.withTimeout(limit).withRelayThrough(relays));
            } catch (FlockException e) {
                say("result refused " + e.code() + " after " + millisSince(started) + " ms");
                e.printStackTrace();
                return;
            } catch (IOException e) {
                say("result broken " + e);
                e.printStackTrace();
                return;
            }
            long opened = millisSince(started);
            long sinceBegun = millisSince(begun);
            try (connection) {
                connection.setReadTimeout(limit);
                byte[] sent = new byte[BYTES];
                Arrays.fill(sent, (byte) 7);
                connection.getOutputStream().write(sent);
                byte[] back = connection.getInputStream().readNBytes(BYTES);
                String way = connection.path().address().getAddress().getHostAddress() + ":" + connection.path().address().getPort();
                say(Arrays.equals(sent, back)
                        ? "result met open " + opened + " ms, from the start " + sinceBegun + " ms, echo " + millisSince(started) + " ms, at " + way
                        : "result broken " + back.length + " bytes came back");
            } catch (IOException e) {
                say("result broken " + e + " on the connection");
                e.printStackTrace();
            }
        }
    }

    private static long millisSince(long startedNanos) {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void untilEnded() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}

package omega.flock.hostile.siege;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import omega.flock.Flock;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;

/**
 * The node under siege: a flock with default settings that everybody may connect to, on a node that stores for others. A peer that asks
 * for a transfer gets one for as long as it stays, one that says hello is answered. Arguments: bytes a second of each transfer, 0 for as
 * many as go, and whether it is behind a firewall, so that it cannot store for others and has to punch holes.
 */
public final class Stronghold {

    static final byte HELLO = 'h';
    static final byte TRANSFER = 't';

    private static final int CHUNK_BYTES = 16 << 10;

    private final long bytesPerSecond;

    private Stronghold(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    public static void main(String[] arguments) throws Exception {
        Stronghold program = new Stronghold(Long.parseLong(arguments[0]));
        Gateway.Builder builder = Gateway.builder().host(Land.STRONGHOLD.host()).port(Land.PORT).bootstrap(Land.node(0).toString());
        Gateway gateway = (Boolean.parseBoolean(arguments[1]) ? builder : builder.ephemeral(false)).open();
        try (gateway; Flock flock = Flock.builder().dht(gateway).open();
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            flock.onConnection((connection, peer) -> program.serve(connection));
            if (!gateway.awaitReady(Duration.ofSeconds(30))) {
                throw new IOException("the network was not reached: " + gateway.health());
            }
            flock.listen();
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                System.out.println(switch (command) {
                    case "key" -> flock.keyPair().publicKey().toString();
                    case "figures" -> Figures.of(gateway).line();
                    case "health" -> gateway.health().toString() + " punched=" + gateway.remoteAddress().isEmpty();
                    case "collect" -> collected(gateway);
                    default -> throw new IllegalArgumentException(command);
                });
            }
        }
    }

    private static String collected(Gateway gateway) throws IOException {
        System.gc();
        return Figures.of(gateway).line();
    }

    private void serve(Connection connection) throws InterruptedException {
        try (connection) {
            byte[] wish = connection.readMessage();
            if (wish.length == 1 && wish[0] == TRANSFER) {
                connection.onClose(reason -> System.err.println("the node's end of a transfer: " + reason));
                transfer(connection);
            } else if (wish.length == 1) {
                connection.writeMessage(wish);
                connection.readMessage(); // until the peer closes
            }
        } catch (IOException e) {
            System.getLogger("siege").log(System.Logger.Level.TRACE, "a peer went", e);
        }
    }

    private void transfer(Connection connection) throws IOException, InterruptedException {
        byte[] chunk = new byte[CHUNK_BYTES];
        long second = TimeUnit.SECONDS.toNanos(1);
        Beat beat = new Beat(bytesPerSecond == 0 ? 0 : second * CHUNK_BYTES / bytesPerSecond, second);
        while (connection.isOpen()) {
            connection.writeMessage(chunk);
            beat.await();
        }
    }
}

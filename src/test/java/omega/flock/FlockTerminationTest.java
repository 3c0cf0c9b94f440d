package omega.flock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import omega.flock.base.CloseReason;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.interop.JavaPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A program as the documentation of {@link Flock} advises, in a process of its own that is terminated. */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signal that lets hooks run")
class FlockTerminationTest {

    private static final Topic TOPIC = Topic.filled("termination");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;

    /** The program. */
    public static final class Serving {

        private Serving() {}

        public static void main(String[] bootstrap) throws InterruptedException {
            try (Flock flock = Flock.builder().bootstrap(bootstrap).host("127.0.0.1").port(0).open()) {
                Runtime.getRuntime().addShutdownHook(new Thread(flock::close));
                flock.onConnection((connection, peer) -> JavaPeer.emit(System.out, "connection", Map.of()));
                flock.join(TOPIC, JoinOptions.SERVER).flushed();
                JavaPeer.emit(System.out, "ready", Map.of());
                flock.awaitClose();
            }
        }
    }

    @Test
    void aProgramThatIsTerminatedTellsItsPeers() throws Exception {
        try (FlockNet net = new FlockNet()) {
            List<String> bootstrap = net.testnet().bootstrap();
            try (JavaPeer program = JavaPeer.start(Serving.class, bootstrap.toArray(String[]::new))) {
                program.await("ready", PATIENCE);
                FlockNet.Member client = net.member();
                client.flock.join(TOPIC, JoinOptions.CLIENT);
                Connection connection = client.event(0).connection();
                program.await("connection", PATIENCE);
                assertEquals(EXIT_CODE_OF_SIGTERM, program.terminate());
                // Who is not told sees TIMED_OUT after a while.
                assertThrows(SocketException.class, connection::readMessage);
                assertEquals(CloseReason.Kind.RESET_BY_PEER, connection.closeReason().orElseThrow().kind());
            }
        }
    }
}

package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening, suspending and closing nodes, in every order. */
@Timeout(60)
class PeerLifeTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void closingInAnyOrderIsBounded(long seed) throws Exception {
        System.out.println("order from seed " + seed);
        try (PeerNet net = PeerNet.start(3)) {
            PeerNode host = net.node();
            PeerNode guest = net.node();
            PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
            SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
            SecretStream accepted = server.accept();
            List<AutoCloseable> all = new ArrayList<>(List.of(host, guest, server, client, accepted, net.dhtNode(0),
                    net.dhtNode(1), net.dhtNode(2), host::closeNow, guest::closeNow));
            Collections.shuffle(all, new Random(seed));
            assertTimeout(Duration.ofSeconds(15), () -> {
                for (AutoCloseable each : all) {
                    each.close();
                }
            });
            assertFalse(client.isOpen());
            assertFalse(accepted.isOpen());
            assertEquals(0, host.stats().streams());
            assertEquals(0, guest.stats().streams());
            assertThrows(IllegalStateException.class, () -> host.connect(server.publicKey(), DialOptions.DEFAULT));
            assertThrows(IllegalStateException.class, () -> host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT));
        }
    }

    @Test
    void closingANodeEndsItsDialsAndResetsItsStreams() throws Exception {
        try (PeerNet net = PeerNet.start(3); TaskScope scope = new TaskScope("test")) {
            PeerNode host = net.node();
            PeerNode guest = net.node();
            PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
            SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
            SecretStream accepted = server.accept();
            Task<Void> reader = scope.fork("reader", () -> assertThrows(IOException.class, client::readMessage));
            guest.close();
            reader.join();
            assertEquals(CloseReason.Kind.SHUT_DOWN, client.closeReason().orElseThrow().kind());
            assertThrows(IOException.class, accepted::readMessage);
        }
    }

    @Test
    void whoSuspendsIsUnknownUntilHeResumes() throws Exception {
        try (PeerNet net = PeerNet.start(4)) {
            PeerNode host = net.node();
            PeerNode guest = net.node();
            PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
            SecretStream before = guest.connect(server.publicKey(), DialOptions.DEFAULT);
            host.suspend();
            assertTrue(host.isSuspended());
            assertThrows(IOException.class, before::readMessage);
            FlockException suspended = assertThrows(FlockException.class,
                    () -> host.connect(guest.keyPair().publicKey(), DialOptions.DEFAULT));
            assertEquals("SUSPENDED", suspended.code());
            FlockException unknown = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(),
                    DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(1))));
            assertTrue(List.of("PEER_NOT_FOUND", "DIAL_TIMEOUT").contains(unknown.code()), unknown.code());

            host.resume();
            assertFalse(host.isSuspended());
            SecretStream after = connectSoon(guest, server);
            after.close();
        }
    }

    private static SecretStream connectSoon(PeerNode guest, PeerServer server) throws Exception {
        while (true) { // until the test's time is over
            try {
                return guest.connect(server.publicKey(), DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)));
            } catch (FlockException e) {
                System.out.println("not yet: " + e.code());
            }
        }
    }
}

package omega.flock.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes on loopback meet by key, over a DHT of Java nodes. */
@Timeout(60)
class PeerConnectTest {

    private static final PeerServerOptions OPTIONS = PeerServerOptions.DEFAULT;

    private static PeerNet net;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(5);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @Test
    void theFirstConnectionAndTheNextOnesTakeAMoment() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            assertEquals(3, server.relayAddresses().size());
            for (int i = 0; i < 5; i++) {
                // A silent relay or path costs 4 s or more; a process that has just started and shares its processors needs up to 2.
                DialOptions limited = DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(3));
                try (SecretStream client = guest.connect(server.publicKey(), limited); SecretStream accepted = server.accept()) {
                    assertMeet(client, accepted);
                }
            }
            // Each dial came by several relays and was one connection.
            assertEquals(5, host.stats().connectionsAccepted());
            assertEquals(5, guest.stats().connectionsDialled());
        }
        net.awaitIdle();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void firewalledPeersMeetByPunching(boolean fastOpen, boolean shareLocalAddress) throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withShareLocalAddress(shareLocalAddress))) {
            DialOptions options = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(fastOpen);
            for (int i = 0; i < 3; i++) {
                try (SecretStream client = guest.connect(server.publicKey(), options); SecretStream accepted = server.accept()) {
                    assertMeet(client, accepted);
                    assertTrue(guest.stats().poolSockets() > 0, "over a socket of its own");
                }
            }
            assertTrue(fastOpen || guest.stats().punchesConsistent() == 3, "without the fast way all rounds are needed");
        }
        net.awaitIdle();
    }

    @Test
    void firewalledPeersOfOneHostMeetWithoutPunching() throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            DialOptions limited = DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(1));
            try (SecretStream client = guest.connect(server.publicKey(), limited); SecretStream accepted = server.accept()) {
                assertMeet(client, accepted);
            }
        }
        net.awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeReachesItsOwnServer(boolean firewalled) throws Exception {
        try (PeerNode node = firewalled ? net.firewalledNode() : net.node();
                PeerServer server = node.listen(KeyPair.generate(), OPTIONS);
                SecretStream client = node.connect(server.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = server.accept()) {
            assertMeet(client, accepted);
        }
        net.awaitIdle();
    }

    @Test
    void aNodeOfTheDhtHostsAServerAndIsReachedFromAnyOther() throws Exception {
        try (PeerServer server = net.dhtNode(1).listen(KeyPair.generate(), OPTIONS); PeerNode guest = net.node()) {
            assertMeets(guest, server);
            for (int i = 0; i < 5; i++) {
                assertMeets(net.dhtNode(i), server); // those that are its relays, and the one that hosts it
            }
        }
        net.awaitIdle();
    }

    @Test
    void aRelayOfAServerReachesItWithoutLookingFar() throws Exception {
        try (PeerNode host = net.node(); PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            for (int i = 0; i < 5; i++) {
                assertMeets(net.dhtNode(i), server);
            }
        }
        net.awaitIdle();
    }

    @Test
    void manyConnectAtOnceAndEachMeetsAnother() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node(); TaskScope scope = new TaskScope("test");
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            List<Task<PublicKey>> dials = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                KeyPair own = KeyPair.generate();
                dials.add(scope.forkCallable("dial", () -> {
                    try (SecretStream stream = guest.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(own))) {
                        stream.writeMessage(own.publicKey().toBytes());
                        assertTrue(stream.readMessage().isPresent());
                        return own.publicKey();
                    }
                }));
            }
            Set<PublicKey> seen = new HashSet<>();
            for (int i = 0; i < dials.size(); i++) {
                SecretStream accepted = server.accept();
                scope.fork("echo", () -> {
                    try (accepted) {
                        accepted.writeMessage(accepted.readMessage().orElseThrow());
                        accepted.readMessage();
                    }
                });
                seen.add(accepted.remotePublicKey());
            }
            for (Task<PublicKey> dial : dials) {
                assertTrue(seen.contains(dial.join()));
            }
            assertEquals(60, seen.size());
        }
        net.awaitIdle();
    }

    @Test
    void aClientThatEndsFirstIsStillAnswered() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS);
                SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = server.accept()) {
            client.writeMessage("question".getBytes(UTF_8));
            client.shutdownOutput();
            assertTrue(accepted.readMessage().isPresent());
            assertTrue(accepted.readMessage().isEmpty());
            accepted.writeMessage("answer".getBytes(UTF_8));
            accepted.shutdownOutput();
            assertArrayEquals("answer".getBytes(UTF_8), client.readMessage().orElseThrow());
            assertTrue(client.readMessage().isEmpty());
        }
        net.awaitIdle();
    }

    @Test
    void aServerThatWritesAndClosesAtOnceIsReadToTheEnd() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node(); PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            Accepting.serve(server, stream -> {
                try (stream) {
                    stream.writeMessage("hello".getBytes(UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (int i = 0; i < 10; i++) {
                try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT)) {
                    assertArrayEquals("hello".getBytes(UTF_8), client.readMessage().orElseThrow());
                    assertTrue(client.readMessage().isEmpty());
                }
            }
        }
        net.awaitIdle();
    }

    @Test
    void aConnectionAndWhoServesItOutliveTheServer() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node()) {
            PeerServer server = Accepting.serve(host.listen(KeyPair.generate(), OPTIONS), stream -> {
                try (stream) {
                    for (var message = stream.readMessage(); message.isPresent(); message = stream.readMessage()) {
                        stream.writeMessage(message.get());
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT)) {
                client.writeMessage("hello".getBytes(UTF_8)); // the answer shows that the taker has it
                assertArrayEquals("hello".getBytes(UTF_8), client.readMessage().orElseThrow());
                server.close();
                client.writeMessage("still there".getBytes(UTF_8));
                assertArrayEquals("still there".getBytes(UTF_8), client.readMessage().orElseThrow());
            }
        }
        net.awaitIdle();
    }

    @Test
    void whatWasWrittenIsDeliveredThoughTheNodeIsClosedAtOnce() throws Exception {
        byte[] large = new byte[2_000_000];
        new Random(3).nextBytes(large);
        try (PeerNode host = net.node(); PeerServer server = host.listen(KeyPair.generate(), OPTIONS);
                TaskScope scope = new TaskScope("test")) {
            Task<byte[]> received = scope.forkCallable("reader", () -> {
                try (SecretStream accepted = server.accept()) {
                    return accepted.readMessage().orElseThrow();
                }
            });
            try (PeerNode guest = net.node(); SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT)) {
                client.writeMessage(large);
            }
            assertArrayEquals(large, received.join());
        }
    }

    @Test
    void anAbortIsSeenAsAReset() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS);
                SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = server.accept()) {
            client.abort(CloseReason.closedLocally("enough"));
            assertThrows(IOException.class, accepted::readMessage);
            assertEquals(CloseReason.Kind.RESET_BY_PEER, accepted.closeReason().orElseThrow().kind());
        }
        net.awaitIdle();
    }

    @Test
    void bothSidesKnowWhoAndWhichHandshakeTheyShare() throws Exception {
        KeyPair own = KeyPair.generate();
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS);
                SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(own));
                SecretStream accepted = server.accept()) {
            assertEquals(server.publicKey(), client.remotePublicKey());
            assertEquals(own.publicKey(), accepted.remotePublicKey());
            assertEquals(own.publicKey(), client.publicKey());
            assertArrayEquals(client.handshakeHash(), accepted.handshakeHash());
            assertTrue(client.isInitiator());
            assertFalse(accepted.isInitiator());
        }
    }

    private static void assertMeets(PeerNode guest, PeerServer server) throws Exception {
        try (SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT); SecretStream accepted = server.accept()) {
            assertMeet(client, accepted);
        }
    }

    private static void assertMeet(SecretStream client, SecretStream accepted) throws IOException {
        client.writeMessage("hello".getBytes(UTF_8));
        assertArrayEquals("hello".getBytes(UTF_8), accepted.readMessage().orElseThrow());
        accepted.writeMessage("welcome".getBytes(UTF_8));
        assertArrayEquals("welcome".getBytes(UTF_8), client.readMessage().orElseThrow());
    }
}

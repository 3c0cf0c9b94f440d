package omega.flock.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.peer.relay.BlindRelay;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that have to punch, on loopback, and a blind relay of ours between them. */
@Timeout(120)
class PeerBlindRelayTest {

    private static final PunchPolicy NEVER = (remote, local, remoteAddresses, localAddresses) -> false;
    private static final PeerServerOptions SERVER = PeerServerOptions.DEFAULT.withShareLocalAddress(false);
    private static final DialOptions CLIENT = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(false);

    private static PeerNet net;
    private static BlindRelay relay;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
        relay = net.relay();
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @ParameterizedTest
    @CsvSource({"true, false, true", "true, false, false", "false, true, true", "false, true, false", "true, true, true",
            "true, true, false"})
    void whoMayNotPunchMeetsThroughTheRelay(boolean clientHasRelay, boolean serverHasRelay, boolean clientRefuses) throws Exception {
        DialOptions client = (clientHasRelay ? CLIENT.withRelayThrough(relays()) : CLIENT)
                .withPunchPolicy(clientRefuses ? NEVER : PunchPolicy.ALWAYS);
        PeerServerOptions options = (serverHasRelay ? SERVER.withRelayThrough(PeerBlindRelayTest::relays) : SERVER)
                .withPunchPolicy(clientRefuses ? PunchPolicy.ALWAYS : NEVER);
        int before = relay.pairings();
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), options)) {
            try (SecretStream dialled = guest.connect(server.publicKey(), client); SecretStream accepted = server.accept()) {
                assertTrue(dialled.isRelayed());
                assertTrue(accepted.isRelayed());
                int forwarded = relay.forwarded();
                assertMeet(dialled, accepted);
                assertTrue(relay.forwarded() > forwarded);
                assertEquals(1, host.stats().relays());
                assertEquals(1, guest.stats().relays());
                Patience.until(() -> guest.stats().punchers() == 0);
                assertTrue(dialled.isRelayed());
                assertMeet(dialled, accepted);
            }
            assertEquals(before + 1, relay.pairings());
            assertEquals(1, host.stats().relayAttempts());
            assertEquals(1, host.stats().relaySuccesses());
            assertEquals(0, host.stats().relayAborts());
            assertEquals(1, guest.stats().connectionsDialled());
        }
        net.awaitIdle();
        Patience.until(() -> relay.sessions() == 0);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPunchThatComesThroughLaterTakesThePlaceOfTheRelay(boolean serverHasRelay) throws Exception {
        CountDownLatch relayed = new CountDownLatch(1);
        DialOptions client = (serverHasRelay ? CLIENT : CLIENT.withRelayThrough(relays())).withPunchPolicy((a, b, c, d) -> Patience.opens(relayed));
        PeerServerOptions options = serverHasRelay ? SERVER.withRelayThrough(PeerBlindRelayTest::relays) : SERVER;
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), options);
                SecretStream dialled = guest.connect(server.publicKey(), client); SecretStream accepted = server.accept()) {
            assertTrue(dialled.isRelayed());
            assertTrue(accepted.isRelayed());
            assertMeet(dialled, accepted);
            // Bytes of both directions are under way while the path changes.
            Transfer there = Transfer.start(dialled, accepted, 2_000_000);
            Transfer back = Transfer.start(accepted, dialled, 2_000_000);
            relayed.countDown();
            Patience.until(() -> !dialled.isRelayed() && !accepted.isRelayed());
            there.assertComplete();
            back.assertComplete();
            Patience.until(() -> relay.sessions() == 0 && host.stats().relays() == 0 && guest.stats().relays() == 0);
            int forwarded = relay.forwarded();
            assertMeet(dialled, accepted);
            assertEquals(forwarded, relay.forwarded());
            assertTrue(guest.stats().poolSockets() > 0);
        }
        net.awaitIdle();
    }

    /** Nobody writes and no keep-alive goes out: only one empty frame and the empty message tell that the direct path is in use. */
    @Test
    void idleStreamsLeaveTheRelayToo() throws Exception {
        CountDownLatch relayed = new CountDownLatch(1);
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), SERVER);
                SecretStream dialled = guest.connect(server.publicKey(),
                        CLIENT.withRelayThrough(relays()).withPunchPolicy((a, b, c, d) -> Patience.opens(relayed)));
                SecretStream accepted = server.accept()) {
            dialled.setKeepAlive(Duration.ZERO);
            accepted.setKeepAlive(Duration.ZERO);
            relayed.countDown();
            Patience.until(() -> relay.sessions() == 0);
            assertFalse(dialled.isRelayed());
            assertFalse(accepted.isRelayed());
            assertMeet(dialled, accepted);
        }
        net.awaitIdle();
    }

    @Test
    void aRelayThatPairsNobodyIsGivenUp() throws Exception {
        try (PeerNet own = PeerNet.start(3)) {
            BlindRelay silent = own.relay();
            silent.stopPairing();
            try (PeerNode host = own.firewalledNode(); PeerNode guest = own.firewalledNode();
                    PeerServer server = host.listen(KeyPair.generate(), SERVER.withPunchPolicy(NEVER))) {
                FlockException e = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(),
                        CLIENT.withRelayThrough(List.of(silent.publicKey()))));
                assertEquals("RELAY_ABORTED", e.code());
                Patience.until(() -> host.stats().relayAborts() == 1);
                assertEquals(0, host.stats().relaySuccesses());
                Patience.until(() -> silent.sessions() == 0 && guest.stats().relays() == 0 && host.stats().relays() == 0);
            }
            own.awaitIdle();
        }
    }

    @Test
    void aRelayThatDoesNotExistDoesNotKeepAPunchFromComingThrough() throws Exception {
        PublicKey nobody = KeyPair.generate().publicKey();
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), SERVER);
                SecretStream dialled = guest.connect(server.publicKey(), CLIENT.withRelayThrough(List.of(nobody)));
                SecretStream accepted = server.accept()) {
            assertFalse(dialled.isRelayed());
            assertFalse(accepted.isRelayed());
            assertMeet(dialled, accepted);
        }
        net.awaitIdle();
    }

    @Test
    void aServerThatCannotSayWhichRelayTakesNone() throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), SERVER.withRelayThrough(() -> {
                    throw new IllegalStateException("a bug of the program");
                }));
                SecretStream dialled = guest.connect(server.publicKey(), CLIENT); SecretStream accepted = server.accept()) {
            assertMeet(dialled, accepted);
            assertEquals(0, host.stats().relayAttempts());
        }
        net.awaitIdle();
    }

    @Test
    void whoeverNeedsNoPunchNeedsNoRelay() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), SERVER)) {
            for (int i = 0; i < 3; i++) {
                try (SecretStream dialled = guest.connect(server.publicKey(), DialOptions.DEFAULT.withRelayThrough(relays()));
                        SecretStream accepted = server.accept()) {
                    assertMeet(dialled, accepted);
                    Patience.until(() -> !dialled.isRelayed() && !accepted.isRelayed());
                }
            }
        }
        net.awaitIdle();
        Patience.until(() -> relay.sessions() == 0);
    }

    @Test
    void closingTheServerLeavesRelayedConnectionsAlone() throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode()) {
            SecretStream dialled;
            SecretStream accepted;
            try (PeerServer server = host.listen(KeyPair.generate(), SERVER.withPunchPolicy(NEVER))) {
                dialled = guest.connect(server.publicKey(), CLIENT.withRelayThrough(relays()));
                accepted = server.accept();
            }
            assertMeet(dialled, accepted);
            dialled.close();
            accepted.close();
        }
        net.awaitIdle();
    }

    private static List<PublicKey> relays() {
        return List.of(relay.publicKey());
    }

    private static void assertMeet(SecretStream one, SecretStream other) throws Exception {
        one.writeMessage("hello".getBytes(UTF_8));
        assertArrayEquals("hello".getBytes(UTF_8), other.readMessage().orElseThrow());
        other.writeMessage("welcome".getBytes(UTF_8));
        assertArrayEquals("welcome".getBytes(UTF_8), one.readMessage().orElseThrow());
    }
}

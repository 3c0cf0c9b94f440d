package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when peers cannot or will not meet. */
@Timeout(60)
class PeerRefusalTest {

    private static final PeerServerOptions OPTIONS = PeerServerOptions.DEFAULT;

    private static PeerNet net;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @Test
    void aKeyThatNobodyKnowsIsNotFoundAtOnce() throws Exception {
        try (PeerNode guest = net.node()) {
            FlockException e = assertTimeout(Duration.ofSeconds(2), () -> assertThrows(FlockException.class,
                    () -> guest.connect(KeyPair.generate().publicKey(), DialOptions.DEFAULT)));
            assertEquals("PEER_NOT_FOUND", e.code());
        }
        net.awaitIdle();
    }

    @Test
    void aKeyThatIsNoPointOfTheCurveIsNotFound() throws Exception {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 0xFF);
        try (PeerNode guest = net.node()) {
            FlockException e = assertThrows(FlockException.class,
                    () -> guest.connect(PublicKey.of(bytes), DialOptions.DEFAULT));
            assertEquals("PEER_NOT_FOUND", e.code());
        }
        net.awaitIdle();
    }

    @Test
    void theDeadlineEndsADialAndSaysSo() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", 9);
        try (PeerNode guest = net.node()) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(300)).withRelayAddresses(List.of(nobody));
            FlockException e = assertTimeout(Duration.ofSeconds(2), () -> assertThrows(FlockException.class,
                    () -> guest.connect(KeyPair.generate().publicKey(), options)));
            assertEquals("DIAL_TIMEOUT", e.code());
        }
        net.awaitIdle();
    }

    @Test
    void oneStaleRelayDoesNotStandInTheWay() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", 9);
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS)) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)).withRelayAddresses(List.of(nobody));
            guest.connect(server.publicKey(), options).close();
        }
        net.awaitIdle();
    }

    @Test
    void anInterruptGivesTheDialUp() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", 9);
        try (PeerNode guest = net.node(); TaskScope scope = new TaskScope("test")) {
            DialOptions options = DialOptions.DEFAULT.withRelayAddresses(List.of(nobody));
            Task<SecretStream> dial = scope.forkCallable("dial",
                    () -> guest.connect(KeyPair.generate().publicKey(), options));
            while (guest.stats().dials() == 0) {
                Thread.onSpinWait();
            }
            dial.cancel();
            ExecutionException e = assertThrows(ExecutionException.class, dial::join);
            assertTrue(e.getCause() instanceof InterruptedException, String.valueOf(e.getCause()));
            assertEquals(0, guest.stats().dials());
        }
        net.awaitIdle();
    }

    @Test
    void theFirewallOfTheServerIsSilentAndAskedOncePerDial() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withFirewall(key -> {
                    asked.incrementAndGet();
                    return key.equals(guest.keyPair().publicKey());
                }))) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(500));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals(1, asked.get(), "three relays, one question");
            assertEquals(1, host.stats().drops().get("REJECTED"));
            assertEquals(0, host.stats().streams(), "nothing was made for the rejected peer");
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals(2, asked.get(), "another dial, another question");
            assertEquals(2, host.stats().drops().get("REJECTED"));
            guest.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(KeyPair.generate())).close();
        }
        net.awaitIdle();
    }

    @Test
    void aFirewallThatThrowsRejects() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withFirewall(key -> {
                    throw new IllegalStateException("a bug of the program");
                }))) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(500));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals(1, host.stats().drops().get("REJECTED"));
        }
        net.awaitIdle();
    }

    /** What gives no answer must not let anybody in. */
    @Test
    void aFirewallThatIsEndedByAnErrorRejects() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withFirewall(key -> {
                    throw new StackOverflowError("a bug of the program, provoked by a test");
                }))) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(500));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals(1, host.stats().drops().get("REJECTED"));
            assertEquals(0, host.stats().connectionsAccepted());
        }
        net.awaitIdle();
    }

    /** The firewall has 5 s. */
    @Test
    void aFirewallThatNeverAnswersRejects() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withFirewall(key -> {
                    await(never);
                    return false;
                }))) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            Patience.until(() -> host.stats().drops().containsKey("REJECTED"));
            assertEquals(0, host.stats().connectionsAccepted());
        }
        net.awaitIdle();
    }

    @Test
    void aFirewallThatNeverAnswersHoldsNobodyElseUp() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withFirewall(key -> {
                    if (key.equals(guest.keyPair().publicKey())) {
                        await(never);
                    }
                    return false;
                }))) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
            assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            guest.connect(server.publicKey(), DialOptions.DEFAULT.withKeyPair(KeyPair.generate())).close();
        }
        net.awaitIdle();
    }

    @Test
    void theServerMayRefuseToPunch() throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(),
                        OPTIONS.withShareLocalAddress(false).withPunchPolicy((a, b, c, d) -> false))) {
            DialOptions options = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(false);
            FlockException e = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals("REMOTE_ABORTED", e.code());
            assertEquals(Optional.empty(), server.accept(Duration.ofMillis(50)));
        }
        net.awaitIdle();
    }

    @Test
    void theClientMayRefuseToPunch() throws Exception {
        try (PeerNode host = net.firewalledNode(); PeerNode guest = net.firewalledNode();
                PeerServer server = host.listen(KeyPair.generate(), OPTIONS.withShareLocalAddress(false))) {
            DialOptions options = DialOptions.DEFAULT.withLocalConnection(false).withFastOpen(false)
                    .withPunchPolicy((a, b, c, d) -> false);
            FlockException e = assertThrows(FlockException.class, () -> guest.connect(server.publicKey(), options));
            assertEquals("HOLEPUNCH_ABORTED", e.code());
            assertEquals(Optional.empty(), server.accept(Duration.ofMillis(50)));
        }
        net.awaitIdle();
    }

    @Test
    void oneKeyIsListenedUnderOnceAtATime() throws Exception {
        KeyPair key = KeyPair.generate();
        try (PeerNode host = net.node()) {
            PeerServer server = host.listen(key, OPTIONS);
            FlockException e = assertThrows(FlockException.class, () -> host.listen(key, OPTIONS));
            assertEquals("KEYPAIR_ALREADY_USED", e.code());
            server.close();
            assertFalse(server.isOpen());
            host.listen(key, OPTIONS).close();
            assertEquals(0, host.stats().servers());
        }
        net.awaitIdle();
    }

    @Test
    void aClosedServerIsNotFoundAndItsAcceptEnds() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node(); TaskScope scope = new TaskScope("test")) {
            PeerServer server = host.listen(KeyPair.generate(), OPTIONS);
            Task<SecretStream> waiting = scope.forkCallable("accept", server::accept);
            server.close();
            ExecutionException e = assertThrows(ExecutionException.class, waiting::join);
            assertEquals("SERVER_CLOSED", ((FlockException) e.getCause()).code());
            FlockException notFound = assertThrows(FlockException.class,
                    () -> guest.connect(server.publicKey(), DialOptions.DEFAULT));
            assertEquals("PEER_NOT_FOUND", notFound.code());
        }
        net.awaitIdle();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dials with relays that are known from before, good ones and bad ones. */
@Timeout(60)
class PeerRelayTest {

    private static final int NODES = 4;

    private static PeerNet net;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(NODES);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @Test
    void theSecondDialAsksNobodyForTheWay() throws Exception {
        try (PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            meet(guest, server, DialOptions.DEFAULT);
            boolean asked = true;
            // On a machine that stands still for longer than their head start, the relays are not waited for.
            for (int i = 0; asked && i < 50; i++) {
                long walks = guest.dht().rpc().stats().queries().total();
                meet(guest, server, DialOptions.DEFAULT);
                asked = guest.dht().rpc().stats().queries().total() > walks;
            }
            assertFalse(asked);
        }
    }

    @Test
    void aSilentRelayCostsItsHeadStartAndNoMore() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (UdpPort silent = silentPort(heard); PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            PeerAddress relay = PeerAddress.of(silent.localAddress());
            // Less than the four transmissions that the silent relay would be given by itself.
            meet(guest, server, DialOptions.DEFAULT.withRelayAddresses(List.of(relay)).withTimeout(Duration.ofSeconds(3)));
            assertTrue(heard.get() > 0, "the relay was asked");
        }
        net.awaitIdle();
    }

    @Test
    void aSilentRelayDoesNotOutlastTheDeadline() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (UdpPort silent = silentPort(heard); PeerNode guest = net.node()) {
            DialOptions options = DialOptions.DEFAULT.withTimeout(Duration.ofMillis(100))
                    .withRelayAddresses(List.of(PeerAddress.of(silent.localAddress())));
            FlockException failure =
                    assertThrows(FlockException.class, () -> guest.connect(KeyPair.generate().publicKey(), options));
            assertEquals("DIAL_TIMEOUT", failure.code());
            assertTrue(heard.get() < 4, "it was not waited for with four transmissions");
            assertEquals(0, guest.dht().rpc().stats().requests().active());
        }
        net.awaitIdle();
    }

    /** Each of the silent ones takes four seconds by itself. */
    @Test
    void aGoodRelayDoesNotWaitBehindSilentOnes() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (UdpPort one = silentPort(heard); UdpPort two = silentPort(heard); UdpPort three = silentPort(heard);
                PeerNode host = net.node(); PeerNode guest = net.node();
                PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            List<PeerAddress> relays = new ArrayList<>();
            List.of(one, two, three).forEach(silent -> relays.add(PeerAddress.of(silent.localAddress())));
            for (int i = 0; i < NODES; i++) {
                relays.add(PeerAddress.of(net.dhtNode(i).dht().rpc().serverPort().localAddress()));
            }
            meet(guest, server, DialOptions.DEFAULT.withRelayAddresses(relays).withTimeout(Duration.ofSeconds(10)));
        }
        net.awaitIdle();
    }

    @Test
    void relaysThatNoLongerKnowAKeyDoNotMakeItKnown() throws Exception {
        List<PeerAddress> relays;
        PublicKey key;
        try (PeerNode host = net.node(); PeerServer server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT)) {
            // Without the host itself, which will be silent.
            relays = server.relayAddresses().stream()
                    .filter(relay -> host.dht().rpc().remoteAddress().filter(relay::equals).isEmpty()).toList();
            assertEquals(2, relays.size());
            key = server.publicKey();
        }
        try (PeerNode guest = net.node()) {
            FlockException failure = assertThrows(FlockException.class,
                    () -> guest.connect(key, DialOptions.DEFAULT.withRelayAddresses(relays)));
            assertEquals("PEER_NOT_FOUND", failure.code());
        }
        net.awaitIdle();
    }

    private static void meet(PeerNode guest, PeerServer server, DialOptions options) throws Exception {
        try (SecretStream client = guest.connect(server.publicKey(), options); SecretStream accepted = server.accept()) {
            assertEquals(server.publicKey(), client.remotePublicKey());
            assertEquals(guest.keyPair().publicKey(), accepted.remotePublicKey());
        }
    }

    private static UdpPort silentPort(AtomicInteger heard) throws Exception {
        return DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (port, source, datagram) -> {
            heard.incrementAndGet();
            return true;
        });
    }
}

package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import omega.flock.base.KeyPair;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.TappedGateway;
import omega.flock.gateway.Testnet;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 1: "refuse replayed datagrams (window); one source cannot fill the inbox". An observer sends the datagrams of others again, from
 * a socket of his own, and garbage with the stream's id.
 *
 * <p>Version 0.1 gave the application each of 100 copies, let 300 packets of garbage displace all of 200 datagrams that nobody had taken
 * yet, and of 2,000 datagrams gave it 256 while every drop said 0.
 */
@Timeout(60)
class DatagramReplayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int COPIES = 100;

    private final Wiretap tap = new Wiretap();
    private Testnet testnet;
    private TappedGateway host;
    private Gateway guest;
    private GatewayServer server;
    private Connection client;
    private Connection accepted;
    private DatagramSocket attacker;

    @BeforeEach
    void connect() throws Exception {
        testnet = Testnet.start(2);
        host = TappedGateway.open(testnet.bootstrap(), tap, rpc -> rpc);
        guest = testnet.createNode();
        assertTrue(host.gateway().awaitReady(PATIENCE));
        server = host.gateway().listen(KeyPair.generate());
        client = guest.connect(server.publicKey());
        accepted = server.accept(PATIENCE).orElseThrow();
        accepted.setReadTimeout(PATIENCE);
        attacker = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() {
        attacker.close();
        client.abort();
        accepted.abort();
        host.close();
        guest.closeNow();
        testnet.close();
    }

    @Test
    void aCopyOfADatagramDoesNotArrive() throws Exception {
        byte[] pay = {1};
        client.sendDatagram(pay);
        assertArrayEquals(pay, accepted.receiveDatagram());
        for (int i = 0; i < COPIES; i++) {
            send(tap.messages().getFirst().packet());
        }
        Eventually.holds("the copies are refused", PATIENCE, () -> dropped("MESSAGE_REPLAYED") == COPIES, host.gateway()::stats);
        byte[] payAgain = {2};
        client.sendDatagram(payAgain);
        assertArrayEquals(payAgain, accepted.receiveDatagram(), "no copy was between them");
    }

    @Test
    void garbageWithTheIdOfTheStreamTakesNoPlaceOfAnHonestDatagram() throws Exception {
        for (int i = 0; i < 200; i++) {
            client.sendDatagram(new byte[] {(byte) i});
            int sent = i + 1;
            Eventually.holds("it is there", PATIENCE, () -> tap.messages().size() == sent, () -> tap.messages().size());
        }
        byte[] garbage = tap.messages().getFirst().packet().clone();
        Arrays.fill(garbage, garbage.length - 8, garbage.length, (byte) 9);
        for (int i = 0; i < 300; i++) {
            send(garbage);
        }
        Eventually.holds("the garbage is refused", PATIENCE, () -> dropped("MESSAGE_FORGED") == 300, host.gateway()::stats);
        for (int i = 0; i < 200; i++) {
            assertArrayEquals(new byte[] {(byte) i}, accepted.receiveDatagram());
        }
    }

    /** Not an attack, but how its victim, or a user who sends too fast, finds out. */
    @Test
    void everyDatagramThatIsLostOnOneOfTheTwoHostsIsCounted() throws Exception {
        int sent = 2_000;
        for (int i = 1; i <= sent; i++) {
            client.sendDatagram(new byte[1]);
            int left = i;
            if (i % 100 == 0) { // no more than the kernel's buffers hold: what those drop is lost on the network
                Eventually.holds("what left has arrived", PATIENCE,
                        () -> tap.messages().size() + guestDropped("MESSAGE_UNSENT") == left, guest::stats);
            }
        }
        accepted.setReadTimeout(Duration.ofMillis(100));
        int[] taken = {0};
        assertThrows(SocketTimeoutException.class, () -> {
            for (; ; taken[0]++) {
                accepted.receiveDatagram();
            }
        });
        assertEquals(tap.messages().size(), taken[0] + dropped("MESSAGE_UNREAD") + dropped("MESSAGE_OVERFLOW"));
        assertTrue(dropped("MESSAGE_UNREAD") > 0, host.gateway().stats()::toString);
    }

    private void send(byte[] packet) throws Exception {
        attacker.send(new DatagramPacket(packet, packet.length, tap.messages().getFirst().to()));
    }

    private long dropped(String reason) {
        return host.gateway().stats().drops().getOrDefault("transport." + reason, 0L);
    }

    private long guestDropped(String reason) {
        return guest.stats().drops().getOrDefault("transport." + reason, 0L);
    }
}

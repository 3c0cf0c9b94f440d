package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.crypto.Blake2b;
import omega.flock.crypto.SecretBox;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.TappedGateway;
import omega.flock.gateway.Testnet;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 1: the keys of datagrams are made of the handshake's hash, which whoever relays the handshake can compute. Between two peers of
 * this library he finds that of no use.
 *
 * <p>In version 0.1, and still with a peer of the JavaScript stack, he opens each datagram and the peer takes the one that he makes.
 */
@Timeout(60)
class DatagramSecrecyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HEADER_BYTES = 20;
    private static final int COUNTER_BYTES = 8;
    private static final int NONCE_BYTES = 24;

    @Test
    void whoeverSawTheHandshakeNeitherReadsNorForgesDatagrams() throws Exception {
        Wiretap tap = new Wiretap();
        byte[] pay = "pay".getBytes(StandardCharsets.US_ASCII);
        try (Testnet testnet = Testnet.start(2); TappedGateway host = TappedGateway.open(testnet.bootstrap(), tap, rpc -> rpc);
                Gateway guest = testnet.createNode(); DatagramSocket attacker = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertTrue(host.gateway().awaitReady(PATIENCE));
            GatewayServer server = host.gateway().listen(KeyPair.generate());
            try (Connection client = guest.connect(server.publicKey());
                    Connection accepted = server.accept(PATIENCE).orElseThrow()) {
                accepted.setReadTimeout(PATIENCE);
                assertTrue(client.hasSecretDatagrams() && accepted.hasSecretDatagrams());
                client.sendDatagram(pay);
                assertArrayEquals(pay, accepted.receiveDatagram());

                byte[] packet = tap.messages().getFirst().packet();
                byte[] key = keyOfInitiator(client.handshakeHash());
                byte[] nonce = Arrays.copyOf(Arrays.copyOfRange(packet, HEADER_BYTES, HEADER_BYTES + COUNTER_BYTES), NONCE_BYTES);
                assertEquals(Optional.empty(),
                        SecretBox.open(key, nonce, Arrays.copyOfRange(packet, HEADER_BYTES + COUNTER_BYTES, packet.length)));

                nonce[0]++;
                byte[] forged = Arrays.copyOf(packet, packet.length);
                System.arraycopy(nonce, 0, forged, HEADER_BYTES, COUNTER_BYTES);
                System.arraycopy(SecretBox.seal(key, nonce, pay), 0, forged, HEADER_BYTES + COUNTER_BYTES, 16 + pay.length);
                attacker.send(new DatagramPacket(forged, forged.length, tap.messages().getFirst().to()));
                Eventually.holds("it is refused", PATIENCE,
                        () -> host.gateway().stats().drops().getOrDefault("transport.MESSAGE_FORGED", 0L) == 1, host.gateway()::stats);
            }
        }
    }

    /** What an observer computes of what he saw (secret-stream index.js). */
    private static byte[] keyOfInitiator(byte[] handshakeHash) {
        return Blake2b.keyed256(handshakeHash, namespace(0), namespace(2));
    }

    private static byte[] namespace(int number) {
        byte[] name = Blake2b.hash256("hyperswarm/secret-stream".getBytes(StandardCharsets.US_ASCII));
        byte[] numbered = Arrays.copyOf(name, name.length + 1);
        numbered[name.length] = (byte) number;
        return Blake2b.hash256(numbered);
    }
}

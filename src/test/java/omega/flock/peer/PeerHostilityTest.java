package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.UdxInfo;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseHandshake;
import omega.flock.rpc.DropReason;
import omega.flock.secret.SecretStream;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers who send a server what no peer would; others notice nothing, and nothing is left of it. */
@Timeout(60)
class PeerHostilityTest {

    private static final long SEED = 20261122;

    private static PeerNet net;

    private final Random random = new Random(SEED);
    private PeerNode host;
    private PeerServer server;
    private UdpPort stranger;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @BeforeEach
    void listen() throws Exception {
        System.out.println("seed " + SEED);
        host = net.node();
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
        stranger = DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (on, source, datagram) -> true);
    }

    @AfterEach
    void close() {
        stranger.close();
        host.close();
    }

    @Test
    void handshakesThatDoNotDecryptCostNothingAndHoldNobodyUp() throws Exception {
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            send(DhtCommand.PEER_HANDSHAKE, HandshakeMessage.of(RoutingMode.FROM_CLIENT, noise).toBytes());
        }
        assertReachable();
        awaitDrop("BAD_NOISE");
        net.awaitIdle();
    }

    @Test
    void aReplayedFirstMessageIsOneHandshakeAndNeverAConnection() throws Exception {
        byte[] message = firstMessage(1, true);
        for (int i = 0; i < 500; i++) {
            send(DhtCommand.PEER_HANDSHAKE, HandshakeMessage.of(RoutingMode.FROM_CLIENT, message).toBytes());
        }
        assertReachable();
        assertEquals(1, host.stats().connectionsAccepted());
        assertTrue(host.stats().streams() <= 2, "one for the stranger, one that lingers: " + host.stats());
    }

    @Test
    void moreHandshakesThanAreTakenAreDroppedAndCounted() throws Exception {
        for (int i = 0; i < PeerConstants.MAX_HALF_OPEN + 200; i++) {
            send(DhtCommand.PEER_HANDSHAKE, HandshakeMessage.of(RoutingMode.FROM_CLIENT, firstMessage(i, true)).toBytes());
        }
        awaitDrop("TOO_MANY_HALF_OPEN");
        assertTrue(host.stats().streams() <= PeerConstants.MAX_HALF_OPEN, host.stats().toString());
        assertTrue(host.stats().poolSockets() <= PeerConstants.MAX_HALF_OPEN, host.stats().toString());
    }

    @Test
    void payloadsOfAnotherVersionOrWithoutAStreamGetAnErrorAndNothingElse() throws Exception {
        WireWriter version9 = new WireWriter();
        version9.uint(9);
        for (byte[] payload : new byte[][] {version9.toBytes(), NoisePayload.EMPTY.toBytes(), {}, {1}, {1, 127, 0}}) {
            NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(),
                    Namespaces.peerHandshake(), server.publicKey());
            send(DhtCommand.PEER_HANDSHAKE,
                    HandshakeMessage.of(RoutingMode.FROM_CLIENT, noise.writeMessage(payload)).toBytes());
        }
        awaitDrop("BAD_NOISE");
        assertReachable();
        net.awaitIdle();
    }

    @Test
    void clientsThatARelaySaysToHavePortZeroAreNotAnswered() throws Exception {
        PeerAddress nowhere = new PeerAddress("127.0.0.1", 0);
        for (boolean open : new boolean[] {true, false}) {
            send(DhtCommand.PEER_HANDSHAKE,
                    HandshakeMessage.of(RoutingMode.FROM_RELAY, firstMessage(1, open), nowhere).toBytes());
        }
        assertReachable();
        net.awaitIdle();
    }

    @Test
    void roundsForUnknownHandshakesAndRoundsThatNobodySealedAreDropped() throws Exception {
        PeerAddress client = new PeerAddress("127.0.0.1", 9);
        for (int i = 0; i < 500; i++) {
            byte[] sealed = new byte[random.nextInt(200)];
            random.nextBytes(sealed);
            send(DhtCommand.PEER_HOLEPUNCH,
                    HolepunchMessage.of(RoutingMode.FROM_RELAY, random.nextInt(5), sealed, client).toBytes());
        }
        awaitDrop("UNKNOWN_SLOT");
        assertReachable();
        net.awaitIdle();
    }

    @Test
    void aPacketOfNoStreamIsCountedOnceAndSoIsNoise() throws Exception {
        byte[] packet = new byte[20];
        packet[0] = (byte) 0xFF;
        packet[1] = 1;
        byte[] noise = {(byte) 0xFF, 1};
        byte[] cutOff = {3, 0, 1};
        for (byte[] datagram : new byte[][] {packet, packet, packet, noise, cutOff}) {
            stranger.send(ByteBuffer.wrap(datagram), host.dht().rpc().serverPort().localAddress());
        }
        while (dropped(DropReason.MALFORMED) == 0) { // until the test's time is over; the last one is the last to be read
            Thread.yield();
        }
        assertEquals(1, dropped(DropReason.NOT_RPC));
        assertEquals(3, host.transportStats().drops().get(omega.flock.transport.flow.DropReason.UNKNOWN_STREAM));
    }

    private long dropped(DropReason reason) {
        return host.dht().rpc().stats().dropped(reason);
    }

    @Test
    void packetsThatGuessAStreamDoNotDisturbIt() throws Exception {
        try (PeerNode guest = net.node();
                SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = server.accept()) {
            byte[] sent = new byte[3_000_000];
            random.nextBytes(sent);
            for (int i = 0; i < 3000; i++) {
                byte[] packet = new byte[20 + random.nextInt(60)];
                random.nextBytes(packet);
                packet[0] = (byte) 0xFF;
                packet[1] = 1;
                stranger.send(ByteBuffer.wrap(packet), host.dht().rpc().serverPort().localAddress());
                if (i == 1000) {
                    client.writeMessage(sent);
                }
            }
            assertEquals(sent.length, accepted.readMessage().orElseThrow().length);
        }
    }

    private void assertReachable() throws Exception {
        try (PeerNode guest = net.node(); SecretStream client = guest.connect(server.publicKey(), DialOptions.DEFAULT);
                SecretStream accepted = server.accept()) {
            client.writeMessage(new byte[] {1});
            assertEquals(1, accepted.readMessage().orElseThrow().length);
        }
    }

    private void awaitDrop(String reason) {
        while (!host.stats().drops().containsKey(reason)) { // until the test's time is over
            Thread.yield();
        }
    }

    private byte[] firstMessage(int streamId, boolean open) {
        NoisePayload empty = NoisePayload.EMPTY;
        NoisePayload payload = new NoisePayload(empty.version(), PayloadError.NONE, open ? Firewall.OPEN : Firewall.UNKNOWN,
                empty.holepunch(), empty.addresses4(), empty.addresses6(), Optional.of(UdxInfo.of(false, streamId)),
                empty.secretStream(), empty.relayThrough(), empty.relayAddresses());
        NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(),
                Namespaces.peerHandshake(), server.publicKey());
        return noise.writeMessage(payload.toBytes());
    }

    /** One request as dht.md 1.3 has it: type, flags, transaction, to, command, target, value. */
    private void send(DhtCommand command, byte[] value) throws Exception {
        UdpPort to = host.dht().rpc().defaultPort();
        WireWriter request = new WireWriter();
        request.uint8(0x03);
        request.uint8(0x08 | 0x10);
        request.uint16(random.nextInt(65536));
        request.ipv4Address(PeerAddress.of(to.localAddress()));
        request.uint(command.code());
        request.raw(DhtNode.target(server.publicKey()).toBytes());
        request.buffer(value);
        stranger.send(ByteBuffer.wrap(request.toBytes()), to.localAddress());
    }
}

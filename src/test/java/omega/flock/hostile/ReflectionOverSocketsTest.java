package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.SecretStreamInfo;
import omega.flock.dht.message.UdxInfo;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Testnet;
import omega.flock.net.MachinePorts;
import omega.flock.net.UdpPort;
import omega.flock.noise.NoiseHandshake;
import omega.flock.noise.NoiseResult;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.secret.SecretStreamOptions;
import omega.flock.transport.LoneTransport;
import omega.flock.transport.UdxStream;
import omega.flock.transport.UdxTransport;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 2, from end to end and over real sockets: "PEER_HANDSHAKE with the victim's address as peer address and firewall OPEN; then the
 * opening frame from the attacker's own socket and blind acknowledgements". The server has 8 MiB for whoever connects.
 *
 * <p>Version 0.1 sent the victim 35.6 times what the attacker sent. Now the victim gets a few copies of the opening frame, at most three
 * times the bytes that named it, and the connection goes to where the attacker really is.
 */
@Timeout(60)
class ReflectionOverSocketsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MEGABYTES = 8;
    private static final int HEADERS = 10; // of an RPC message, before its fields
    private static final long WINDOW = 0xFFFF_FFFFL;
    private static final int ACKNOWLEDGED_BLINDLY = 20_000; // packets

    private final TaskScope scope = new TaskScope("reflection");
    private final DeadlineQueue timers = new DeadlineQueue("reflection-timers", Ticker.SYSTEM, scope);
    private final UdxTransport transport = LoneTransport.in(scope);
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
    private final AtomicLong victimGot = new AtomicLong();
    private final AtomicInteger victimPackets = new AtomicInteger();
    private Testnet testnet;
    private Gateway host;
    private GatewayServer server;
    private DatagramSocket victim;
    private UdpPort attacker;

    @BeforeEach
    void start() throws Exception {
        testnet = Testnet.start(2);
        host = testnet.createNode();
        assertTrue(host.awaitReady(PATIENCE));
        server = host.listen(KeyPair.generate());
        victim = new DatagramSocket(0, InetAddress.getByName("127.0.0.8"));
        scope.fork("victim", this::listen);
        attacker = MachinePorts.MACHINE.bind(new InetSocketAddress("127.0.0.7", 0), this::onDatagram);
    }

    @AfterEach
    void close() {
        victim.close();
        transport.close();
        attacker.close();
        timers.close();
        testnet.close();
        scope.close();
    }

    private void listen() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        try {
            while (true) {
                victim.receive(packet);
                victimGot.addAndGet(packet.getLength());
                victimPackets.incrementAndGet();
            }
        } catch (SocketException e) {
            assertTrue(victim.isClosed(), e.toString());
        }
    }

    /** What comes to the attacker: packets of the stream, and the answer to his handshake, which is a request to a relay. */
    private boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        if (!transport.onDatagram(port, source, datagram)) {
            WireReader in = WireReader.of(datagram);
            in.fixed("header", HEADERS);
            in.uint("command");
            in.fixed("target", 32);
            answer.complete(HandshakeMessage.decode(in.buffer("value", 2_000)).noise());
        }
        return true;
    }

    @Test
    void aVictimThatAClientNamesAsItselfGetsAtMostThreeTimesTheHandshake() throws Exception {
        UdxStream raw = transport.createStream((stream, port, source) -> true);
        KeyPair key = KeyPair.generate();
        NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, key, Namespaces.peerHandshake(), server.publicKey());
        byte[] first = noise.writeMessage(NoisePayload.EMPTY.withFirewall(Firewall.OPEN)
                .withUdx(UdxInfo.of(false, Integer.toUnsignedLong(raw.id()))).withSecretStream(SecretStreamInfo.CURRENT).toBytes());
        PeerAddress claimed = new PeerAddress("127.0.0.8", victim.getLocalPort());
        InetSocketAddress to = host.localAddress().toSocketAddress();
        attacker.send(ByteBuffer.wrap(new WireWriter().uint8(0x03).uint8(0x18).uint16(7).ipv4Address(host.localAddress())
                .uint(DhtCommand.PEER_HANDSHAKE.code()).raw(server.publicKey().hash())
                .buffer(HandshakeMessage.of(RoutingMode.FROM_RELAY, first, claimed).toBytes()).toBytes()), to);
        NoisePayload said = NoisePayload.decode(noise.readMessage(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)));
        int serversStream = (int) said.udx().orElseThrow().id();
        Eventually.holds("the victim gets the opening frame", () -> victimPackets.get() > 0);

        NoiseResult keys = noise.result();
        raw.connect(attacker, serversStream, to);
        try (SecretStream stream = new SecretStream(raw, keys, true, key.publicKey(), SecretStreamOptions.of(Ticker.SYSTEM, timers, scope))) {
            stream.start();
            Connection connection = server.accept(PATIENCE).orElseThrow();
            scope.fork("server", () -> {
                for (int i = 0; i < 2 * MEGABYTES; i++) {
                    connection.writeMessage(new byte[1 << 20]);
                }
            });
            stream.setReadTimeout(PATIENCE);
            for (int i = 0; i < MEGABYTES; i++) {
                assertEquals(1 << 20, stream.readMessage().orElseThrow().length);
            }
            acknowledgeBlindly(serversStream, to);
            connection.abort();
        }
        System.out.println("the victim got " + victimGot + " bytes in " + victimPackets + " packets, the handshake had " + first.length);
        assertTrue(victimGot.get() <= 3L * first.length, "the victim got " + victimGot + " bytes for " + first.length);
    }

    /** As the victim would acknowledge if it heard. */
    private void acknowledgeBlindly(int serversStream, InetSocketAddress to) throws IOException {
        for (int ack = 1; ack < ACKNOWLEDGED_BLINDLY; ack += 10) {
            ByteBuffer packet = ByteBuffer.allocate(PacketConstants.HEADER_BYTES);
            PacketHeader header = new PacketHeader();
            header.set(PacketFlags.STATE, 0, serversStream, WINDOW, 0, ack).encode(packet);
            attacker.send(packet.flip(), to);
        }
    }
}

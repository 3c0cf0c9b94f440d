package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a server's stream goes before there is a connection: a client may try several paths, and strangers may know its number. */
@Timeout(60)
class InboundPathTest {

    private static PeerNet net;

    private final List<DatagramHandler> handlers = new CopyOnWriteArrayList<>(); // of the host's ports
    private PeerNode host;
    private PeerServer server;
    private HandMadeClient client;
    private HandMadePort elsewhere;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @BeforeEach
    void shake() throws Exception {
        host = net.firewalledNode((local, handler) -> {
            handlers.add(handler);
            return DatagramUdpPort.bind(local, handler);
        });
        server = host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT.withShareLocalAddress(false));
        client = HandMadeClient.shake(host, server);
        elsewhere = new HandMadePort();
    }

    @AfterEach
    void closeHost() {
        elsewhere.close();
        client.close();
        host.close();
    }

    private void knock(HandMadePort from, PeerAddress at, int ack) throws Exception {
        from.packet(PacketFlags.HEARTBEAT, client.serverStream(), ack, at);
    }

    /** Another of the server's ports than that of the punch: a stream does not ask who comes to its own one. */
    private PeerAddress otherPort() {
        return PeerAddress.of(host.dht().rpc().serverPort().localAddress());
    }

    private static void awaitPacket(HandMadePort at) throws Exception {
        at.await("a packet of the stream", HandMadePort.Message::isStreamPacket);
    }

    @Test
    void theStreamFollowsAClientThatTriesAnotherPathBeforeItHasAcknowledgedAnything() throws Exception {
        knock(client.port, client.punchAddress, 0);
        awaitPacket(client.port);
        knock(elsewhere, otherPort(), 0);
        awaitPacket(elsewhere);
    }

    /** Whoever knows the number of a stream could take it away from its client otherwise, before the first byte is read. */
    @Test
    void theStreamStaysWhereAClientHasAcknowledgedSomething() throws Exception {
        knock(client.port, client.punchAddress, 0);
        client.port.await("the server's opening frame", message -> message.isStreamPacket() && message.value().length > 20);
        client.port.packet(PacketFlags.DATA, client.serverStream(), 1, client.punchAddress);
        client.port.await("its acknowledgement, as we have acknowledged the frame", InboundPathTest::acknowledgesOne);
        elsewhere.packet(PacketFlags.DATA, client.serverStream(), 1, otherPort());
        client.port.await("the acknowledgement of what a stranger has sent", InboundPathTest::acknowledgesOne);
    }

    private static boolean acknowledgesOne(HandMadePort.Message packet) {
        PacketHeader header = new PacketHeader();
        if (packet.isStreamPacket()) {
            header.decode(ByteBuffer.wrap(packet.value()));
        }
        return header.ack() == 1;
    }

    /** Such a source is forged, and nothing can be sent there. */
    @Test
    void aPacketFromPortZeroIsDropped() throws Exception {
        ByteBuffer packet = ByteBuffer.allocate(20);
        new PacketHeader().set(PacketFlags.HEARTBEAT, 0, client.serverStream(), 100_000, 0, 0).encode(packet);
        UdpPort port = host.dht().rpc().defaultPort();
        assertTrue(handlers.getFirst().onDatagram(port, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), packet.flip()));
        assertEquals(1, host.transportStats().drops().get(DropReason.FIREWALL));
        knock(client.port, client.punchAddress, 0);
        awaitPacket(client.port);
    }
}

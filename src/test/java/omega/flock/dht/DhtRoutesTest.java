package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.RoutingMode;
import omega.flock.net.UdpPort;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.routing.NodeId;
import omega.flock.sim.MemoryNetwork;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handshakes and hole punching rounds through real nodes, with every datagram on the way looked at. */
class DhtRoutesTest {

    private static final byte[] NOISE = {1, 2, 3};
    private static final byte[] ANSWER = {4, 5};

    /** A server that answers everything at once, through a port if it has one. */
    private static final class AnsweringServer implements LocalServer {
        final Queue<HandshakeArrival> handshakes = new ConcurrentLinkedQueue<>();
        final Queue<HolepunchArrival> holepunches = new ConcurrentLinkedQueue<>();
        volatile Optional<UdpPort> via = Optional.empty();

        @Override
        public void onHandshake(HandshakeArrival arrival) {
            handshakes.add(arrival);
            arrival.reply(ANSWER, via.orElse(arrival.port()));
        }

        @Override
        public void onHolepunch(HolepunchArrival arrival) {
            holepunches.add(arrival);
            arrival.reply(ANSWER, via.orElse(arrival.port()));
        }
    }

    private final Queue<String> datagrams = new ConcurrentLinkedQueue<>();
    private final KeyPair serverKey = KeyPair.generate();
    private final NodeId target = DhtNode.target(serverKey.publicKey());
    private final AnsweringServer server = new AnsweringServer();
    private MemoryNetwork network;
    private DhtSwarm swarm;
    private DhtNode host;
    private DhtNode client;
    private PeerAddress relay;

    @BeforeEach
    void start() throws Exception {
        network = new MemoryNetwork(2);
        swarm = DhtSwarm.inMemory(network, 4);
        host = swarm.addClient();
        client = swarm.addClient();
        host.router().register(serverKey.publicKey(), server);
        announceHost();
        List<DhtReply<PeerRecord>> found = new ArrayList<>();
        try (RpcQuery<DhtReply<PeerRecord>> query = client.findPeer(target, List.of())) {
            DhtSwarm.all(query).forEach(found::add);
        }
        assertEquals(5, found.size());
        relay = found.get(0).from();
    }

    @AfterEach
    void stop() {
        swarm.close();
        network.close();
    }

    private void announceHost() throws IOException, InterruptedException {
        try (RpcQuery<DhtReply<LookupRecords>> query = host.announce(target, serverKey, List.of(), AnnounceOptions.DEFAULT)) {
            query.awaitFinished();
        }
    }

    /** Notes from now on every request and reply about the target, or of this transaction, as {@code from > to bytes}. */
    private void watch() {
        network.filter((source, destination, payload) -> {
            byte[] bytes = new byte[payload.remaining()];
            payload.duplicate().get(bytes);
            String hex = HexFormat.of().formatHex(bytes);
            if (hex.contains(HexFormat.of().formatHex(target.toBytes())) || hex.startsWith("13")) {
                datagrams.add(PeerAddress.of(source) + " > " + PeerAddress.of(destination) + " " + hex);
            }
            return true;
        });
    }

    private static PeerAddress addressOf(UdpPort port) {
        return PeerAddress.of(port.localAddress());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String wire(PeerAddress address) {
        return hex(new WireWriter().ipv4Address(address).toBytes());
    }

    /** The four legs of section 4.2: all share the client's transaction id, and each names whom it was sent to. */
    private List<String> legs(String command, String outward, String onward, String back, String reply,
            PeerAddress answeredFrom) {
        PeerAddress from = addressOf(client.rpc().defaultPort());
        PeerAddress to = addressOf(host.rpc().defaultPort());
        String tid = datagrams.peek().split(" ")[3].substring(4, 8);
        String relayId = hex(NodeId.of(relay).toBytes());
        String hash = hex(target.toBytes());
        return List.of(
                from + " > " + relay + " 0318" + tid + wire(relay) + command + hash + outward,
                relay + " > " + to + " 0319" + tid + wire(to) + relayId + command + hash + onward,
                answeredFrom + " > " + relay + " 0318" + tid + wire(relay) + command + hash + back,
                relay + " > " + from + " 1311" + tid + wire(from) + relayId + reply);
    }

    private static String sized(byte[] value) {
        return String.format("%02x", value.length) + hex(value);
    }

    @Test
    void aHandshakeTakesFourDatagramsOfOneTransaction() throws Exception {
        watch();
        HandshakeReply reply = client.peerHandshake(target, NOISE, relay, client.rpc().session());
        PeerAddress from = addressOf(client.rpc().defaultPort());
        PeerAddress to = addressOf(host.rpc().defaultPort());
        assertArrayEquals(ANSWER, reply.noise());
        assertTrue(reply.relayed());
        assertEquals(to, reply.serverAddress());
        assertEquals(from, reply.clientAddress());
        HandshakeArrival arrival = server.handshakes.remove();
        assertEquals(from, arrival.clientAddress());
        assertEquals(relay, arrival.from());
        assertEquals(to, arrival.to());
        assertEquals(legs("00", sized(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE).toBytes()),
                sized(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, from).toBytes()),
                sized(HandshakeMessage.of(RoutingMode.FROM_SERVER, ANSWER, from).toBytes()),
                sized(HandshakeMessage.of(RoutingMode.REPLY, ANSWER, to).toBytes()), to), List.copyOf(datagrams));
    }

    @Test
    void aServerThatAnswersFromAnotherPortIsSeenThere() throws Exception {
        UdpPort punch = network.bind(new InetSocketAddress(host.rpc().serverPort().localAddress().getAddress(), 0), host.rpc());
        server.via = Optional.of(punch);
        watch();
        HandshakeReply reply = client.peerHandshake(target, NOISE, relay, client.rpc().session());
        assertEquals(addressOf(punch), reply.serverAddress());
        assertTrue(datagrams.stream().anyMatch(line -> line.startsWith(addressOf(punch) + " > " + relay)));
        punch.close();
    }

    @Test
    void aDirectHandshakeIsNotRelayed() throws Exception {
        PeerAddress direct = addressOf(host.rpc().serverPort());
        HandshakeReply reply = client.peerHandshake(target, NOISE, direct, client.rpc().session());
        assertFalse(reply.relayed());
        assertEquals(direct, reply.serverAddress());
        assertFalse(server.handshakes.remove().relayed());
    }

    @Test
    void aRoundTakesFourDatagramsOfOneTransaction() throws Exception {
        PeerAddress from = addressOf(client.rpc().defaultPort());
        PeerAddress to = addressOf(host.rpc().defaultPort());
        watch();
        HolepunchReply reply = client.peerHolepunch(target, 7, NOISE, to, relay, Optional.empty());
        assertArrayEquals(ANSWER, reply.payload());
        assertEquals(to, reply.peerAddress());
        assertEquals(from, reply.to());
        assertEquals(relay, reply.from());
        assertEquals(7, server.holepunches.remove().id());
        assertEquals(legs("01", sized(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, NOISE, to).toBytes()),
                sized(HolepunchMessage.of(RoutingMode.FROM_RELAY, 7, NOISE, from).toBytes()),
                sized(HolepunchMessage.of(RoutingMode.FROM_SERVER, 0, ANSWER, from).toBytes()),
                sized(HolepunchMessage.of(RoutingMode.REPLY, 0, ANSWER, to).toBytes()), to), List.copyOf(datagrams));
    }

    @Test
    void anyNodeHelpsWithARoundEvenIfItDoesNotKnowTheServer() throws Exception {
        PeerAddress to = addressOf(host.rpc().defaultPort());
        DhtNode stranger = swarm.addPersistent();
        HolepunchReply reply = client.peerHolepunch(target, 1, NOISE, to, DhtSwarm.addressOf(stranger), Optional.empty());
        assertArrayEquals(ANSWER, reply.payload());
    }

    @Test
    void aRelayThatDoesNotKnowTheServerHasNoHandshakeReply() throws Exception {
        DhtNode stranger = swarm.addPersistent();
        FlockException error = assertThrows(FlockException.class,
                () -> client.peerHandshake(target, NOISE, DhtSwarm.addressOf(stranger), client.rpc().session()));
        assertEquals("BAD_HANDSHAKE_REPLY", error.code());
    }

    @Test
    void anAnswerFromSomebodyElseIsNotBelieved() throws Exception {
        // The relay is told by the "server" to answer through a third node, which the client did not ask.
        UdpPort liar = network.bind(new InetSocketAddress("10.9.9.9", 5000), (port, source, datagram) -> {
            ByteBuffer copy = ByteBuffer.allocate(64);
            copy.put((byte) 0x13).put((byte) 0x10).putShort(datagram.getShort(datagram.position() + 2));
            copy.put(HexFormat.of().parseHex(wire(PeerAddress.of(source))));
            byte[] value = HandshakeMessage.of(RoutingMode.REPLY, ANSWER, PeerAddress.of(source)).toBytes();
            copy.put((byte) value.length).put(value).flip();
            send(host.rpc().serverPort(), copy, source);
            return true;
        });
        FlockException error = assertThrows(FlockException.class,
                () -> client.peerHandshake(target, NOISE, addressOf(liar), client.rpc().session()));
        assertEquals("BAD_HANDSHAKE_REPLY", error.code());
        liar.close();
    }

    private static void send(UdpPort port, ByteBuffer datagram, InetSocketAddress to) {
        try {
            port.send(datagram, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aForwardFollowsTheServersLastAnnounce() throws Exception {
        announceHost();
        NodeId relayId = NodeId.of(relay);
        DhtNode relayNode = swarm.nodes().stream()
                .filter(node -> node.rpc().id().equals(Optional.of(relayId))).findFirst().orElseThrow();
        assertEquals(Optional.of(addressOf(host.rpc().defaultPort())), relayNode.router().forward(target));
        assertEquals(1, relayNode.stats().forwards());
        assertEquals(1, host.stats().localServers());
    }
}

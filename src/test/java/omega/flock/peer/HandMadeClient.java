package omega.flock.peer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.UdxInfo;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.punch.HolepunchBox;

/**
 * A client in the hands of a test: it has shaken hands, as if it were its own relay, and says in its rounds what the test wants,
 * directly, as through a relay that is not the server's, or through one of the server's.
 */
final class HandMadeClient implements AutoCloseable {

    static final int STREAM = 4711;

    final HandMadePort port = new HandMadePort();
    final PeerAddress punchAddress;
    final NoisePayload server;
    private final byte[] target;
    private final HolepunchBox box;
    private int tid;

    private HandMadeClient(PeerNode host, PeerServer server) throws Exception {
        target = DhtNode.target(server.publicKey()).toBytes();
        NoiseHandshake noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(), Namespaces.peerHandshake(),
                server.publicKey());
        NoisePayload empty = NoisePayload.EMPTY;
        byte[] first = noise.writeMessage(new NoisePayload(empty.version(), PayloadError.NONE, Firewall.UNKNOWN, empty.holepunch(),
                empty.addresses4(), empty.addresses6(), Optional.of(UdxInfo.of(false, STREAM)), empty.secretStream(),
                empty.relayThrough(), empty.relayAddresses()).toBytes());
        port.request(++tid, DhtCommand.PEER_HANDSHAKE, target,
                HandshakeMessage.of(RoutingMode.FROM_RELAY, first, port.address()).toBytes(),
                PeerAddress.of(host.dht().rpc().defaultPort().localAddress()));
        HandMadePort.Message answer = port.await("the answer", message -> message.is(DhtCommand.PEER_HANDSHAKE));
        punchAddress = answer.from();
        this.server = NoisePayload.decode(noise.readMessage(HandshakeMessage.decode(answer.value()).noise()));
        box = new HolepunchBox(noise.result().handshakeHash(), new Random());
    }

    static HandMadeClient shake(PeerNode host, PeerServer server) throws Exception {
        return new HandMadeClient(host, server);
    }

    int serverStream() {
        return (int) server.udx().orElseThrow().id();
    }

    /** A round that says this, and proves an address by an echoed token if there is one. */
    static HolepunchPayload round(int number, Firewall firewall, boolean punching, Optional<byte[]> remoteToken) {
        return new HolepunchPayload(PayloadError.NONE, firewall, number, false, punching,
                Optional.of(List.of(new PeerAddress("127.0.0.1", 0))), Optional.empty(), Optional.empty(), remoteToken);
    }

    /** Sends a round past the server's relays. */
    void send(HolepunchPayload round) throws IOException {
        port.request(++tid, DhtCommand.PEER_HOLEPUNCH, target, HolepunchMessage.of(RoutingMode.FROM_RELAY,
                server.holepunch().orElseThrow().id(), box.seal(round), port.address()).toBytes(), punchAddress);
    }

    /** Sends a round past the server's relays, and waits for its answer. */
    HolepunchPayload ask(HolepunchPayload round) throws Exception {
        send(round);
        int sent = tid;
        return opened(port.await("the answer to " + round,
                message -> message.is(DhtCommand.PEER_HOLEPUNCH) && message.tid() == sent));
    }

    /** Sends a round through a relay, and waits for its answer. */
    HolepunchPayload askThrough(PeerAddress relay, HolepunchPayload round) throws Exception {
        int sent = ++tid;
        port.request(sent, DhtCommand.PEER_HOLEPUNCH, target, HolepunchMessage.of(RoutingMode.FROM_CLIENT,
                server.holepunch().orElseThrow().id(), box.seal(round), punchAddress).toBytes(), relay);
        return opened(port.await("the relay's answer to " + round, message -> message.answers(sent)));
    }

    private HolepunchPayload opened(HandMadePort.Message message) {
        return box.open(HolepunchMessage.decode(message.value()).payload()).orElseThrow();
    }

    @Override
    public void close() {
        port.close();
    }
}

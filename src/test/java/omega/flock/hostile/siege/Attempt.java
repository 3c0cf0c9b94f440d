package omega.flock.hostile.siege;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.UdxInfo;
import omega.flock.noise.NoiseException;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.punch.HolepunchBox;

/**
 * A stranger's handshake: a first message that verifies, of a client that will never open its stream. When it is answered, he sends rounds of
 * hole punching that ask for probes to addresses of others.
 */
final class Attempt {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ROUNDS = 4;
    private static final int NAMED_ADDRESSES = 4;

    private final PublicKey server;
    private final NoiseHandshake noise;
    private final byte[] first;

    private Attempt(PublicKey server, Optional<RelayThroughInfo> relay) {
        this.server = server;
        this.noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, KeyPair.generate(), Namespaces.peerHandshake(), server);
        NoisePayload payload = NoisePayload.EMPTY.withFirewall(Firewall.UNKNOWN).withUdx(UdxInfo.of(false, RANDOM.nextInt(1 << 30)));
        this.first = noise.writeMessage(relay.map(payload::withRelayThrough).orElse(payload).toBytes());
    }

    /** {@return a handshake under a new key} */
    static Attempt with(PublicKey server) {
        return new Attempt(server, Optional.empty());
    }

    /** {@return the same, which names a relay that does not exist} */
    static Attempt throughNobody(PublicKey server) {
        return new Attempt(server, Optional.of(RelayThroughInfo.of(KeyPair.generate().publicKey(), new byte[32])));
    }

    /** Sends the first message as a relay would, and says that it is from a client at this address. {@return the transaction} */
    int sendFor(Source source, PeerAddress client) throws IOException {
        byte[] value = HandshakeMessage.of(RoutingMode.FROM_RELAY, first, client).toBytes();
        return source.request(Land.STRONGHOLD, DhtCommand.PEER_HANDSHAKE, server.hash(), Optional.of(value), Optional.empty());
    }

    /** Sends the first message to a node at which the server has announced itself. */
    void sendThrough(Source source, PeerAddress relay) throws IOException {
        byte[] value = HandshakeMessage.of(RoutingMode.FROM_CLIENT, first).toBytes();
        source.request(relay, DhtCommand.PEER_HANDSHAKE, server.hash(), Optional.of(value), Optional.empty());
    }

    /** The server's answer, which may come once. */
    void onAnswer(Source source, PeerAddress from, byte[] value) throws IOException {
        try {
            NoisePayload answer = NoisePayload.decode(noise.readMessage(HandshakeMessage.decode(value).noise()));
            if (answer.holepunch().isPresent()) {
                HolepunchBox box = new HolepunchBox(noise.result().handshakeHash(), RANDOM);
                for (int round = 0; round < ROUNDS; round++) {
                    sendRound(source, answer.holepunch().get().id(), box.seal(round(round)));
                }
            }
        } catch (NoiseException e) {
            System.err.println("no answer to this handshake: " + e);
        }
    }

    private static HolepunchPayload round(int number) {
        List<PeerAddress> others = IntStream.range(0, NAMED_ADDRESSES).mapToObj(i -> someone()).toList();
        return new HolepunchPayload(PayloadError.NONE, number % 2 == 0 ? Firewall.CONSISTENT : Firewall.RANDOM, number, false, true,
                Optional.of(others), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Sends a round of hole punching for the server's handshake of this number. */
    void sendRound(Source source, long number, byte[] sealed) throws IOException {
        byte[] value = HolepunchMessage.of(RoutingMode.FROM_RELAY, number, sealed, someone()).toBytes();
        source.request(Land.STRONGHOLD, DhtCommand.PEER_HOLEPUNCH, server.hash(), Optional.of(value), Optional.empty());
    }

    /** {@return an address of somebody who has nothing to do with it} */
    static PeerAddress someone() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new PeerAddress(Land.VICTIMS + (1 + random.nextInt(250)), 1_024 + random.nextInt(60_000));
    }
}

package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RelayInfo;
import omega.flock.dht.message.RoutingMode;
import omega.flock.dht.message.SecretStreamInfo;
import omega.flock.dht.message.UdxInfo;
import omega.flock.noise.NoiseException;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.punch.HolepunchBox;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client believes of a server, which says that it is behind a random NAT on this host and is its own relay. */
@Timeout(60)
class ClientPunchTest {

    private static PeerNet net;

    private final KeyPair keys = KeyPair.generate();
    private Optional<HolepunchBox> box = Optional.empty(); // the reader's
    private Optional<byte[]> handshake = Optional.empty(); // the reader's; a repetition gets the same

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    /** Else a server could have us send thousands of probes to whomever it names. */
    @Test
    void anEchoOfAnotherTokenProvesNothing() throws Exception {
        dial(token -> new byte[32], (guest, dial) -> {
            FlockException failure = (FlockException) assertThrows(ExecutionException.class, dial::join).getCause();
            assertEquals("REMOTE_NOT_HOLEPUNCHABLE", failure.code());
            assertEquals(0, guest.stats().punchesRandom());
        });
    }

    @Test
    void theEchoOfOurTokenProvesTheHost() throws Exception {
        dial(token -> token, (guest, dial) -> {
            Patience.until(() -> guest.stats().punchesRandom() == 1);
            dial.cancel();
            assertThrows(ExecutionException.class, dial::join);
        });
    }

    @FunctionalInterface
    private interface Check {
        void of(PeerNode guest, Task<SecretStream> dial) throws Exception;
    }

    private void dial(UnaryOperator<byte[]> echo, Check check) throws Exception {
        HandMadePort[] server = new HandMadePort[1];
        try (PeerNode guest = net.firewalledNode(); HandMadePort port = new HandMadePort(message -> serve(server[0], message, echo));
                TaskScope scope = new TaskScope("test")) {
            server[0] = port;
            DialOptions options = DialOptions.DEFAULT.withRelayAddresses(List.of(port.address())).withLocalConnection(false)
                    .withFastOpen(false);
            check.of(guest, scope.forkCallable("dial", () -> guest.connect(keys.publicKey(), options)));
        }
    }

    private boolean serve(HandMadePort port, HandMadePort.Message message, UnaryOperator<byte[]> echo) {
        try {
            if (message.is(DhtCommand.PEER_HANDSHAKE)) {
                byte[] noise = shake(port.address(), HandshakeMessage.decode(message.value()).noise());
                port.reply(message, HandshakeMessage.of(RoutingMode.REPLY, noise, port.address()).toBytes());
            } else if (message.is(DhtCommand.PEER_HOLEPUNCH)) {
                HolepunchMessage round = HolepunchMessage.decode(message.value());
                byte[] answer = box.orElseThrow().seal(answer(box.get().open(round.payload()).orElseThrow(), echo));
                port.reply(message, HolepunchMessage.of(RoutingMode.REPLY, round.id(), answer, port.address()).toBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoiseException e) {
            throw new AssertionError(e);
        }
        return true;
    }

    private byte[] shake(PeerAddress self, byte[] first) throws NoiseException {
        if (handshake.isEmpty()) {
            NoiseHandshake noise = NoiseHandshake.responder(NoiseHandshake.Pattern.IK, keys, Namespaces.peerHandshake());
            noise.readMessage(first);
            NoisePayload empty = NoisePayload.EMPTY;
            handshake = Optional.of(noise.writeMessage(new NoisePayload(empty.version(), PayloadError.NONE, Firewall.UNKNOWN,
                    Optional.of(new HolepunchInfo(1, List.of(new RelayInfo(self, self)))), List.of(), List.of(),
                    Optional.of(UdxInfo.of(false, 7)), Optional.of(SecretStreamInfo.CURRENT), Optional.empty(),
                    Optional.empty()).toBytes()));
            box = Optional.of(new HolepunchBox(noise.result().handshakeHash(), new Random()));
        }
        return handshake.get();
    }

    private static HolepunchPayload answer(HolepunchPayload round, UnaryOperator<byte[]> echo) {
        return new HolepunchPayload(PayloadError.NONE, Firewall.RANDOM, round.round(), false, round.punching(),
                Optional.of(List.of(new PeerAddress("127.0.0.1", 0))), Optional.empty(), Optional.of(new byte[32]),
                round.token().map(echo));
    }
}

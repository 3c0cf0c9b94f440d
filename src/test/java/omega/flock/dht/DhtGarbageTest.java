package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.MutablePutRequest;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.RoutingMode;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;

/** Requests whose values are noise, or messages with a byte changed: a node neither throws nor stores nor says twice. */
class DhtGarbageTest {

    private static final KeyPair KEY = KeyPair.fromSeed(new byte[32]);
    private static final NodeId TARGET = DhtNode.target(KEY.publicKey());
    private static final TaskScope SCOPE = new TaskScope("garbage");

    private final ManualTicker ticker = new ManualTicker();
    private final DropCounters drops = new DropCounters();
    private final PeerRouter router = new PeerRouter(ticker, drops, Optional::empty, StoreBounds.LARGEST);
    private final RecordStore store = new RecordStore(ticker, new SplittableRandom(1), drops, StoreBounds.LARGEST);
    private final StorageService service = new StorageService(store, router, VerificationQueue.standard(SCOPE), drops);

    @AfterContainer
    static void closeScope() {
        SCOPE.close();
    }

    @Property(tries = 2000)
    void aNodeSurvivesAnyRequest(@ForAll DhtCommand command, @ForAll("values") Optional<byte[]> value,
            @ForAll boolean withTarget, @ForAll boolean withToken) throws InterruptedException {
        RecordedRequest request = RecordedRequest.of(command);
        request = withTarget ? request.target(TARGET) : request;
        request = withToken ? request.token(new byte[32]) : request;
        request = value.isPresent() ? request.value(value.get()) : request;
        switch (command) {
            case PEER_HANDSHAKE -> router.onHandshake(request);
            case PEER_HOLEPUNCH -> router.onHolepunch(request);
            case FIND_PEER, LOOKUP, ANNOUNCE, UNANNOUNCE, MUTABLE_PUT, MUTABLE_GET, IMMUTABLE_PUT, IMMUTABLE_GET ->
                    service.onRequest(command, request, NodeId.of(new byte[32]));
        }
        assertTrue(SCOPE.join(Duration.ofSeconds(30)));
        assertTrue(request.answers().size() <= 1, () -> "answers twice");
        assertEquals(0, store.records() + store.mutables() + store.immutables() + store.refreshes() + router.forwards());
    }

    @Provide
    Arbitrary<Optional<byte[]>> values() {
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(250);
        byte[][] messages = {
            Announce.signed(PeerRecord.of(KEY.publicKey()), new byte[64], 5).toBytes(),
            new Announce(Optional.empty(), Optional.of(new byte[32]), Optional.empty(), 0).toBytes(),
            new MutablePutRequest(KEY.publicKey(), 1, new byte[3], new byte[64]).toBytes(),
            HandshakeMessage.of(RoutingMode.FROM_RELAY, new byte[5], new PeerAddress("1.2.3.4", 5)).toBytes(),
            HolepunchMessage.of(RoutingMode.FROM_SERVER, 3, new byte[5], new PeerAddress("1.2.3.4", 5)).toBytes()};
        Arbitrary<byte[]> changed = Arbitraries.of(messages).flatMap(message ->
                Arbitraries.integers().between(0, message.length - 1).flatMap(at ->
                        Arbitraries.bytes().map(value -> with(message, at, value))));
        return Arbitraries.oneOf(noise, changed).optional();
    }

    private static byte[] with(byte[] message, int at, byte value) {
        byte[] copy = Arrays.copyOf(message, message.length);
        copy[at] = value;
        return copy;
    }
}

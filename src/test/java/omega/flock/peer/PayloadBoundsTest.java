package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RelayInfo;
import org.junit.jupiter.api.Test;

/** Row 16: "341 relay addresses in an update". They were remembered and tried one by one. */
class PayloadBoundsTest {

    private static final int IN_A_DATAGRAM = 341;

    private final PeerCounters counters = new PeerCounters();

    private static List<PeerAddress> addresses(int count) {
        return IntStream.range(0, count).mapToObj(i -> new PeerAddress("8.8." + i / 256 + "." + i % 256, 1 + i)).toList();
    }

    private static HolepunchInfo rounds(int relays) {
        return new HolepunchInfo(1, addresses(relays).stream().map(each -> new RelayInfo(each, each)).toList());
    }

    @Test
    void ofEachListTheFirstSixteenAreUsedWhateverElseItNames() {
        List<PeerAddress> many = addresses(IN_A_DATAGRAM);
        NoisePayload relays = PayloadBounds.apply(NoisePayload.EMPTY.withRelayAddresses(many), counters);
        assertEquals(many.subList(0, 16), relays.relayAddresses().orElseThrow());
        NoisePayload own = PayloadBounds.apply(NoisePayload.EMPTY.withAddresses4(many), counters);
        assertEquals(many.subList(0, 16), own.addresses4());
        NoisePayload punching = PayloadBounds.apply(NoisePayload.EMPTY.withHolepunch(rounds(100)), counters);
        assertEquals(rounds(16), punching.holepunch().orElseThrow());
        assertEquals(Map.of("TOO_MANY_ADDRESSES", 3L), counters.drops(), "an operator sees it");
    }

    @Test
    void whatHonestPeersSendStaysAsItIs() {
        NoisePayload honest = NoisePayload.EMPTY.withAddresses4(addresses(16)).withRelayAddresses(addresses(16)).withHolepunch(rounds(16));
        assertSame(honest, PayloadBounds.apply(honest, counters));
        assertEquals(Map.of(), counters.drops());
    }
}

package omega.flock.dht.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;

class MessagePropertiesTest {

    private static final Map<Class<? extends DhtMessage>, Function<byte[], DhtMessage>> DECODERS = Map.of(
            HandshakeMessage.class, HandshakeMessage::decode,
            HolepunchMessage.class, HolepunchMessage::decode,
            NoisePayload.class, NoisePayload::decode,
            HolepunchPayload.class, HolepunchPayload::decode,
            PeerRecord.class, PeerRecord::decode,
            LookupRecords.class, LookupRecords::decode,
            Announce.class, Announce::decode,
            MutablePutRequest.class, MutablePutRequest::decode,
            MutableGetResponse.class, MutableGetResponse::decode,
            PeerId.class, PeerId::decode);

    @Property(tries = 500)
    void whatIsWrittenIsReadBack(@ForAll("messages") DhtMessage message) {
        DhtMessage read = decode(message, message.toBytes());
        assertEquals(message, read);
        assertEquals(message.hashCode(), read.hashCode());
    }

    @Property(tries = 200)
    void bytesAfterTheLastFieldAreIgnored(@ForAll("messages") DhtMessage message, @ForAll @IntRange(min = 1, max = 9) int more) {
        if (message instanceof LookupRecords || message instanceof PeerId) {
            return; // a missing last field is legal there, so nothing but the length tells where it is missing
        }
        assertEquals(message, decode(message, Arrays.copyOf(message.toBytes(), message.toBytes().length + more)));
    }

    @Property(tries = 200)
    void everyTruncationIsMalformedOrAShorterMessage(@ForAll("messages") DhtMessage message) {
        byte[] whole = message.toBytes();
        for (int length = 0; length < whole.length; length++) {
            readOrRefuse(message, Arrays.copyOf(whole, length));
        }
    }

    @Property(tries = 200)
    void whatLacksItsLastByteIsMalformed(@ForAll("messages") DhtMessage message) {
        byte[] whole = message.toBytes();
        if (message instanceof LookupRecords lookup && lookup.bump() < 253
                || message instanceof PeerId id && id.nodes().isEmpty()) {
            return; // here the last byte is a field that may be missing
        }
        assertThrows(MalformedMessageException.class, () -> decode(message, Arrays.copyOf(whole, whole.length - 1)));
    }

    @Property(tries = 500)
    void aChangedByteRaisesNothingButMalformed(@ForAll("messages") DhtMessage message, @ForAll int position, @ForAll byte value) {
        byte[] bytes = message.toBytes();
        bytes[Math.floorMod(position, bytes.length)] = value;
        readOrRefuse(message, bytes);
    }

    @Property(tries = 1000)
    void noiseRaisesNothingButMalformed(@ForAll @Size(max = 300) byte[] bytes) {
        DECODERS.values().forEach(decoder -> {
            try {
                decoder.apply(bytes);
            } catch (MalformedMessageException e) {
                assertEquals(0, e.getStackTrace().length);
            }
        });
    }

    private static void readOrRefuse(DhtMessage like, byte[] bytes) {
        try {
            decode(like, bytes).toBytes();
        } catch (MalformedMessageException expected) {
            assertEquals(MalformedMessageException.class, expected.getClass());
        }
    }

    private static DhtMessage decode(DhtMessage like, byte[] bytes) {
        return DECODERS.get(like.getClass()).apply(bytes);
    }

    // ---- Messages --------------------------------------------------------------------------------------------------------

    @Provide
    Arbitrary<DhtMessage> messages() {
        return Arbitraries.oneOf(List.of(handshakes(), holepunches(), noisePayloads(), holepunchPayloads(), peers(), lookups(),
                announces(), puts(), responses(), ids())).withoutEdgeCases();
    }

    private static Arbitrary<DhtMessage> handshakes() {
        return Combinators.combine(Arbitraries.of(RoutingMode.class), bytes(0, 300), addresses().optional(),
                addresses().optional()).as(HandshakeMessage::new);
    }

    private static Arbitrary<DhtMessage> holepunches() {
        return Combinators.combine(Arbitraries.of(RoutingMode.class), uints(), bytes(0, 300), addresses().optional())
                .as(HolepunchMessage::new);
    }

    private static Arbitrary<DhtMessage> noisePayloads() {
        Arbitrary<HolepunchInfo> infos = Combinators.combine(uints(),
                Combinators.combine(addresses(), addresses()).as(RelayInfo::new).list().ofMaxSize(4)).as(HolepunchInfo::new);
        Arbitrary<UdxInfo> udx = Combinators.combine(uints(), Arbitraries.of(true, false), uints(), uints()).as(UdxInfo::new);
        Arbitrary<RelayThroughInfo> through = Combinators.combine(uints(), keys(), bytes(32, 32)).as(RelayThroughInfo::new);
        Arbitrary<List<PeerAddress>> six = Combinators.combine(bytes(16, 16), Arbitraries.integers().between(0, 65535))
                .as((host, port) -> WireReader.of(join(host, port)).ipv6Address("six")).list().ofMaxSize(3);
        Arbitrary<NoisePayload> first = Combinators.combine(Arbitraries.of(PayloadError.class), Arbitraries.of(Firewall.class),
                infos.optional(), addresses().list().ofMaxSize(5), six, udx.optional(),
                Combinators.combine(uints(), Arbitraries.of(true, false)).as(SecretStreamInfo::new).optional(), through.optional()).as((error, firewall, holepunch, four, sixes,
                        stream, secret, relay) -> new NoisePayload(1, error, firewall, holepunch, four, sixes, stream, secret,
                                relay, Optional.empty()));
        return Combinators.combine(first, addresses().list().ofMaxSize(4).optional()).as((payload, relays) ->
                relays.map(payload::withRelayAddresses).orElse(payload));
    }

    private static byte[] join(byte[] host, int port) {
        byte[] joined = Arrays.copyOf(host, 18);
        joined[16] = (byte) port;
        joined[17] = (byte) (port >> 8);
        return joined;
    }

    private static Arbitrary<DhtMessage> holepunchPayloads() {
        return Combinators.combine(Arbitraries.of(PayloadError.class), Arbitraries.of(Firewall.class), uints(),
                Arbitraries.of(true, false), Arbitraries.of(true, false), addresses().list().ofMaxSize(4).optional(),
                addresses().optional(), Combinators.combine(bytes(32, 32).optional(), bytes(32, 32).optional()).as(List::of))
                .as((error, firewall, round, connected, punching, own, remote, tokens) -> new HolepunchPayload(error, firewall,
                        round, connected, punching, own, remote, tokens.get(0), tokens.get(1)));
    }

    private static Arbitrary<PeerRecord> records() {
        return Combinators.combine(keys(), addresses().list().ofMaxSize(4)).as(PeerRecord::new);
    }

    private static Arbitrary<DhtMessage> peers() {
        return records().map(record -> record);
    }

    private static Arbitrary<DhtMessage> lookups() {
        return Combinators.combine(records().list().ofMaxSize(5), uints()).as(LookupRecords::new);
    }

    private static Arbitrary<DhtMessage> announces() {
        return Combinators.combine(records().optional(), bytes(32, 32).optional(), bytes(64, 64).optional(), uints())
                .as(Announce::new);
    }

    private static Arbitrary<DhtMessage> puts() {
        return Combinators.combine(keys(), uints(), bytes(0, 300), bytes(64, 64)).as(MutablePutRequest::new);
    }

    private static Arbitrary<DhtMessage> responses() {
        return Combinators.combine(uints(), bytes(0, 300), bytes(64, 64)).as(MutableGetResponse::new);
    }

    private static Arbitrary<DhtMessage> ids() {
        return Combinators.combine(keys(), addresses().list().ofMaxSize(4).optional()).as(PeerId::new);
    }

    private static Arbitrary<PublicKey> keys() {
        return bytes(32, 32).map(PublicKey::of);
    }

    private static Arbitrary<byte[]> bytes(int min, int max) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(min).ofMaxSize(max);
    }

    private static Arbitrary<Long> uints() {
        return Arbitraries.oneOf(Arbitraries.longs().between(0, 300), Arbitraries.longs().between(0, WireReader.MAX_SAFE_INTEGER),
                Arbitraries.of(252L, 253L, 65_535L, 65_536L, 4_294_967_295L, 4_294_967_296L, WireReader.MAX_SAFE_INTEGER));
    }

    private static Arbitrary<PeerAddress> addresses() {
        return Combinators.combine(bytes(4, 4), Arbitraries.integers().between(0, 65535)).as((host, port) ->
                new PeerAddress((host[0] & 255) + "." + (host[1] & 255) + "." + (host[2] & 255) + "." + (host[3] & 255), port));
    }
}

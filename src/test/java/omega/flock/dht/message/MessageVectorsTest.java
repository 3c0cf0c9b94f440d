package omega.flock.dht.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same messages as in {@code src/test/js/vectors/dht-messages.js}, byte for byte. */
class MessageVectorsTest {

    static final KeyPair KEY_PAIR = KeyPair.fromSeed(filled(1, 32));
    static final PeerAddress ONE = new PeerAddress("1.2.3.4", 1000);
    static final PeerAddress TWO = new PeerAddress("192.168.1.2", 49737);
    private static final byte[] NOISE = {(byte) 0xaa, (byte) 0xbb};
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private static final Map<String, Function<byte[], DhtMessage>> DECODERS = Map.of(
            "handshake", HandshakeMessage::decode,
            "holepunch", HolepunchMessage::decode,
            "noisePayload", NoisePayload::decode,
            "holepunchPayload", HolepunchPayload::decode,
            "peer", PeerRecord::decode,
            "lookup", LookupRecords::decode,
            "announce", Announce::decode,
            "mutablePut", MutablePutRequest::decode,
            "mutableGet", MutableGetResponse::decode,
            "peerId", PeerId::decode);

    static byte[] filled(int value, int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void handshakesAreWrittenAsHyperdhtDoes() {
        check("handshake.fromClient", HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE));
        check("handshake.fromRelay", HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, ONE));
        check("handshake.fromSecondRelay",
                new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, NOISE, Optional.of(ONE), Optional.of(TWO)));
        check("handshake.emptyNoise",
                new HandshakeMessage(RoutingMode.REPLY, new byte[0], Optional.empty(), Optional.of(TWO)));
    }

    @Test
    void holepunchesAreWrittenAsHyperdhtDoes() {
        check("holepunch.fromClient", HolepunchMessage.of(RoutingMode.FROM_CLIENT, 3, NOISE, ONE));
        check("holepunch.reply", new HolepunchMessage(RoutingMode.REPLY, 70_000, NOISE, Optional.empty()));
    }

    /** A flag that hyperdht does not look at, which costs two bytes; everything else stays where it was. */
    @Test
    void secretDatagramsAreAFlagMore() {
        NoisePayload basic = NoisePayload.EMPTY.withAddresses4(List.of(ONE)).withSecretStream(SecretStreamInfo.BASIC);
        NoisePayload secret = basic.withSecretStream(SecretStreamInfo.CURRENT);
        assertFalse(NoisePayload.decode(basic.toBytes()).hasSecretDatagrams());
        assertTrue(NoisePayload.decode(secret.toBytes()).hasSecretDatagrams());
        String hex = HexFormat.of().formatHex(basic.toBytes());
        assertEquals("0112", hex.substring(0, 4));
        assertEquals("01fd1280" + hex.substring(4), HexFormat.of().formatHex(secret.toBytes()));
    }

    @Test
    void noisePayloadsAreWrittenAsHyperdhtDoes() {
        check("noisePayload.minimal", NoisePayload.EMPTY);
        check("noisePayload.client", NoisePayload.EMPTY.withAddresses4(List.of(TWO))
                .withUdx(UdxInfo.of(false, 0x12345678)).withSecretStream(SecretStreamInfo.BASIC));
        check("noisePayload.server", NoisePayload.EMPTY.withError(PayloadError.VERSION_MISMATCH).withFirewall(Firewall.RANDOM)
                .withHolepunch(new HolepunchInfo(9, List.of(new RelayInfo(ONE, TWO), new RelayInfo(TWO, ONE))))
                .withAddresses4(List.of(ONE, TWO))
                .withAddresses6(List.of(new PeerAddress("2001:db8:0:0:0:0:0:1", 8080)))
                .withUdx(UdxInfo.of(true, 4294967295L)).withSecretStream(SecretStreamInfo.BASIC)
                .withRelayThrough(RelayThroughInfo.of(PublicKey.of(filled(7, 32)), filled(8, 32)))
                .withRelayAddresses(List.of(ONE)));
        check("noisePayload.noRelayAddresses", NoisePayload.EMPTY.withFirewall(Firewall.OPEN).withRelayAddresses(List.of()));
    }

    @Test
    void holepunchPayloadsAreWrittenAsHyperdhtDoes() {
        check("holepunchPayload.minimal", HolepunchPayload.of(PayloadError.NONE, Firewall.UNKNOWN, 0));
        check("holepunchPayload.punching", new HolepunchPayload(PayloadError.NONE, Firewall.CONSISTENT, 1, false, true,
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
        check("holepunchPayload.full", new HolepunchPayload(PayloadError.ABORTED, Firewall.RANDOM, 200, true, true,
                Optional.of(List.of(ONE, TWO)), Optional.of(TWO), Optional.of(filled(5, 32)), Optional.of(filled(6, 32))));
        check("holepunchPayload.noAddresses", new HolepunchPayload(PayloadError.TRY_LATER, Firewall.UNKNOWN, 0, false, false,
                Optional.of(List.of()), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void recordsAreWrittenAsHyperdhtDoes() {
        PeerRecord alone = PeerRecord.of(KEY_PAIR.publicKey());
        PeerRecord relayed = new PeerRecord(KEY_PAIR.publicKey(), List.of(ONE));
        check("peer.alone", alone);
        check("peer.oneRelay", relayed);
        check("lookup.one", new LookupRecords(List.of(relayed), 0));
        check("lookup.twoBumped", new LookupRecords(List.of(relayed, alone), 1_700_000_000_000L));
        assertArrayEquals(Vectors.bytes("lookup.twoBumped"),
                LookupRecords.encodeRaw(List.of(relayed.toBytes(), alone.toBytes()), 1_700_000_000_000L));
        check("announce.minimal", new Announce(Optional.empty(), Optional.empty(), Optional.empty(), 0));
        check("announce.signed", Announce.signed(alone, filled(4, 64), 0));
        check("announce.full", new Announce(Optional.of(relayed), Optional.of(filled(3, 32)), Optional.of(filled(4, 64)),
                1_700_000_000_000L));
        check("announce.refreshOnly", new Announce(Optional.empty(), Optional.of(filled(3, 32)), Optional.empty(), 0));
    }

    @Test
    void valuesAreWrittenAsHyperdhtDoes() {
        check("mutablePut", new MutablePutRequest(KEY_PAIR.publicKey(), 5, HELLO, filled(4, 64)));
        check("mutablePut.empty", new MutablePutRequest(KEY_PAIR.publicKey(), 0, new byte[0], filled(4, 64)));
        check("mutableGet", new MutableGetResponse(65_536, HELLO, filled(4, 64)));
    }

    @Test
    void addressesOfPeersAreWrittenAsHyperdhtAddressDoes() {
        check("peerId.bare", new PeerId(KEY_PAIR.publicKey(), Optional.empty()));
        check("peerId.nodes", new PeerId(KEY_PAIR.publicKey(), Optional.of(List.of(ONE, TWO))));
        check("peerId.noNodes", new PeerId(KEY_PAIR.publicKey(), Optional.of(List.of())));
    }

    @Test
    void namespacesAreThoseOfHyperdht() {
        assertArrayEquals(Vectors.bytes("namespace.ANNOUNCE"), Namespaces.announce());
        assertArrayEquals(Vectors.bytes("namespace.UNANNOUNCE"), Namespaces.unannounce());
        assertArrayEquals(Vectors.bytes("namespace.MUTABLE_PUT"), Namespaces.mutablePut());
        assertArrayEquals(Vectors.bytes("namespace.PEER_HANDSHAKE"), Namespaces.peerHandshake());
        assertArrayEquals(Vectors.bytes("namespace.PEER_HOLEPUNCH"), Namespaces.peerHolepunch());
    }

    @Test
    void signaturesAreThoseOfHyperdht() {
        byte[] target = filled(2, 32);
        byte[] token = filled(3, 32);
        byte[] id = filled(4, 32);
        Announce alone = new Announce(Optional.of(PeerRecord.of(KEY_PAIR.publicKey())), Optional.empty(), Optional.empty(), 0);
        Announce rich = new Announce(Optional.of(new PeerRecord(KEY_PAIR.publicKey(), List.of(ONE))),
                Optional.of(filled(9, 32)), Optional.empty(), 77);
        checkSignature("signature.announce", Signables.announce(target, id, token, alone));
        checkSignature("signature.announce.relayAndRefresh", Signables.announce(target, id, token, rich));
        checkSignature("signature.unannounce", Signables.unannounce(target, id, token, alone));
        checkSignature("signature.mutable", Signables.mutable(5, HELLO));
    }

    @Test
    void aPeerIsFiledUnderTheHashOfItsKey() {
        assertArrayEquals(Vectors.bytes("key.public"), KEY_PAIR.publicKey().toBytes());
        assertArrayEquals(Vectors.bytes("key.hash"), KEY_PAIR.publicKey().hash());
    }

    @ParameterizedTest
    @MethodSource("madeUp")
    void whatHyperdhtWroteIsReadAndWrittenBackUnchanged(String name) {
        String type = name.split("\\.")[1];
        assertArrayEquals(Vectors.bytes(name), DECODERS.get(type).apply(Vectors.bytes(name)).toBytes());
    }

    static Stream<String> madeUp() {
        return Vectors.namesUnder("made.");
    }

    private static void check(String name, DhtMessage message) {
        assertArrayEquals(Vectors.bytes(name), message.toBytes(), name);
        String type = name.split("\\.")[0];
        assertEquals(message, DECODERS.get(type).apply(Vectors.bytes(name)), name);
    }

    private static void checkSignature(String name, byte[] signable) {
        assertArrayEquals(Vectors.bytes(name), KEY_PAIR.sign(signable), name);
    }
}

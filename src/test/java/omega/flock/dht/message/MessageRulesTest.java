package omega.flock.dht.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.Test;

class MessageRulesTest {

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void aNoisePayloadOfANewerVersionIsEmptyButForTheNumber() {
        NoisePayload payload = NoisePayload.decode(hex("02ffffffffff"));
        assertEquals(2, payload.version());
        assertEquals(NoisePayload.EMPTY.addresses4(), payload.addresses4());
        assertEquals(Optional.empty(), payload.udx());
        assertEquals(PayloadError.NONE, payload.error());
        assertArrayEquals(hex("02"), payload.toBytes());
    }

    @Test
    void anUnknownFirewallOrErrorIsNotAnObstacle() {
        NoisePayload payload = NoisePayload.decode(hex("01000909"));
        assertEquals(PayloadError.OTHER, payload.error());
        assertEquals(Firewall.UNKNOWN, payload.firewall());
    }

    @Test
    void unknownFlagsAreIgnored() {
        assertEquals(NoisePayload.EMPTY, NoisePayload.decode(hex("01fd80800000")));
        assertEquals(HandshakeMessage.of(RoutingMode.REPLY, new byte[0]), HandshakeMessage.decode(hex("fc0400")));
    }

    @Test
    void aLookupReplyWithoutBumpHasNone() {
        LookupRecords records = LookupRecords.decode(hex("00"));
        assertEquals(0, records.bump());
        assertEquals(List.of(), records.peers());
    }

    @Test
    void aModeThatTheRouterDoesNotKnowIsMalformed() {
        assertThrows(MalformedMessageException.class, () -> HandshakeMessage.decode(hex("000500")));
        assertThrows(MalformedMessageException.class, () -> HolepunchMessage.decode(hex("00ff000000000000200000")));
    }

    @Test
    void aMalformedMessageNamesItsField() {
        String message = assertThrows(MalformedMessageException.class, () -> Announce.decode(hex("01aabb"))).getMessage();
        assertTrue(message.startsWith("announce.peer") || message.startsWith("peer.publicKey"), message);
    }

    @Test
    void aCountThatTheBytesCannotHoldIsRefusedBeforeAnythingIsAllocated() {
        assertThrows(MalformedMessageException.class, () -> LookupRecords.decode(hex("feffffff7f00")));
        assertThrows(MalformedMessageException.class, () -> NoisePayload.decode(hex("01020000feffffff0f")));
        assertThrows(MalformedMessageException.class, () -> HolepunchPayload.decode(hex("040000000a010203040506")));
    }

    @Test
    void aListLongerThanADatagramIsRefused() {
        WireWriter writer = new WireWriter();
        writer.fixed(new byte[32], 32);
        writer.list(java.util.Collections.nCopies(342, new PeerAddress("1.2.3.4", 5)), WireWriter::ipv4Address);
        assertThrows(MalformedMessageException.class, () -> PeerRecord.decode(writer.toBytes()));
    }

    @Test
    void recordsOfTheWrongLengthAreTheCallersMistake() {
        PublicKey key = PublicKey.of(new byte[32]);
        assertThrows(IllegalArgumentException.class, () -> RelayThroughInfo.of(key, new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> new MutableGetResponse(0, new byte[0], new byte[63]));
        assertThrows(IllegalArgumentException.class, () -> Announce.signed(PeerRecord.of(key), new byte[65], 0));
        assertThrows(IllegalArgumentException.class, () -> new MutableGetResponse(-1, new byte[0], new byte[64]));
    }

    @Test
    void nothingThatIsASecretIsPrinted() {
        byte[] token = MessageVectorsTest.filled(0x5a, 32);
        String token5a = HexFormat.of().formatHex(token);
        assertFalse(RelayThroughInfo.of(PublicKey.of(new byte[32]), token).toString().contains(token5a));
        assertFalse(new HolepunchPayload(PayloadError.NONE, Firewall.OPEN, 1, false, false, Optional.empty(), Optional.empty(),
                Optional.of(token), Optional.of(token)).toString().contains("5a"));
    }

    @Test
    void aRecordIsTrimmedToItsFirstRelays() {
        PeerAddress one = new PeerAddress("1.1.1.1", 1);
        PeerAddress two = new PeerAddress("2.2.2.2", 2);
        PeerRecord record = new PeerRecord(PublicKey.of(new byte[32]), List.of(one, two));
        assertEquals(List.of(one), record.trimmed(1).relayAddresses());
        assertEquals(record, record.trimmed(2));
    }

    @Test
    void aPeerIsParsedFromEveryFormOfItsKey() {
        PublicKey key = MessageVectorsTest.KEY_PAIR.publicKey();
        String z32 = Vectors.text("peerId.z32");
        for (String text : List.of(key.toString(), z32, "pear://" + z32, "pear://" + z32 + "/some/path", "pear://" + key)) {
            assertEquals(new PeerId(key, Optional.empty()), PeerId.parse(text), text);
        }
        assertEquals(new PeerId(key, Optional.empty()), PeerId.of(key.toBytes()));
        assertEquals(Optional.of(List.of(MessageVectorsTest.ONE, MessageVectorsTest.TWO)),
                PeerId.of(Vectors.bytes("peerId.nodes")).nodes());
    }

    @Test
    void whatIsNoPeerIsTheCallersMistake() {
        assertThrows(IllegalArgumentException.class, () -> PeerId.parse("nonsense"));
        assertThrows(IllegalArgumentException.class, () -> PeerId.parse("pear://"));
        assertThrows(IllegalArgumentException.class, () -> PeerId.of(new byte[31]));
    }

    @Test
    void commandsHaveTheNumbersOfHyperdht() {
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                java.util.Arrays.stream(DhtCommand.values()).map(DhtCommand::code).toList());
        assertEquals(Optional.of(DhtCommand.IMMUTABLE_GET), DhtCommand.of(9));
        assertEquals(Optional.empty(), DhtCommand.of(10));
        assertEquals(Optional.empty(), DhtCommand.of(-1));
    }

    @Test
    void aSignedAnnounceNeedsAPeer() {
        Announce none = new Announce(Optional.empty(), Optional.of(new byte[32]), Optional.empty(), 0);
        assertThrows(IllegalArgumentException.class, () -> Signables.announce(new byte[32], new byte[32], new byte[32], none));
    }
}

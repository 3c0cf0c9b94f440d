package omega.flock.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireCodecTest {

    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @CsvSource({
        "0, 00", "252, fc", "253, fdfd00", "65535, fdffff", "65536, fe00000100", "4294967295, feffffffff",
        "4294967296, ff0000000001000000", "9007199254740991, ffffffffffffff1f00"
    })
    void aVariableLengthIntegerTakesItsShortestForm(long value, String hex) {
        assertEquals(hex, HEX.formatHex(new WireWriter().uint(value).toBytes()));
        assertEquals(value, WireReader.of(HEX.parseHex(hex)).uint("n"));
    }

    @ParameterizedTest
    @CsvSource({"fd0100, 1", "fe01000000, 1", "ff0100000000000000, 1"})
    void longerFormsThanNeededAreRead(String hex, long value) {
        assertEquals(value, WireReader.of(HEX.parseHex(hex)).uint("n"));
    }

    @ParameterizedTest
    @CsvSource({"''", "fd", "fd01", "fe010203", "ff01020304050607", "ff0000000000002000", "ffffffffffffffffff"})
    void aTruncatedOrTooLargeIntegerNamesItsField(String hex) {
        byte[] bytes = HEX.parseHex(hex);
        var e = assertThrows(MalformedMessageException.class, () -> WireReader.of(bytes).uint("seq"));
        assertTrue(e.getMessage().startsWith("seq: "), e.getMessage());
    }

    @Property
    void addressesReadAsPeopleWriteThem(@ForAll @Size(6) byte[] bytes) {
        String host = (bytes[0] & 0xFF) + "." + (bytes[1] & 0xFF) + "." + (bytes[2] & 0xFF) + "." + (bytes[3] & 0xFF);
        PeerAddress address = new PeerAddress(host, bytes[4] & 0xFF | (bytes[5] & 0xFF) << 8);
        assertEquals(address, WireReader.of(bytes).ipv4Address("to"));
        assertArrayEquals(bytes, new WireWriter().ipv4Address(address).toBytes());
    }

    @Property
    void integersSurviveTheRoundTrip(@ForAll @LongRange(min = 0, max = WireReader.MAX_SAFE_INTEGER) long value) {
        WireReader in = WireReader.of(new WireWriter().uint(value).uint64(value).toBytes());
        assertEquals(value, in.uint("a"));
        assertEquals(value, in.uint64("b"));
        assertEquals(0, in.remaining());
    }

    @Property
    void fixedWidthIntegersAreLittleEndian(@ForAll @IntRange(max = 255) int a, @ForAll @IntRange(max = 65535) int b,
            @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long c) {
        byte[] bytes = new WireWriter().uint8(a).uint16(b).uint32(c).toBytes();
        assertEquals(7, bytes.length);
        assertEquals((byte) b, bytes[1]);
        WireReader in = WireReader.of(bytes);
        assertEquals(a, in.uint8("a"));
        assertEquals(b, in.uint16("b"));
        assertEquals(c, in.uint32("c"));
    }

    @Property
    void buffersAndTextsSurviveTheRoundTrip(@ForAll @Size(max = 400) byte[] bytes, @ForAll String text) {
        WireReader in = WireReader.of(new WireWriter().buffer(bytes).utf8(text).raw(bytes).toBytes());
        assertArrayEquals(bytes, in.buffer("bytes", 400));
        String readable = new String(text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(readable, in.utf8("text", 10_000));
        assertArrayEquals(bytes, in.rest("rest"));
    }

    @Test
    void anIPv4AddressIsFourOctetsAndALittleEndianPort() {
        var address = new PeerAddress("127.0.0.1", 49737);
        assertEquals("7f00000149c2", HEX.formatHex(new WireWriter().ipv4Address(address).toBytes()));
        assertEquals(address, WireReader.of(HEX.parseHex("7f00000149c2")).ipv4Address("to"));
    }

    @Test
    void anIPv6AddressIsEightBigEndianGroupsAndALittleEndianPort() {
        byte[] bytes = new WireWriter().ipv6Address(new PeerAddress("2001:db8::1", 258)).toBytes();
        assertEquals("20010db80000000000000000000000010201", HEX.formatHex(bytes));
        assertEquals(new PeerAddress("2001:db8:0:0:0:0:0:1", 258), WireReader.of(bytes).ipv6Address("to"));
    }

    /** Found by fuzzing: the JDK makes an IPv4 address of it, which had four octets too few. */
    @Test
    void anIPv4AddressInIPv6FormIsWrittenAsItWasRead() {
        PeerAddress mapped = new PeerAddress("0:0:0:0:0:ffff:c000:201", 7);
        byte[] bytes = new WireWriter().ipv6Address(mapped).toBytes();
        assertEquals(mapped, WireReader.of(bytes).ipv6Address("to"));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().ipv6Address(new PeerAddress("192.0.2.1", 7)));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().ipv4Address(mapped));
    }

    @Property
    void addressesSurviveTheRoundTrip(@ForAll("addresses") List<PeerAddress> addresses) {
        byte[] bytes = new WireWriter().list(addresses, WireWriter::ipv4Address).toBytes();
        assertEquals(addresses, WireReader.of(bytes).list("nodes", 100, 6, in -> in.ipv4Address("node")));
    }

    @Provide
    Arbitrary<List<PeerAddress>> addresses() {
        Arbitrary<Integer> octet = Arbitraries.integers().between(0, 255);
        Arbitrary<String> host = octet.list().ofSize(4).map(o -> o.get(0) + "." + o.get(1) + "." + o.get(2) + "." + o.get(3));
        return net.jqwik.api.Combinators.combine(host, Arbitraries.integers().between(0, 65535)).as(PeerAddress::new)
                .list().ofMaxSize(100);
    }

    @Test
    void aListThatClaimsMoreItemsThanItsBytesIsRefusedBeforeAnythingIsRead() {
        byte[] bytes = new WireWriter().uint(1_000_000).raw(new byte[60]).toBytes();
        var e = assertThrows(MalformedMessageException.class,
                () -> WireReader.of(bytes).list("nodes", 0x100000, 6, in -> in.ipv4Address("node")));
        assertTrue(e.getMessage().startsWith("nodes: "), e.getMessage());
        assertThrows(MalformedMessageException.class,
                () -> WireReader.of(bytes).list("nodes", 20, 6, in -> in.ipv4Address("node")));
    }

    @Test
    void aLengthBeyondTheEndOrTheBoundIsRefused() {
        byte[] bytes = HEX.parseHex("ffffffffffffff1f00aa");
        assertThrows(MalformedMessageException.class, () -> WireReader.of(bytes).buffer("value", Integer.MAX_VALUE));
        assertThrows(MalformedMessageException.class, () -> WireReader.of(new byte[] {5, 1, 2}).buffer("value", 100));
        assertThrows(MalformedMessageException.class, () -> WireReader.of(new byte[] {2, 1, 2}).buffer("value", 1));
    }

    @Property
    void randomBytesRaiseNothingButAMalformedMessage(@ForAll @Size(max = 80) byte[] bytes) {
        try {
            WireReader in = WireReader.of(ByteBuffer.wrap(bytes));
            in.uint("a");
            in.list("b", 50, 1, each -> each.uint8("c"));
            in.utf8("d", 30);
            in.ipv4Address("e");
            in.skip("f", 2);
            in.fixed("g", 8);
        } catch (MalformedMessageException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    @Test
    void onlyOneIsTrue() {
        assertTrue(WireReader.of(new byte[] {1}).bool("b"));
        assertFalse(WireReader.of(new byte[] {2}).bool("b"));
        assertEquals("0100", HEX.formatHex(new WireWriter().bool(true).bool(false).toBytes()));
    }

    @Test
    void aReaderOfABufferLeavesThePositionOfTheBufferAlone() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 2}).position(1);
        assertEquals(1, WireReader.of(buffer).uint8("a"));
        assertEquals(1, buffer.position());
    }

    @Test
    void aValueThatDoesNotFitItsFieldIsOurMistake() {
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().uint(-1));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().uint(1L << 53));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().uint8(256));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().uint16(65536));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().fixed(new byte[31], 32));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().ipv4Address(new PeerAddress("example.org", 1)));
        assertThrows(IllegalArgumentException.class, () -> new WireWriter().ipv4Address(new PeerAddress("::1", 1)));
    }
}

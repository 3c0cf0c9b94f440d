package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

class RpcMessageTest {

    private static final PeerAddress TO = new PeerAddress("10.0.0.1", 49737);
    private static final String TO_HEX = "0a00000149c2";
    private static final NodeId ID = NodeId.of(filled(0x55));
    private static final byte[] TOKEN = filled(0x66);
    private static final NodeId TARGET = NodeId.of(filled(0x77));

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static RpcMessage decode(byte[] bytes) {
        return RpcMessage.decode(ByteBuffer.wrap(bytes));
    }

    private static RpcMessage.Request request(int tid, boolean internal, int command, Optional<NodeId> target,
            Optional<byte[]> value) {
        return new RpcMessage.Request(tid, TO, Optional.empty(), Optional.empty(), internal, command, target, value);
    }

    /** Known answers of dht.md 1.3, taken from the JavaScript stack. */
    @Test
    void requestsHaveTheBytesOfTheJavaScriptStack() {
        assertArrayEquals(hex("03 04 3412" + TO_HEX + "00"),
                request(0x1234, true, 0, Optional.empty(), Optional.empty()).encode());
        assertArrayEquals(hex("03 14 3512" + TO_HEX + "01 02 49c2"),
                request(0x1235, true, 1, Optional.empty(), Optional.of(hex("49c2"))).encode());
        assertArrayEquals(hex("03 0c 3612" + TO_HEX + "02" + "77".repeat(32)),
                request(0x1236, true, 2, Optional.of(TARGET), Optional.empty()).encode());
        assertArrayEquals(hex("03 1b 3712" + TO_HEX + "55".repeat(32) + "66".repeat(32) + "04" + "77".repeat(32) + "02 aabb"),
                new RpcMessage.Request(0x1237, TO, Optional.of(ID), Optional.of(TOKEN), false, 4, Optional.of(TARGET),
                        Optional.of(hex("aabb"))).encode());
    }

    @Test
    void repliesHaveTheBytesOfTheJavaScriptStack() {
        PeerAddress to = new PeerAddress("1.2.3.4", 258);
        assertArrayEquals(hex("13 01 3712 01020304 0201" + "55".repeat(32)),
                new RpcMessage.Reply(0x1237, to, Optional.of(ID), Optional.empty(), List.of(), 0, Optional.empty()).encode());
        assertArrayEquals(hex("13 0f 3712 01020304 0201" + "55".repeat(32) + "66".repeat(32) + "01 01020304e803 01"),
                new RpcMessage.Reply(0x1237, to, Optional.of(ID), Optional.of(TOKEN),
                        List.of(new PeerAddress("1.2.3.4", 1000)), 1, Optional.empty()).encode());
    }

    @Test
    void anEmptyValueIsNotAMissingOne() {
        RpcMessage.Request empty = (RpcMessage.Request) decode(
                request(1, false, 0, Optional.empty(), Optional.of(new byte[0])).encode());
        assertEquals(0, empty.value().orElseThrow().length);
        RpcMessage.Request missing = (RpcMessage.Request) decode(
                request(1, false, 0, Optional.empty(), Optional.empty()).encode());
        assertTrue(missing.value().isEmpty());
    }

    @Test
    void unknownFlagsLongVarintsAndTrailingBytesAreAccepted() {
        RpcMessage.Request request = (RpcMessage.Request) decode(hex("03 e4 3412" + TO_HEX + "fd0300" + "ffff"));
        assertEquals(3, request.command());
        assertTrue(request.internal());
        assertFalse(request.target().isPresent());
    }

    @Test
    void onlyTheTwoFirstBytesAreOfThisProtocol() {
        assertTrue(RpcMessage.isRpc(ByteBuffer.wrap(hex("0300"))));
        assertTrue(RpcMessage.isRpc(ByteBuffer.wrap(hex("1300"))));
        assertFalse(RpcMessage.isRpc(ByteBuffer.wrap(hex("03"))));
        assertFalse(RpcMessage.isRpc(ByteBuffer.wrap(hex("ff01"))));
        assertThrows(MalformedMessageException.class, () -> decode(hex("23000000")));
    }

    @Test
    void aCountBeyondTheBytesIsRefusedBeforeAnythingIsAllocated() {
        assertThrows(MalformedMessageException.class, () -> decode(hex("13 04 3712 01020304 0201 fe ffffff7f")));
        assertThrows(MalformedMessageException.class, () -> decode(hex("13 04 3712 01020304 0201 fd 0010 0102")));
    }

    @Property
    void everyRequestSurvivesTheWire(@ForAll("requests") RpcMessage.Request request) {
        RpcMessage.Request decoded = (RpcMessage.Request) decode(request.encode());
        assertArrayEquals(request.encode(), decoded.encode());
        assertEquals(request.tid(), decoded.tid());
        assertEquals(request.to(), decoded.to());
        assertEquals(request.id(), decoded.id());
        assertEquals(request.internal(), decoded.internal());
        assertEquals(request.command(), decoded.command());
        assertEquals(request.target(), decoded.target());
    }

    @Property
    void everyReplySurvivesTheWire(@ForAll("replies") RpcMessage.Reply reply) {
        RpcMessage.Reply decoded = (RpcMessage.Reply) decode(reply.encode());
        assertArrayEquals(reply.encode(), decoded.encode());
        assertEquals(reply.closerNodes(), decoded.closerNodes());
        assertEquals(reply.error(), decoded.error());
        assertEquals(reply.id(), decoded.id());
    }

    @Property
    void bytesOfStrangersRaiseNothingButMalformed(@ForAll byte[] bytes, @ForAll boolean reply) {
        byte[] message = new byte[bytes.length + 1];
        message[0] = (byte) (reply ? 0x13 : 0x03);
        System.arraycopy(bytes, 0, message, 1, bytes.length);
        try {
            assertTrue(decode(message).tid() <= 0xFFFF);
        } catch (MalformedMessageException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    @Property
    void everyCutOffMessageIsMalformed(@ForAll("requests") RpcMessage.Request request) {
        byte[] whole = request.encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedMessageException.class, () -> decode(cut));
        }
    }

    @Provide
    Arbitrary<RpcMessage.Request> requests() {
        return Combinators.combine(tids(), addresses(), ids().optional(), bytes32().optional(), Arbitraries.of(true, false),
                Arbitraries.integers().greaterOrEqual(0), ids().optional(), values().optional()).as(RpcMessage.Request::new);
    }

    @Provide
    Arbitrary<RpcMessage.Reply> replies() {
        return Combinators.combine(tids(), addresses(), ids().optional(), bytes32().optional(),
                addresses().list().ofMaxSize(20), Arbitraries.integers().greaterOrEqual(0), values().optional())
                .as(RpcMessage.Reply::new);
    }

    private static Arbitrary<Integer> tids() {
        return Arbitraries.integers().between(0, 65535);
    }

    private static Arbitrary<PeerAddress> addresses() {
        Arbitrary<Integer> octet = Arbitraries.integers().between(0, 255);
        return Combinators.combine(octet, octet, octet, octet, tids())
                .as((a, b, c, d, port) -> new PeerAddress(a + "." + b + "." + c + "." + d, port));
    }

    private static Arbitrary<byte[]> bytes32() {
        return Arbitraries.bytes().array(byte[].class).ofSize(32);
    }

    private static Arbitrary<NodeId> ids() {
        return bytes32().map(NodeId::of);
    }

    private static Arbitrary<byte[]> values() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    }
}

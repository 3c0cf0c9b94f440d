package omega.flock.rpc.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class NodeIdTest {

    @Test
    void idsAreThoseThatTheJavaScriptStackDerives() {
        assertEquals("d1dcf835b0d62b9230c41393cb96a34f5f8b9f814f421ca3382dfc1678022e0e",
                NodeId.of(new PeerAddress("127.0.0.1", 49737)).toString());
        assertEquals("54d4b9c6441048061f80cf69564cee46a5730adfcd59fbe6c056bb49af771546",
                NodeId.of(new PeerAddress("88.99.3.86", 49737)).toString());
    }

    @Test
    void anythingButThirtyTwoBytesIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> NodeId.of(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> NodeId.of(new byte[33]));
    }

    @Test
    void bytesAreCopiedAtTheBorder() {
        byte[] bytes = new byte[32];
        NodeId id = NodeId.of(bytes);
        bytes[0] = 1;
        id.toBytes()[1] = 1;
        assertArrayEquals(new byte[32], id.toBytes());
    }

    @Property
    void distanceIsTheExclusiveOrAsANumber(@ForAll @Size(32) byte[] target, @ForAll @Size(32) byte[] a,
            @ForAll @Size(32) byte[] b) {
        int byNumbers = number(target).xor(number(a)).compareTo(number(target).xor(number(b)));
        assertEquals(byNumbers, Integer.signum(NodeId.of(target).compareDistance(NodeId.of(a), NodeId.of(b))));
    }

    @Property
    void sharedBitsAreThoseBeforeTheFirstDifference(@ForAll @Size(32) byte[] a, @ForAll @Size(32) byte[] b) {
        int shared = NodeId.of(a).sharedPrefixBits(NodeId.of(b));
        assertEquals(256 - number(a).xor(number(b)).bitLength(), shared);
        assertEquals(256, NodeId.of(a).sharedPrefixBits(NodeId.of(a)));
        assertTrue(shared >= 0);
    }

    private static BigInteger number(byte[] bytes) {
        return new BigInteger(1, bytes);
    }
}

package omega.flock.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {

    @Test
    void theTextFormIsParsedBack() {
        assertEquals(new PeerAddress("88.99.3.86", 49737), PeerAddress.parse("88.99.3.86:49737"));
        assertEquals(new PeerAddress("node1.hyperdht.org", 1), PeerAddress.parse("node1.hyperdht.org:1"));
        assertEquals(new PeerAddress("2001:db8::1", 5), PeerAddress.parse("[2001:db8::1]:5"));
        assertEquals("[2001:db8::1]:5", new PeerAddress("2001:db8::1", 5).toString());
        assertEquals("1.2.3.4:5", new PeerAddress("1.2.3.4", 5).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":1", "host:65536", "host:-1", "host:+1", "host:1x", "::1:5", "h:999999"})
    void anythingElseIsRefusedWithTheTextInTheMessage(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> PeerAddress.parse(text));
        assertTrue(e.getMessage().contains(text), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3", "a.b.c.d", "1.2.3.4 ", "0x1.2.3.4", "1.2.3."})
    void onlyFourDecimalOctetsAreAnIPv4Address(String host) {
        var address = new PeerAddress(host, 1);
        assertFalse(address.isIPv4());
        assertThrows(IllegalArgumentException.class, address::toSocketAddress);
    }

    @Test
    void aNumericAddressBecomesASocketAddressAndBack() {
        var address = new PeerAddress("10.0.255.1", 4000);
        assertTrue(address.isIPv4());
        assertFalse(address.toSocketAddress().isUnresolved());
        assertEquals(address, PeerAddress.of(address.toSocketAddress()));
        assertThrows(IllegalArgumentException.class,
                () -> PeerAddress.of(InetSocketAddress.createUnresolved("example.org", 1)));
    }

    @Test
    void aPortOutOfRangeAndAnEmptyHostAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PeerAddress("h", 65536));
        assertThrows(IllegalArgumentException.class, () -> new PeerAddress("h", -1));
        assertThrows(IllegalArgumentException.class, () -> new PeerAddress("", 1));
        assertThrows(NullPointerException.class, () -> new PeerAddress(null, 1));
    }

    /** Attack: a stranger names addresses whose hashes are equal. A hash map orders what it can compare. */
    @Test
    void addressesOfOneHashAreStillInOrder() {
        PeerAddress one = new PeerAddress("1.2.3.4", 131);
        PeerAddress other = new PeerAddress("1.2.3.5", 100);
        assertEquals(one.hashCode(), other.hashCode());
        assertTrue(one.compareTo(other) < 0);
        assertTrue(other.compareTo(one) > 0);
        assertEquals(0, one.compareTo(new PeerAddress("1.2.3.4", 131)));
        assertTrue(one.compareTo(new PeerAddress("1.2.3.4", 132)) < 0);
    }
}

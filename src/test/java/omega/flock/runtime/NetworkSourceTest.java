package omega.flock.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkSourceTest {

    @Test
    void theTextIsTheAddress() {
        assertEquals("203.0.113.9", source("203.0.113.9", 5).toString());
        assertEquals("127.0.0.1:5", source("127.0.0.1", 5).toString());
    }

    @Test
    void theWholeHostIsOneSourceButForLoopback() {
        assertEquals(source("8.8.8.8", 1), source("8.8.8.8", 2));
        assertNotEquals(source("8.8.8.8", 1), source("8.8.8.9", 1));
        assertNotEquals(source("127.0.0.1", 1), source("127.0.0.1", 2));
    }

    @Test
    void aNetworkIsTheFirstThreeOctets() {
        assertEquals(source("200.8.8.8", 1).network(), source("200.8.8.255", 1).network());
        assertNotEquals(source("200.8.8.8", 1).network(), source("200.8.9.8", 1).network());
    }

    @ParameterizedTest
    @CsvSource({"8.8.8.8,true", "9.255.255.255,true", "10.0.0.0,false", "10.255.255.255,false", "11.0.0.0,true", "100.63.255.255,true", "100.64.0.0,false",
            "100.127.255.255,false", "100.128.0.0,true", "127.0.0.1,false", "169.254.1.1,false", "172.15.255.255,true", "172.16.0.0,false",
            "172.31.255.255,false", "172.32.0.0,true", "192.167.1.1,true", "192.168.0.0,false", "192.169.0.0,true"})
    void addressesThatAreFreeAreNotPublic(String host, boolean isPublic) {
        assertEquals(isPublic, source(host, 1).isPublic());
    }

    @Test
    void anIPv6AddressIsNoSource() {
        assertThrows(IllegalArgumentException.class, () -> source("::1", 1));
    }

    private static NetworkSource source(String host, int port) {
        return NetworkSource.of(new InetSocketAddress(host, port));
    }
}

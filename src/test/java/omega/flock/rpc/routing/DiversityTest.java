package omega.flock.rpc.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import omega.flock.base.PeerAddress;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

/** Two of one address, four of one /24, and all of a private network. */
class DiversityTest {

    private static List<NetworkSource> nodes(String... hosts) {
        return Stream.of(hosts).map(DiversityTest::node).toList();
    }

    private static NetworkSource node(String host) {
        return Diversity.sourceOf(new PeerAddress(host, 49737));
    }

    private static boolean admits(String newcomer, String... present) {
        return Diversity.admits(nodes(present), each -> each, node(newcomer));
    }

    private static int firstBeyond(String newcomer, String... all) {
        return Diversity.firstBeyond(nodes(all), each -> each, node(newcomer));
    }

    @Test
    void twoOfOneAddressAreAdmitted() {
        assertTrue(admits("203.0.113.1"));
        assertTrue(admits("203.0.113.1", "203.0.113.1", "198.51.100.9", "198.51.100.9"));
        assertFalse(admits("203.0.113.1", "203.0.113.1", "198.51.100.9", "203.0.113.1"));
    }

    @Test
    void fourOfOneNetworkAreAdmitted() {
        assertTrue(admits("203.0.113.4", "203.0.113.1", "203.0.113.2", "198.51.100.9", "203.0.113.3"));
        assertFalse(admits("203.0.113.5", "203.0.113.1", "203.0.113.2", "198.51.100.9", "203.0.113.3", "203.0.113.4"));
        assertTrue(admits("203.0.112.5", "203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"));
    }

    @Test
    void theFirstThatIsOneTooManyIsNamed() {
        assertEquals(3, firstBeyond("203.0.113.1", "203.0.113.1", "198.51.100.9", "203.0.113.1"), "none");
        assertEquals(2, firstBeyond("203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.1", "198.51.100.9"));
        assertEquals(5, firstBeyond("203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.9", "203.0.113.4", "203.0.113.5"));
    }

    @Test
    void onPrivateNetworksEveryNodeCounts() {
        for (String host : List.of("10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.0.1", "127.0.0.1")) {
            assertTrue(admits(host, host, host, host, host, host));
            assertEquals(5, firstBeyond(host, host, host, host, host, host));
        }
    }

    @Test
    void aPublicHostHasOneVoteAndAPrivateOneAVoteForEachPort() {
        assertEquals(Diversity.voter(new PeerAddress("203.0.113.1", 1)), Diversity.voter(new PeerAddress("203.0.113.1", 2)));
        assertNotEquals(Diversity.voter(new PeerAddress("203.0.113.1", 1)), Diversity.voter(new PeerAddress("203.0.113.2", 1)));
        assertNotEquals(Diversity.voter(new PeerAddress("10.0.0.1", 1)), Diversity.voter(new PeerAddress("10.0.0.1", 2)));
    }

    @Test
    void onlyIPv4HasASource() {
        PeerAddress name = new PeerAddress("node.example", 1);
        assertEquals("not IPv4: " + name, assertThrows(IllegalArgumentException.class, () -> Diversity.sourceOf(name)).getMessage());
    }
}

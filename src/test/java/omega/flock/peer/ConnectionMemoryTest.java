package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import omega.flock.runtime.SharedMemory;
import org.junit.jupiter.api.Test;

class ConnectionMemoryTest {

    /** A heap of 1 GiB: both ends of 10,000 idle connections of other hosts, each end with a gateway of its own. */
    @Test
    void tenThousandConnectionsFitIntoTheLargestDefault() {
        long forConnections = SharedMemory.LARGEST_DEFAULT_BYTES - SharedMemory.LARGEST_DEFAULT_BYTES / PeerConstants.STORES_SHARE;
        forConnections -= HandshakePlaces.of(forConnections).bytes();
        forConnections -= forConnections / 8; // for what is under way
        assertTrue(10_000L * PeerConstants.CONNECTION_BYTES <= forConnections, forConnections + " bytes");
    }

    @Test
    void halfOpenHandshakesTakeAQuarterOfASmallMemoryAndNoMoreThanAreOfUseOfALargeOne() {
        assertEquals(new HandshakePlaces(384, 128), HandshakePlaces.of(1 << 30));
        assertEquals(new HandshakePlaces(48, 16), HandshakePlaces.of(4 << 20));
        assertEquals(1 << 20, HandshakePlaces.of(4 << 20).bytes());
        assertEquals(new HandshakePlaces(6, 2), HandshakePlaces.of(1));
    }
}

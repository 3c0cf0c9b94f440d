package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Ticker;
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

    @Test
    void whoHoldsAboutAsMuchAsAnybodyWaitsWhileThereIsNoneLeft() {
        SharedMemory memory = new SharedMemory(7L * PeerConstants.CONNECTION_BYTES, Ticker.SYSTEM, Runnable::run);
        NetworkSource most = source(1);
        NetworkSource least = source(2);
        take(memory, least, 1);
        take(memory, most, 4);
        assertFalse(ConnectionMemory.mustWait(memory, most), "there is room for another");
        take(memory, most, 1);
        assertTrue(ConnectionMemory.mustWait(memory, most));
        assertFalse(ConnectionMemory.mustWait(memory, least), "most gives way to it");
        assertFalse(ConnectionMemory.mustWait(memory, source(3)), "nor does who holds nothing");
        assertTrue(memory.reserve(tenant(least), PeerConstants.CONNECTION_BYTES));
        assertTrue(ConnectionMemory.mustWait(memory, least), "two and four are about as much");
    }

    private static NetworkSource source(int host) {
        return NetworkSource.of(new InetSocketAddress("198.51.100." + host, 1));
    }

    private static void take(SharedMemory memory, NetworkSource source, int connections) {
        for (int i = 0; i < connections; i++) {
            assertTrue(memory.reserve(tenant(source), PeerConstants.CONNECTION_BYTES));
        }
    }

    private static SharedMemory.Tenant tenant(NetworkSource source) {
        return new SharedMemory.Tenant() {
            @Override
            protected Object source() {
                return source;
            }

            @Override
            protected boolean isConnection() {
                return true;
            }

            @Override
            protected void evict() {}
        };
    }
}

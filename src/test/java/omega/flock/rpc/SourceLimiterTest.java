package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class SourceLimiterTest {

    private static final long SECOND = 1_000_000_000L;

    private final SourceLimiter limiter = new SourceLimiter(0);

    private static InetSocketAddress source(String host, int port) {
        return new PeerAddress(host, port).toSocketAddress();
    }

    private int admitted(InetSocketAddress source, int requests, long now) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += limiter.admits(source, now) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void aHostMaySendABurstAndThenSoManyASecondFromAllItsPorts() {
        assertEquals(RpcConstants.SOURCE_BURST, admitted(source("10.0.0.1", 1), 10_000, 0));
        assertFalse(limiter.admits(source("10.0.0.1", 2), 0), "another port is no other source");
        assertTrue(limiter.admits(source("10.0.0.2", 1), 0), "another host is");
        assertEquals(RpcConstants.SOURCE_PER_SECOND, admitted(source("10.0.0.1", 3), 10_000, SECOND));
    }

    @Test
    void onLoopbackEveryPortIsASourceSoThatANetworkMayLiveThere() {
        for (int port = 1; port <= 500; port++) {
            assertEquals(500, admitted(source("127.0.0.1", port), 500, 0));
        }
    }

    @Test
    void sourcesBeyondTheBoundShareABucketUntilAQuietOneIsForgotten() {
        for (int i = 0; i < RpcConstants.MAX_SOURCES; i++) {
            assertTrue(limiter.admits(source("10.1." + (i >> 8) + "." + (i & 255), 1), 0));
        }
        int shared = admitted(source("10.2.0.1", 1), 3000, 0) + admitted(source("10.2.0.2", 1), 3000, 0);
        assertEquals(RpcConstants.SOURCE_BURST, shared);
        assertEquals(3000, admitted(source("10.2.0.3", 1), 3000, SECOND), "the others have been silent for long enough");
    }
}

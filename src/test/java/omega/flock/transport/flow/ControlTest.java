package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The parts that hold a sender back: pacer, peer window and path MTU. */
class ControlTest {
    private static final long MS = 1_000_000L;

    @Test
    void thePacerSpreadsAWindowOverTheRoundTrip() {
        Pacer pacer = new Pacer();
        pacer.rate(0.0125); // 12.5 bytes a microsecond
        long now = 0;
        long sent = 0;
        while (now < 1_000 * MS) {
            if (pacer.allows(now)) {
                pacer.onSent(1500);
                sent += 1500;
            } else {
                long next = pacer.nextAttempt(now);
                assertTrue(next > now);
                now = next;
            }
        }
        assertTrue(sent > 12_000_000 && sent < 12_600_000, "sent " + sent);
    }

    @Test
    void withoutARoundTripTimeNothingIsPaced() {
        Pacer pacer = new Pacer();
        for (int i = 0; i < 1000; i++) {
            assertTrue(pacer.allows(0));
            pacer.onSent(1500);
        }
    }

    @Test
    void anOldHeaderDoesNotOverwriteANewerWindow() {
        PeerWindow window = new PeerWindow(0, 0);
        assertEquals(4_194_304, window.bytes());
        window.onHeader(5, 10, 1000, 10);
        window.onHeader(4, 10, 9999, 10);
        assertEquals(1000, window.bytes(), "older seq");
        window.onHeader(5, 9, 9999, 9);
        assertEquals(1000, window.bytes(), "same seq, older ack");
        window.onHeader(6, 9, 9999, 10);
        assertEquals(1000, window.bytes(), "ack below the cumulative one");
        window.onHeader(5, 10, 0, 10);
        assertTrue(window.isClosed());
        assertEquals(0, window.packets(1152));
    }

    @Test
    void aWindowSmallerThanAPacketStillAllowsOne() {
        PeerWindow window = new PeerWindow(0, 0);
        window.onHeader(0, 0, 1, 0);
        assertEquals(1, window.packets(1152));
    }

    @Test
    void theMtuSearchLeapsAsFarAsPaddingReaches() {
        PathMtu mtu = new PathMtu(true);
        assertEquals(0, mtu.padding(1200), "no probe before the path is known to work");
        mtu.onAcknowledgement();
        assertEquals(240, mtu.padding(1200));
        mtu.onProbeSent();
        assertEquals(0, mtu.padding(1200), "one probe at a time");
        mtu.onProbeAcknowledged();
        assertEquals(1440, mtu.size());
        assertEquals(60, mtu.padding(1440));
        mtu.onProbeSent();
        mtu.onProbeAcknowledged();
        assertEquals(1500, mtu.size());
        assertTrue(mtu.isComplete());
    }

    @Test
    void aSizeIsGivenUpAfterThreeLossesAndTheGapHalved() {
        PathMtu mtu = new PathMtu(true);
        mtu.onAcknowledgement();
        for (int i = 0; i < 3; i++) {
            assertEquals(240, mtu.padding(1200));
            mtu.onProbeSent();
            mtu.onProbeLost();
        }
        assertEquals(128, mtu.padding(1200));
        mtu.reset();
        mtu.onAcknowledgement();
        assertEquals(240, mtu.padding(1200), "another path, another search");
    }

    @Test
    void everyPathWidthIsFoundToWithinOneStep() {
        for (int path = 1200; path <= 1500; path++) {
            PathMtu mtu = new PathMtu(true);
            mtu.onAcknowledgement();
            for (int i = 0; i < 100 && !mtu.isComplete(); i++) {
                int probe = mtu.size() + mtu.padding(mtu.size());
                mtu.onProbeSent();
                if (probe <= path) {
                    mtu.onProbeAcknowledged();
                } else {
                    mtu.onProbeLost();
                }
            }
            assertTrue(mtu.isComplete() && mtu.size() <= path && mtu.size() > path - 16, "path " + path + " found " + mtu.size());
        }
    }
}

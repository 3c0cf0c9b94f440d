package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RackDetectorTest {
    private static final StreamPath PATH = new StreamPath(1, new InetSocketAddress("192.0.2.1", 1));
    private static final long MILLI = 1_000_000;

    private final RttEstimator rtt = new RttEstimator();
    private final RackDetector rack = new RackDetector(rtt);
    private final InFlight table = new InFlight(0);
    private final List<Integer> lost = new ArrayList<>();

    private int send(long atMillis) {
        return table.add(atMillis * MILLI, 1, 0, 100, PATH, false);
    }

    /** RFC 8985 §6.3: the first packet may just have been repeated, and is presumed lost all the same, else nothing would be sent. */
    @Test
    void aTimeoutTakesTheFirstPacketForLostHoweverYoungItIsAndOthersByTheirAge() {
        int delivered = send(0);
        rtt.onSample(100 * MILLI, 100 * MILLI);
        rack.onDelivered(100 * MILLI, delivered, 0, false);
        table.acknowledgeFirst();
        int first = send(10);
        int old = send(20);
        send(1_190);
        table.resent(first, 1_180 * MILLI);
        rack.onTimeout(1_200 * MILLI, table, (seq, probe) -> lost.add(seq));
        assertEquals(List.of(old, first), lost, "in the order of their transmission");
    }
}

package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.Test;

class RequestBudgetTest {

    private static final int LEAST_BYTES = 43; // header, id, error

    private final ManualTicker clock = new ManualTicker();
    private final RequestBudget budget = new RequestBudget(clock);

    private static NetworkSource source(String host, int port) {
        return NetworkSource.of(new PeerAddress(host, port).toSocketAddress());
    }

    private int admitted(NetworkSource source, int requests) {
        return (int) IntStream.range(0, requests).filter(i -> budget.admits(source)).count();
    }

    @Test
    void aHostMaySendABurstAndThenSoManyASecondFromAllItsPorts() {
        assertEquals(RpcConstants.SOURCE_BURST, admitted(source("198.51.100.1", 1), 10_000));
        assertFalse(budget.admits(source("198.51.100.1", 2)), "another port is no other source");
        assertTrue(budget.admits(source("198.51.100.2", 1)), "another host is");
        clock.advance(Duration.ofSeconds(1));
        assertEquals(RpcConstants.SOURCE_PER_SECOND, admitted(source("198.51.100.1", 3), 10_000));
    }

    @Test
    void onLoopbackEveryPortIsASourceSoThatANetworkMayLiveThere() {
        for (int port = 1; port <= 150; port++) {
            assertEquals(500, admitted(source("127.0.0.1", port), 500));
        }
    }

    @Test
    void anAllowanceOfBytesIsSpentAndComesBackSlowly() {
        NetworkSource source = source("198.51.100.1", 1);
        assertTrue(budget.takeUnproven(source, RpcConstants.UNPROVEN_BURST));
        assertFalse(budget.takeUnproven(source, 1));
        clock.advance(Duration.ofSeconds(2));
        assertTrue(budget.takeUnproven(source, 2 * RpcConstants.UNPROVEN_PER_SECOND));
        assertFalse(budget.takeUnproven(source, 1));
    }

    @Test
    void onLoopbackAndPrivateNetworksAnAllowanceHasNoEnd() {
        for (String host : List.of("127.0.0.1", "10.0.0.1", "192.168.1.2")) {
            for (int i = 0; i < 10; i++) {
                assertTrue(budget.takeUnproven(source(host, 1), RpcConstants.UNPROVEN_BURST), host);
            }
        }
    }

    @Property
    void aTrimmedReplyFitsAndKeepsItsIdAndErrorAndTheNearestNodes(@ForAll @IntRange(max = 400) int bytes,
            @ForAll @IntRange(max = 300) int value, @ForAll @IntRange(max = 20) int nodes, @ForAll @IntRange(max = 100) int error) {
        List<PeerAddress> closer = IntStream.range(0, nodes).mapToObj(i -> new PeerAddress("10.0.0." + i, 1 + i)).toList();
        RpcMessage.Reply whole = new RpcMessage.Reply(7, new PeerAddress("10.1.1.1", 5), Optional.of(NodeId.of(new byte[32])),
                Optional.of(new byte[32]), closer, error, Optional.of(new byte[value]));
        RpcMessage.Reply trimmed = whole.trimmed(bytes);
        assertTrue(trimmed.encode().length <= Math.max(bytes, LEAST_BYTES));
        assertEquals(whole.id(), trimmed.id());
        assertEquals(error, trimmed.error());
        assertEquals(closer.subList(0, trimmed.closerNodes().size()), trimmed.closerNodes());
        if (bytes >= whole.encode().length + 3) {
            assertEquals(whole, trimmed, "what fits loses nothing");
        }
    }
}

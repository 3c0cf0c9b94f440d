package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool on a clock that stands still: nothing times out, and no new slot of the window begins. */
@Timeout(30)
class RequestPoolTest {

    @AutoClose
    private final TaskScope scope = new TaskScope("test");
    @AutoClose
    private final MemoryNetwork network = new MemoryNetwork(1);
    private final ManualTicker ticker = new ManualTicker();
    private SilentPort silent;
    private RequestPool pool;

    @BeforeEach
    void start() throws IOException {
        silent = new SilentPort(network.host("10.0.0.2"), "10.0.0.2");
        UdpPort port = network.host("10.0.0.1").bind(new PeerAddress("10.0.0.1", 0).toSocketAddress(), RpcSwarm.NO_STREAMS);
        RequestPool.Sender sender = new RequestPool.Sender() {
            @Override
            public UdpPort defaultPort() {
                return port;
            }

            @Override
            public Optional<NodeId> idFor(UdpPort from) {
                return Optional.empty();
            }
        };
        pool = new RequestPool(RpcConfig.builder().maxWindow(1).build(), sender, ticker,
                new DeadlineQueue("test-deadlines", ticker, scope), new RpcCounters(), id -> { },
                new SplittableRandom(8));
        pool.run();
    }

    private RequestHandle send(int command) {
        return pool.send(RpcRequest.of(command), silent.address(), Optional.empty(), new Ending(), Optional.empty());
    }

    private List<Integer> arrived() {
        return silent.received().stream().map(received -> received.request().command()).toList();
    }

    @Test
    void aRequestThatEndedWhileItWaitedForTheWindowIsNeverSent() {
        RequestHandle first = send(1);
        RequestHandle second = send(2);
        send(3);
        assertTrue(second.cancel());
        assertEquals(1, pool.waiting(), "who asks and gives up again and again while the window is full would fill the memory");
        assertTrue(first.cancel());
        Eventually.holds("the place of the first goes to the third", () -> arrived().size() == 2);
        assertEquals(List.of(1, 3), arrived().stream().sorted().toList());
        assertEquals(1, pool.inFlight());
    }
}

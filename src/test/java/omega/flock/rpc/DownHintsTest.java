package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

/** Row 16: "one stranger at the down-hint checks" takes all of them, so that the word of others is not heard. */
class DownHintsTest {

    private final List<PeerAddress> known = IntStream.range(0, 3 * RpcConstants.MAX_CHECKS)
            .mapToObj(i -> new PeerAddress("192.0." + i + ".1", 49_737)).toList();
    private final NodeState state = new NodeState(RpcConfig.builder().bootstrap(List.of()).nodes(known).build(), NodeId.of(new byte[32]),
            new TickCounter(0, 0, 0));

    private NodeState.Hint hint(int node, String from) {
        return state.beginHintedCheck(NodeId.of(known.get(node)), NetworkSource.of(new InetSocketAddress(from, 4_711)));
    }

    @Test
    void whoeverTakesAllChecksLeavesRoomForOthersAndNoneForHimself() {
        for (int i = 0; i < RpcConstants.MAX_CHECKS; i++) {
            assertTrue(hint(i, "198.51.100.66").check().isPresent());
        }
        assertFalse(hint(RpcConstants.MAX_CHECKS, "198.51.100.66").heeded());
        assertTrue(hint(RpcConstants.MAX_CHECKS, "203.0.113.5").check().isPresent());
        assertFalse(hint(RpcConstants.MAX_CHECKS + 1, "198.51.100.66").heeded());
    }

    @Test
    void aCheckThatHasEndedMakesRoom() {
        NodeState.Hint first = hint(0, "198.51.100.66");
        for (int i = 1; i < RpcConstants.MAX_CHECKS; i++) {
            hint(i, "198.51.100.66");
        }
        state.endHintedCheck(first.check().orElseThrow(), true);
        assertTrue(hint(RpcConstants.MAX_CHECKS, "198.51.100.66").check().isPresent());
    }
}

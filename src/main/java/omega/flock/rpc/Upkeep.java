package omega.flock.rpc;

import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import omega.flock.wire.WireWriter;

/**
 * Keeps the routing table alive: sends the pings that {@link NodeState} asks for and reports what comes of them. Runs on the
 * readers and on the node's deadline thread; does not block. Thread-safe.
 */
final class Upkeep {

    private static final RpcRequest PING = RpcRequest.of(InternalCommand.PING);

    private final NodeState state;
    private final RequestPool pool;
    private final RpcEvents events;
    private final RpcCounters counters;

    Upkeep(NodeState state, RequestPool pool, RpcEvents events, RpcCounters counters) {
        this.state = state;
        this.pool = pool;
        this.events = events;
        this.counters = counters;
    }

    /** Does what follows from a message of a node. */
    void follow(NodeState.Heard heard) {
        if (heard.natChanged()) {
            events.fire(RpcEvents.Kind.NAT_UPDATE);
        }
        if (heard.crowded()) {
            counters.dropped(DropReason.CROWDED_NODE);
        }
        heard.swap().ifPresent(swap -> ping(swap.check(), conclusive -> state.endSwap(swap, conclusive)));
    }

    /** Checks a node that somebody says is down, if we know it and he is not having too many checked. */
    void onDownHint(NodeId suspect, NetworkSource source) {
        NodeState.Hint hint = state.beginHintedCheck(suspect, source);
        if (!hint.heeded()) {
            counters.dropped(DropReason.TOO_MANY_CHECKS);
        }
        hint.check().ifPresent(hinted -> ping(hinted.check(), conclusive -> state.endHintedCheck(hinted, conclusive)));
    }

    /** Removes the node from the table unless it answers under its own id. */
    void check(Neighbours.Check check) {
        ping(check, conclusive -> state.endCheck(check, conclusive));
    }

    /** Tells the referrer that the node is down which it named, if the budget of this tick allows. */
    void sendDownHint(IterativeQuery.DownHint hint) {
        if (!state.takeDownHint()) {
            counters.dropped(DropReason.DOWN_HINT_BUDGET);
            return;
        }
        byte[] address = new WireWriter().ipv4Address(hint.down()).toBytes();
        send(RpcRequest.of(InternalCommand.DOWN_HINT).withValue(address), hint.referrer().address(), hint.referrer().id(),
                conclusive -> { });
    }

    /** How a ping ended. */
    private interface Conclusion {

        /** Called once; false if the ping could not be made, so that it says nothing about the node. */
        void reached(boolean conclusive);
    }

    private void ping(Neighbours.Check check, Conclusion conclusion) {
        send(PING, check.node().address(), Optional.empty(), conclusion);
    }

    private void send(RpcRequest request, PeerAddress to, Optional<NodeId> toId, Conclusion conclusion) {
        pool.send(request, to, toId, new ReplyListener() {
            @Override
            public void onReply(RpcReply reply) {
                conclusion.reached(true);
            }

            @Override
            public void onFailure(FlockException failure) {
                conclusion.reached(failure.reason() == Code.REQUEST_TIMEOUT);
            }
        }, Optional.empty());
    }
}

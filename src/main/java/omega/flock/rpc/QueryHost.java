package omega.flock.rpc;

import java.util.List;
import java.util.Optional;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.DeadlineQueue;

/** What a query needs of the node that runs it. */
interface QueryHost {

    /** Runs a short action once the deadline has passed, on the node's deadline thread. */
    DeadlineQueue.Entry schedule(long deadlineNanos, Runnable action);

    /** Returns a group for the requests of one query. */
    RpcSession session();

    /** Returns the nodes of the table nearest to a target. */
    List<RpcPeer> closestNodes(NodeId target, int limit);

    /** Returns the configured bootstrap nodes if they were resolved lately. */
    Optional<List<RpcPeer>> knownBootstrapNodes();

    /** Returns the configured bootstrap nodes that can be resolved. Blocks. */
    List<RpcPeer> bootstrapNodes() throws InterruptedException;

    /** Tells whether a node that somebody named may be visited. */
    boolean admits(RpcPeer peer);

    /** Tells somebody that the node is down which it named, if the budget allows. */
    void sendDownHint(IterativeQuery.DownHint hint);
}

package omega.flock.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;

/**
 * What a query asks on its way to a target. Immutable; {@link #of} gives the defaults.
 *
 * @param target where to walk
 * @param command the number of the command, in the space that {@code internal} names
 * @param internal true for an {@link InternalCommand}
 * @param value the argument for every node
 * @param nodes where to begin, nearest first; the routing table is used too unless there are at least 20
 * @param onlyNodes true to visit {@code nodes} and no others
 * @param concurrency visits that are under way at once
 * @param retries transmissions beyond the first for each visit
 * @param emitted which of the replies without error go to the consumer
 * @param commit what to do with the closest nodes at the end
 * @param deadline how long all of it may take
 * @param force true for one transmission each, past the congestion window
 */
public record QueryRequest(NodeId target, int command, boolean internal, Optional<byte[]> value, List<PeerAddress> nodes,
        boolean onlyNodes, int concurrency, int retries, Predicate<RpcReply> emitted, Optional<CommitFunction> commit,
        Duration deadline, boolean force) {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public QueryRequest {
        if (command < 0 || concurrency < 1 || retries < 0 || retries > 100 || deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("command " + command + ", concurrency " + concurrency + ", retries " + retries
                    + ", deadline " + deadline);
        }
        nodes = List.copyOf(nodes);
    }

    /** Returns a query with a command of the application. */
    public static QueryRequest of(NodeId target, int command) {
        return new QueryRequest(target, command, false, Optional.empty(), List.of(), false, RpcConstants.DEFAULT_CONCURRENCY,
                RpcConstants.DEFAULT_QUERY_RETRIES, reply -> true, Optional.empty(), RpcConstants.DEFAULT_QUERY_DEADLINE,
                false);
    }

    /** Returns a query that finds the nodes nearest to a target. */
    public static QueryRequest findNode(NodeId target) {
        return new QueryRequest(target, InternalCommand.FIND_NODE.number(), true, Optional.empty(), List.of(), false,
                RpcConstants.DEFAULT_CONCURRENCY, RpcConstants.DEFAULT_QUERY_RETRIES, reply -> true, Optional.empty(),
                RpcConstants.DEFAULT_QUERY_DEADLINE, false);
    }

    /** Returns this query with an argument for every node. */
    public QueryRequest withValue(byte[] newValue) {
        return new QueryRequest(target, command, internal, Optional.of(newValue), nodes, onlyNodes, concurrency, retries,
                emitted, commit, deadline, force);
    }

    /** Returns this query beginning at these nodes, nearest first. */
    public QueryRequest withNodes(List<PeerAddress> newNodes) {
        return new QueryRequest(target, command, internal, value, newNodes, onlyNodes, concurrency, retries, emitted, commit,
                deadline, force);
    }

    /** Returns this query beginning where another one ended. */
    public QueryRequest withNodesOf(List<RpcReply> closestReplies) {
        return withNodes(closestReplies.stream().map(RpcReply::from).toList());
    }

    /** Returns this query visiting the nodes it was given and no others. */
    public QueryRequest onlyTheseNodes() {
        return new QueryRequest(target, command, internal, value, nodes, true, concurrency, retries, emitted, commit, deadline,
                force);
    }

    /** Returns this query with another number of visits at once. */
    public QueryRequest withConcurrency(int newConcurrency) {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, newConcurrency, retries, emitted, commit,
                deadline, force);
    }

    /** Returns this query with another number of retries for each visit. */
    public QueryRequest withRetries(int newRetries) {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, concurrency, newRetries, emitted, commit,
                deadline, force);
    }

    /** Returns this query giving only these replies to its consumer. The test runs on a reader as a rule, and must not block. */
    public QueryRequest emittingOnly(Predicate<RpcReply> newEmitted) {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, concurrency, retries, newEmitted, commit,
                deadline, force);
    }

    /** Returns this query committing to the closest nodes at the end. */
    public QueryRequest withCommit(CommitFunction newCommit) {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, concurrency, retries, emitted,
                Optional.of(newCommit), deadline, force);
    }

    /** Returns this query repeating its own command with the token of each closest node at the end. */
    public QueryRequest withRepeatAsCommit() {
        return withCommit((closest, query) -> Optional.of(query.repetitionTo(closest)));
    }

    /** Returns this query with another deadline for all of it. */
    public QueryRequest withDeadline(Duration newDeadline) {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, concurrency, retries, emitted, commit,
                newDeadline, force);
    }

    /** Returns this query with a single transmission for each visit, past the congestion window. */
    public QueryRequest withForce() {
        return new QueryRequest(target, command, internal, value, nodes, onlyNodes, concurrency, 0, emitted, commit, deadline,
                true);
    }
}

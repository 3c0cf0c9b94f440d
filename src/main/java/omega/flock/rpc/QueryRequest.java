package omega.flock.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
 * @param concurrency visits that are under way at once
 * @param retries transmissions beyond the first for each visit
 * @param answer what the consumer gets of a reply without error, if anything
 * @param commit what to do with the closest nodes at the end
 * @param deadline how long all of it may take
 * @param <T> what the consumer gets
 */
public record QueryRequest<T>(NodeId target, int command, boolean internal, Optional<byte[]> value, List<PeerAddress> nodes,
        int concurrency, int retries, Function<RpcReply, Optional<T>> answer, Optional<CommitFunction> commit,
        Duration deadline) {

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
    public static QueryRequest<RpcReply> of(NodeId target, int command) {
        return new QueryRequest<>(target, command, false, Optional.empty(), List.of(), RpcConstants.DEFAULT_CONCURRENCY,
                RpcConstants.DEFAULT_QUERY_RETRIES, Optional::of, Optional.empty(), RpcConstants.DEFAULT_QUERY_DEADLINE);
    }

    /** Returns a query that finds the nodes nearest to a target. */
    public static QueryRequest<RpcReply> findNode(NodeId target) {
        return new QueryRequest<>(target, InternalCommand.FIND_NODE.number(), true, Optional.empty(), List.of(),
                RpcConstants.DEFAULT_CONCURRENCY, RpcConstants.DEFAULT_QUERY_RETRIES, Optional::of, Optional.empty(),
                RpcConstants.DEFAULT_QUERY_DEADLINE);
    }

    /** Returns this query with an argument for every node. */
    public QueryRequest<T> withValue(byte[] newValue) {
        return new QueryRequest<>(target, command, internal, Optional.of(newValue), nodes, concurrency, retries,
                answer, commit, deadline);
    }

    /** Returns this query beginning at these nodes, nearest first. */
    public QueryRequest<T> withNodes(List<PeerAddress> newNodes) {
        return new QueryRequest<>(target, command, internal, value, newNodes, concurrency, retries, answer, commit,
                deadline);
    }

    /** Returns this query with another number of visits at once. */
    public QueryRequest<T> withConcurrency(int newConcurrency) {
        return new QueryRequest<>(target, command, internal, value, nodes, newConcurrency, retries, answer, commit,
                deadline);
    }

    /** Returns this query with another number of retries for each visit. */
    public QueryRequest<T> withRetries(int newRetries) {
        return new QueryRequest<>(target, command, internal, value, nodes, concurrency, newRetries, answer, commit,
                deadline);
    }

    /**
     * Returns this query giving its consumer what this makes of each reply without error, and nothing where it makes nothing. Runs on a
     * reader as a rule, and must not block.
     */
    public <U> QueryRequest<U> withAnswer(Function<RpcReply, Optional<U>> newAnswer) {
        return new QueryRequest<>(target, command, internal, value, nodes, concurrency, retries, newAnswer, commit,
                deadline);
    }

    /** Returns this query committing to the closest nodes at the end. */
    public QueryRequest<T> withCommit(CommitFunction newCommit) {
        return new QueryRequest<>(target, command, internal, value, nodes, concurrency, retries, answer,
                Optional.of(newCommit), deadline);
    }
}

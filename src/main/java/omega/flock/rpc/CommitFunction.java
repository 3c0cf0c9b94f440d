package omega.flock.rpc;

import java.io.IOException;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/** What a query does at the end with each of the closest nodes: a request, and a look at its answer. */
@FunctionalInterface
public interface CommitFunction {

    /**
     * Returns the request that commits to one node; without one there is nothing to do, which is well done. Runs on the query's thread
     * for one node after the other, nearest first, while the requests before it are under way; may block, and is interrupted when the
     * query is closed.
     *
     * @param closest the reply of the node, with its token
     * @throws IOException if the node cannot be asked; the query succeeds if at least one commit does
     */
    Optional<RpcRequest> prepare(RpcReply closest, RpcQuery<?> query) throws IOException, InterruptedException;

    /**
     * Looks at what a node answered. Runs on the query's thread once all commits have ended. By default every error number is a
     * failure.
     *
     * @throws IOException if the node did not take it
     */
    default void check(RpcReply answer) throws IOException {
        if (!answer.isOk()) {
            throw new FlockException(Code.COMMIT_REJECTED, answer.from() + " answered error " + answer.error());
        }
    }
}

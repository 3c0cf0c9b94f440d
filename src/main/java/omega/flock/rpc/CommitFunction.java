package omega.flock.rpc;

import java.io.IOException;

/** What a query does at the end with each of the closest nodes. */
@FunctionalInterface
public interface CommitFunction {

    /**
     * Commits to one node. Runs on a virtual thread of its own, for all closest nodes at once; may block, and is
     * interrupted when the query is closed.
     *
     * @param closest the reply of the node, with its token
     * @throws IOException if the node did not take it; the query succeeds if at least one commit does
     */
    void commit(RpcReply closest, RpcQuery query) throws IOException, InterruptedException;
}

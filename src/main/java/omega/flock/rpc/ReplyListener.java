package omega.flock.rpc;

import omega.flock.base.FlockException;

/**
 * Hears how a request ends: exactly one of {@link #onReply} and {@link #onFailure} is called, exactly once. Calls come on a
 * reader thread, on the node's deadline thread or on the thread that cancels; they must be short and must not block.
 */
public interface ReplyListener {

    /** A reply came, possibly one with an error number. */
    void onReply(RpcReply reply);

    /** No reply will come; the code is one of those of {@link RpcConstants}. */
    void onFailure(FlockException failure);

    /** The first transmission was not answered in time, and another one follows. */
    default void onSlow() {}
}

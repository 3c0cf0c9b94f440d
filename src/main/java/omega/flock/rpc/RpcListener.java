package omega.flock.rpc;

/**
 * Hears what happens to a node. Calls come one at a time on the node's event thread, a virtual one, which may block for a
 * while; they tell that something changed, and the node tells what it is now. Events of one kind that pile up are merged.
 */
public interface RpcListener {

    /** The node can be reached at a stable address and now keeps records for others. */
    default void onPersistent() {}

    /** The node no longer keeps records for others. */
    default void onEphemeral() {}

    /** The address under which others see the node changed, or its default port did; see {@link RpcNode#remoteAddress()}. */
    default void onNatUpdate() {}

    /** The network is back, gone, or works worse; see {@link RpcNode#online()} and {@link RpcNode#degraded()}. */
    default void onNetworkUpdate() {}

    /** The addresses of this machine changed. */
    default void onNetworkChange() {}

    /** The machine slept, or the node was resumed. */
    default void onWakeUp() {}

    /** The first walk is over; see {@link RpcNode#awaitBootstrapped}. */
    default void onBootstrapped() {}

    /** The node was closed; nothing follows. */
    default void onClosed() {}
}

/**
 * Requests and replies over UDP between the nodes of the distributed hash table, and the query that walks towards a target.
 *
 * <p>{@link omega.flock.rpc.RpcNode} is the shell; the codec, the tokens, the congestion window, the address sampler, the
 * health window and {@link omega.flock.rpc.IterativeQuery} are pure. The wire format and the rules are those of dht-rpc 6.27.0.
 */
package omega.flock.rpc;

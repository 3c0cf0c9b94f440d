/**
 * The lower level under a flock: one node of the distributed hash table, connections to peers by key, lookups and
 * records.
 *
 * <p>A {@link omega.flock.gateway.Gateway} owns the UDP ports. {@link omega.flock.gateway.Gateway#connect} reaches a peer
 * by its public key, {@link omega.flock.gateway.Gateway#listen} makes this program reachable, and both yield a
 * {@link omega.flock.gateway.Connection}. {@link omega.flock.gateway.Testnet} starts a private network for tests.
 */
package omega.flock.gateway;

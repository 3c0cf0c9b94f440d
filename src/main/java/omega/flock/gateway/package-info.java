/**
 * The lower level under a flock: one node of the distributed hash table, connections to peers by key, lookups and
 * records.
 *
 * <p>A {@link omega.flock.gateway.Gateway} owns the UDP ports. {@link omega.flock.gateway.Gateway#connect} reaches a peer
 * by its public key, {@link omega.flock.gateway.Gateway#listen} makes this program reachable, and both yield a
 * {@link omega.flock.gateway.Connection}. {@link omega.flock.gateway.Testnet} starts a private network for tests.
 *
 * <p>No method takes {@code null}: it throws a {@link java.lang.NullPointerException} with the name of the parameter. None returns it but
 * {@link omega.flock.gateway.Connection#readMessage()} at the end of the stream. How interrupts are answered, and what is closed, stands
 * in the package {@code omega.flock}.
 */
package omega.flock.gateway;

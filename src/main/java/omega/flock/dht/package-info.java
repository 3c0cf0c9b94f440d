/**
 * The application commands of the DHT over {@link omega.flock.rpc}: what a node serves to others (records of peers, values,
 * the routing of handshakes and hole punching rounds) and what it asks of them (lookup, announce, put, get, connect).
 *
 * <p>A shell around pure parts. {@link omega.flock.dht.DhtNode} is the one to start from; it owns no thread but the tasks it
 * forks into the scope it is given. Requests of strangers are answered on the socket's reader thread; checking a signature,
 * which takes about a millisecond, is left to a bounded queue. Everything a stranger can make grow has a bound and every drop
 * has a name in {@link omega.flock.dht.DhtDrop}.
 *
 * <p>Source: hyperdht 6.34.0 {@code index.js}, {@code lib/router.js}, {@code lib/persistent.js}.
 */
package omega.flock.dht;

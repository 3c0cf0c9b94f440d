/**
 * Who is near whom: node ids, the XOR metric of Kademlia, and the table of known nodes.
 *
 * <p>Pure: no thread, lock, socket, clock or random source. Time is a count of ticks, which the owner keeps.
 */
package omega.flock.rpc.routing;

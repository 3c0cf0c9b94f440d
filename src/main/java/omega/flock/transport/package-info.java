/**
 * Reliable streams over UDP (UDX): the blocking shell around {@link omega.flock.transport.flow}.
 *
 * <p>A {@link omega.flock.transport.UdxTransport} is the table of streams that all ports of a node share. Three kinds of threads meet
 * at a {@link omega.flock.transport.UdxStream}, each of them holding the stream's one lock for as long as the machine computes:
 * <ul>
 *   <li>the reader of a port feeds it with packets and never waits;
 *   <li>the stream's driver, a virtual thread, polls packets and hands them to the port outside the lock, so acknowledgements
 *       coalesce by themselves when packets arrive faster than they are answered; while it sleeps or there is none, because the
 *       stream is idle, the other two may send a batch in its place;
 *   <li>threads of users read and write, and wait.
 * </ul>
 */
package omega.flock.transport;

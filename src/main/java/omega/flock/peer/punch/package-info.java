/**
 * Makes two NATs let two peers through: what a socket's outside address is, which probes to send where and when, and
 * which of several ways to a peer has won.
 *
 * <pre>
 *   Punching ──open()──► HolePuncher ──► NatAnalysis    what do others see of my socket?   (pure)
 *      │                      │    └───► PunchPlan      which probe next, and when?        (pure)
 *      │                      └────────► PunchSocket    a fresh port per attempt
 *      └─ RandomPunchGate, PunchStats, PunchSockets     one each per node
 * </pre>
 *
 * <p>The messages that two peers exchange through the DHT before they punch are sealed by {@link
 * omega.flock.peer.punch.HolepunchBox}; who sends which when is decided by the owner of a puncher. The only specification
 * is hyperdht 6.34.0 {@code lib/holepuncher.js}, {@code lib/nat.js}, {@code lib/socket-pool.js}, {@code
 * lib/secure-payload.js}.
 */
package omega.flock.peer.punch;

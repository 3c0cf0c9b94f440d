/**
 * What a flock does with its network: joins and leaves topics, looks up and announces again, ranks peers, dials, retries,
 * resolves duplicates, counts. What is to be done is decided in {@link omega.flock.swarm.machine}; this package does it.
 *
 * <pre>
 *   Swarm ─┬─ Lifecycle                       suspend, resume, close, one after the other
 *          └─ SwarmShell ─┬─ SwarmMachine     decides; one lock makes each event indivisible to every other
 *                         ├─ JobRunner        one virtual thread and one scope for each dial, walk, withdrawal and listener
 *                         └─ SwarmEvents      handlers, backlog, updates in order
 * </pre>
 *
 * <p>The network itself is behind {@link omega.flock.swarm.Network}, time behind
 * {@link omega.flock.runtime.Ticker} and {@link omega.flock.swarm.Alarms}.
 */
package omega.flock.swarm;

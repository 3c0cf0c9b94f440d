/**
 * What a swarm decides: which topics are looked up, announced and withdrawn when, who is dialled, which of two connections stays, who is
 * forgotten. Pure: no thread, lock, socket or clock.
 *
 * <pre>
 *   SwarmMachine ─┬─ TopicStandings ── JoinedTopic ── TopicStanding, Refresh      one walk for each topic at a time
 *                 ├─ DialStandings ─── Peer ───────── PeerStanding                queue, tickets of flushes, retries
 *                 ├─ LinkStandings                                                duplicates, limits, the end of a connection
 *                 └─ Listening
 * </pre>
 *
 * <p>Events go in by the methods of {@link omega.flock.swarm.machine.SwarmMachine}, {@link omega.flock.swarm.machine.Effect}s come out. What
 * takes its time on the network is a {@link omega.flock.swarm.machine.Job}. Behaviour follows hyperswarm 4.17.2.
 */
package omega.flock.swarm.machine;
